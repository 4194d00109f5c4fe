import http from 'k6/http';
import { check } from 'k6';
export const options = { iterations: 2 };
export default async function () {
  const [a, b] = await Promise.all([
    http.asyncRequest('GET', `${__ENV.BASE}/json`),
    http.asyncRequest('POST', `${__ENV.BASE}/echo`, 'body'),
  ]);
  const order = [];
  await new Promise((resolve) => {
    setTimeout(() => { order.push('late'); resolve(); }, 20);
    setTimeout(() => order.push('early'), 1);
    order.push('now');
  });
  check(null, {
    'both': () => a.status === 200 && b.json('body') === 'body',
    'order': () => order.join() === 'now,early,late',
  });
}
