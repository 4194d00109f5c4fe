import { WebSocket, Blob } from 'k6/websockets';
import { check } from 'k6';

export const options = { vus: 2, iterations: 2, thresholds: { 'ws_sessions{drink:tea}': ['count==2'] } };
const base = __ENV.BASE.replace('http', 'ws');

function same(name, found, wanted) {
  if (found !== wanted) console.error(`${name}: ${found}, not ${wanted}`);
  check(found, { [name]: (found) => found === wanted });
}

// What happened on a connection; `on_open` begins it.
function session(on_open, url = `${base}/ws`, protocols = null, params = {}) {
  const socket = new WebSocket(url, protocols, params);
  socket.binaryType = 'arraybuffer';
  const seen = [`${socket.readyState}`];
  socket.onopen = () => { seen.push(`open ${socket.readyState}`); on_open(socket); };
  socket.addEventListener('message', (e) => seen.push(typeof e.data === 'string' ? e.data : new Uint8Array(e.data).join('+')));
  socket.onping = () => seen.push('ping');
  socket.onpong = () => seen.push('pong');
  socket.onerror = (e) => seen.push(`error ${e.error}`);
  const timer = setTimeout(() => socket.close(), 150);
  return new Promise((resolve) => {
    socket.onclose = (e) => { clearTimeout(timer); seen.push(`close ${e.code} ${e.reason}`.trim(), `${socket.readyState}`); resolve(seen.join(', ')); };
  });
}

export default async function () {
  same('echo', await session((socket) => {
    socket.send('hello');
    socket.send(new Uint8Array([1, 2, 255]).buffer);
    socket.ping();
  }), '0, open 1, hello, 1+2+255, pong, close 1000, 3');
  same('parts', await session((socket) => socket.send('parts')), '0, open 1, one two three, close 1000, 3');
  same('pinged', await session((socket) => socket.send('ping')), '0, open 1, ping, close 1000, 3');
  same('own code', await session((socket) => socket.close(3001, 'enough')), '0, open 1, error websocket: close 3001, close 3001, 3');
  same('closed', await session((socket) => socket.send('close 4001')), '0, open 1, error websocket: close 4001: as asked, close 4001 as asked, 3');
  same('dropped', await session((socket) => socket.send('drop')), '0, open 1, error websocket: close 1006 (abnormal closure): unexpected EOF, close 1006 unexpected EOF, 3');
  same('broken', await session((socket) => socket.send('break')), '0, open 1, close undefined, 3');
  same('refused', await session(() => {}, `${base}/status/403`), '0, error websocket: bad handshake, close undefined, 3');
  same('nobody there', await session(() => {}, 'ws://127.0.0.1:1/'), '0, error dial tcp 127.0.0.1:1: connect: connection refused, close undefined, 3');
  let protocol = '';
  const params = { headers: { 'X-One': '1' }, tags: { drink: 'tea' } };
  const headers = await session((socket) => { protocol = socket.protocol; socket.send('headers'); }, `${base}/ws`, ['beans', 'leaves'], params);
  same('own header', headers.includes('"X-One": "1"') && headers.includes('beans, leaves'), true);
  same('protocol', protocol, 'beans');

  // Two at a time, each of which waits for the other.
  const [a, b] = [new WebSocket(`${base}/ws`), new WebSocket(`${base}/ws`)];
  const order = [];
  a.onopen = () => a.send('from a');
  a.onmessage = (e) => { order.push(e.data); b.readyState === 1 ? b.send('from b') : b.addEventListener('open', () => b.send('from b')); };
  b.onmessage = (e) => { order.push(e.data); a.close(); b.close(); };
  await Promise.all([a, b].map((socket) => new Promise((resolve) => socket.addEventListener('close', resolve))));
  same('two', order.join(), 'from a,from b');

  const blob = new Blob(['espresso', new Uint8Array([33])], { type: 'text/plain' });
  same('blob', `${blob.size} ${blob.type} ${await blob.text()} ${await blob.slice(1, 4).text()}`, '9 text/plain espresso! spr');
  for (const [name, make, text] of [
    ['scheme', () => new WebSocket('http://127.0.0.1/'), 'WebSocket requires url with scheme ws or wss, but got "http"'],
    ['fragment', () => new WebSocket('ws://127.0.0.1/#a'), 'WebSocket requires no url fragment, but got "a"'],
    ['state', () => a.send('late'), 'InvalidStateError'],
    ['type', () => { a.binaryType = 'text'; }, 'unknown binaryType text, the supported ones are "blob" and "arraybuffer"'],
    ['handler', () => { a.onopen = 5; }, "a value for 'onopen' should be callable"],
  ]) {
    let thrown = '';
    try { make(); } catch (e) { thrown = e.message; }
    same(name, thrown, text);
  }
}
