import { sleep } from 'k6';
export const options = {
  scenarios: { s: { executor: 'constant-arrival-rate', rate: 50, duration: '2s', preAllocatedVUs: 5, maxVUs: 5, gracefulStop: '3s' } },
};
export default function () {
  sleep(0.5);
}
