export const options = { iterations: 1, thresholds: { nothing: ['rate>1'] } };
export default function () {}
