// More and more requests, whether the earlier ones are answered or not: shows where the promise breaks.
//   BASE_URL, PEAK (200 iterations a second) and DURATION of each of three steps (10s) come from the environment.
import { browse, look, promise, signUp } from "./platform.js";

const peak = Number(__ENV.PEAK || 200);
const duration = __ENV.DURATION || "10s";

export const options = {
  scenarios: {
    rush: {
      executor: "ramping-arrival-rate",
      startRate: 10,
      timeUnit: "1s",
      preAllocatedVUs: 50,
      maxVUs: 500,
      stages: [
        { duration, target: Math.ceil(peak / 4) },
        { duration, target: peak },
        { duration, target: peak },
        { duration: "5s", target: 0 },
      ],
    },
  },
  thresholds: Object.assign({ dropped_iterations: ["count<100"] }, promise),
};

export function setup() {
  return { tokens: signUp(10) };
}

export default function (data) {
  browse();
  look(data.tokens[__ITER % data.tokens.length]);
}
