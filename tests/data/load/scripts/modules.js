import { check } from 'k6';
import { named } from './common.js';
import whole from './common.js';
import * as space from './standard.js';
export const options = { iterations: 1 };
export default function () {
  check(null, {
    'named': () => named(2) === 4,
    'default': () => whole.named === named,
    'space': () => space.value === 7 && space.default === 'd',
  });
}
