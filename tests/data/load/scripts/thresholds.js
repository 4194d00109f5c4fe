import { check } from 'k6';
export const options = { iterations: 4, thresholds: { checks: ['rate>0.9'] } };
export default function () {
  check(__ITER, { 'small': (i) => i < 2 });
}
