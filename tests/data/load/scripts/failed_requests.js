import http from 'k6/http';
import { check } from 'k6';
export const options = { iterations: 1 };
export default function () {
  const r = http.get('http://127.0.0.1:1/');
  check(r, { 'refused': (r) => r.status === 0 && r.error_code === 1212 && r.body === null });
  const late = http.get(`${__ENV.BASE}/delay/2000`, { timeout: '200ms' });
  check(late, { 'timeout': (r) => r.error_code === 1050 && r.error === 'request timeout' });
}
