import ws from 'k6/ws';
import http from 'k6/http';
import { check, group, sleep } from 'k6';

export const options = { vus: 2, iterations: 2, thresholds: { 'ws_sessions{drink:tea}': ['count==2'], 'ws_connecting{subproto:beans}': ['max>0'] } };
const base = __ENV.BASE.replace('http', 'ws');

// What happened on a connection: `on_open` begins it, and a timer ends it where nothing else does.
function session(on_open, params = {}, path = '/ws') {
  const seen = [];
  const response = ws.connect(`${base}${path}`, params, (socket) => {
    socket.on('open', () => { seen.push('open'); on_open(socket); });
    socket.on('message', (text) => seen.push(text));
    socket.on('binaryMessage', (data) => seen.push(new Uint8Array(data).join('+')));
    socket.on('ping', () => seen.push('ping'));
    socket.on('pong', () => seen.push('pong'));
    socket.on('error', (e) => seen.push(`error ${e.error()}`));
    socket.on('close', (code) => seen.push(`close ${code}`));
    socket.setTimeout(() => socket.close(), 150);
  });
  return { response, seen: seen.join(', ') };
}

function same(name, found, wanted) {
  if (found !== wanted) console.error(`${name}: ${found}, not ${wanted}`);
  check(found, { [name]: (found) => found === wanted });
}

export default function () {
  const echo = session((socket) => {
    socket.send('hello');
    socket.sendBinary(new Uint8Array([1, 2, 255]).buffer);
    socket.ping();
  });
  same('echo', echo.seen, 'open, hello, 1+2+255, pong, close 1001');
  check(echo.response, {
    'status': (r) => r.status === 101 && r.error === '' && r.url === `${base}/ws`,
    'header': (r) => r.headers['Upgrade'] === 'websocket',
  });
  same('parts', session((socket) => socket.send('parts')).seen, 'open, one two three, close 1001');
  same('pinged', session((socket) => socket.send('ping')).seen, 'open, ping, close 1001');
  same('own code', session((socket) => socket.close(3001)).seen, 'open, close 3001');
  same('closed', session((socket) => socket.send('close 1000')).seen, 'open, close 1000');
  same('closed with an error', session((socket) => socket.send('close 4001')).seen,
    'open, error websocket: close 4001: as asked, close 4001');
  same('dropped', session((socket) => socket.send('drop')).seen,
    'open, error websocket: close 1006 (abnormal closure): unexpected EOF, close 1006');
  same('broken', session((socket) => socket.send('break')).seen,
    'open, error websocket: close sent, close 1001');
  const large = 'x'.repeat(70000);
  same('large', session((socket) => { socket.send(large); }).seen.length, large.length + 18);

  let headers = {};
  const params = { headers: { 'X-One': '1', 'Sec-WebSocket-Protocol': 'beans, leaves' }, tags: { drink: 'tea' } };
  http.cookieJar().set(__ENV.BASE, 'sugar', 'two');
  const response = ws.connect(`${base}/ws?cookie`, params, (socket) => {
    socket.on('open', () => socket.send('headers'));
    socket.on('message', (text) => { headers = JSON.parse(text); socket.close(); });
  });
  same('own header', headers['X-One'], '1');
  same('cookie sent', headers['Cookie'], 'sugar=two');
  same('subprotocol', response.headers['Sec-Websocket-Protocol'], 'beans');
  same('cookie kept', http.cookieJar().cookiesForURL(__ENV.BASE).drink[0], 'latte');

  const times = [];
  group('timers', () => ws.connect(`${base}/ws`, (socket) => {
    socket.setTimeout(() => { times.push('sleep'); sleep(0.05); }, 30);
    socket.setInterval(() => { times.push('tick'); if (times.length === 4) socket.close(); }, 50);
  }));
  same('timers', times.join(), 'sleep,tick,tick,tick');

  const refused = session(() => {}, {}, '/status/403');
  same('refused', `${refused.response.status} ${refused.response.body} ${refused.seen}`, '403 so be it ');
  same('nobody there', ws.connect('ws://127.0.0.1:1/', () => {}).error, 'dial tcp 127.0.0.1:1: connect: connection refused');
  same('no address', ws.connect('http://127.0.0.1/', () => {}).error, 'malformed ws or wss URL');
  let thrown = '';
  try { ws.connect(`${base}/ws`, (socket) => socket.on('open', () => { throw new Error('spilt'); })); } catch (e) { thrown = e.message; }
  same('throws', thrown, 'spilt');
}
