// The load of a usual day: the platform must keep its promise all the time.
//   BASE_URL, VUS (20) and DURATION (30s) come from the environment.
import { sleep } from "k6";
import { browse, look, order, promise, signUp } from "./platform.js";

const vus = Number(__ENV.VUS || 20);

export const options = {
  scenarios: {
    customers: {
      executor: "ramping-vus",
      startVUs: 1,
      stages: [
        { duration: "5s", target: vus },
        { duration: __ENV.DURATION || "30s", target: vus },
        { duration: "5s", target: 0 },
      ],
      gracefulRampDown: "5s",
    },
  },
  thresholds: promise,
};

export function setup() {
  return { tokens: signUp(vus) };
}

export default function (data) {
  const token = data.tokens[(__VU - 1) % data.tokens.length];
  browse();
  look(token);
  if (__ITER % 5 === 0) {
    order(token); // a customer orders less often than the rate limit of 60 a minute
  }
  sleep(0.3 + Math.random() * 0.4);
}
