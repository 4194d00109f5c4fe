import exec from 'k6/execution';
export const options = { vus: 1, iterations: 10 };
export default function () {
  if (__ITER === 2) exec.test.abort('out of milk');
}
export function teardown() {
  console.log('teardown ran');
}
