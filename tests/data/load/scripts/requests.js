import http from 'k6/http';
import { check, group } from 'k6';

export const options = { vus: 2, iterations: 2, thresholds: { http_req_failed: ['rate<0.5'] } };
const base = __ENV.BASE;

export default function () {
  let r = http.get(`${base}/json`);
  check(r, {
    'status': (r) => r.status === 200,
    'text': (r) => r.status_text === '200 OK',
    'json': (r) => r.json('drink.name') === 'cappuccino' && r.json().sizes.length === 3,
    'header': (r) => r.headers['Content-Type'] === 'application/json',
    'protocol': (r) => r.proto === 'HTTP/1.1',
    'times': (r) => r.timings.duration > 0 && r.timings.waiting >= 0,
    'members': (r) => Object.keys(JSON.parse(JSON.stringify(r))).includes('error_code'),
  });
  r = http.post(`${base}/echo`, { size: 'large', drink: 'flat white' });
  check(r, {
    'form': (r) => r.json('body') === 'drink=flat+white&size=large',
    'type': (r) => r.json('headers.Content-Type') === 'application/x-www-form-urlencoded',
  });
  r = http.put(`${base}/echo`, JSON.stringify({ a: 1 }), { headers: { 'Content-Type': 'application/json', 'X-Test': 'yes' } });
  check(r, { 'put': (r) => r.json('method') === 'PUT' && r.json('headers.X-Test') === 'yes' });
  r = http.get(`${base}/redirect/2`);
  check(r, { 'redirected': (r) => r.status === 200 && r.url === `${base}/json` });
  r = http.get(`${base}/redirect/2`, { redirects: 0 });
  check(r, { 'not redirected': (r) => r.status === 302 });
  r = http.get(`${base}/status/404`);
  check(r, { '404': (r) => r.status === 404 && r.error_code === 1404 });
  r = http.get(`${base}/cookies/set?a=b`);
  check(r, { 'cookie set': (r) => r.cookies.a[0].value === 'b' });
  r = http.get(`${base}/echo`, { cookies: { c: 'd' } });
  check(r, { 'cookies sent': (r) => r.json('headers.Cookie') === 'c=d; a=b' || r.json('headers.Cookie') === 'a=b; c=d' });
  const both = http.batch([['GET', `${base}/json`], { method: 'POST', url: `${base}/echo`, body: 'x' }]);
  check(both, { 'batch': (b) => b[0].status === 200 && b[1].json('body') === 'x' });
  r = http.get(`${base}/gzip`);
  check(r, { 'gzip': (r) => r.body === 'coffee, compressed' });
  r = http.get(`${base}/json`, { responseType: 'none' });
  check(r, { 'no body': (r) => r.body === null });
  r = http.get(`${base}/json`, { responseType: 'binary' });
  check(r, { 'binary': (r) => r.body instanceof ArrayBuffer && r.body.byteLength > 10 });
}
