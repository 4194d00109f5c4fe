import { sleep } from 'k6';
export const options = {
  scenarios: {
    up: { executor: 'ramping-vus', startVUs: 0, stages: [{ duration: '1s', target: 4 }, { duration: '1s', target: 0 }], gracefulRampDown: '1s' },
    rate: { executor: 'ramping-arrival-rate', startRate: 10, preAllocatedVUs: 3, stages: [{ duration: '2s', target: 30 }] },
  },
};
export default function () {
  sleep(0.02);
}
