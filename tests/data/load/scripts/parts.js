// What happens in setup, teardown, scenarios and groups, told apart by their tags and by a full
// summary.
import { check, group } from 'k6';
import { Counter, Trend } from 'k6/metrics';

const steps = new Counter('steps');
const taste = new Trend('taste');

export const options = {
  scenarios: {
    buy: { executor: 'per-vu-iterations', vus: 2, iterations: 2, exec: 'buy' },
    look: { executor: 'shared-iterations', vus: 1, iterations: 3, exec: 'look' },
  },
  thresholds: {
    'steps{group:::setup}': ['count==1'],
    'steps{group:::setup::deep}': ['count==2'],
    'steps{group:::teardown}': ['count==4'],
    'steps{scenario:buy}': ['count==20'],
    'checks{group:::setup}': ['rate==1'],
  },
};

export function setup() {
  steps.add(1);
  check(1, { 'is set up': () => true });
  group('deep', () => steps.add(2));
}

export function buy() {
  steps.add(2);
  group('shop', () => {
    steps.add(2);
    taste.add(5);
    check(1, { 'is open': () => true });
    group('till', () => {
      steps.add(1);
      check(1, { 'is paid': () => __ITER === 0 });
    });
  });
}

export function look() {
  steps.add(1);
}

export function teardown() {
  steps.add(4);
}
