// Five users of half a second for 50 iterations a second: most are dropped, and how long they would
// have waited for a user is measured all the same.
import { sleep } from 'k6';
export const options = {
  scenarios: { s: { executor: 'constant-arrival-rate', rate: 50, duration: '2s', preAllocatedVUs: 5, maxVUs: 5, gracefulStop: '3s' } },
};
export default function () {
  sleep(0.5);
}
