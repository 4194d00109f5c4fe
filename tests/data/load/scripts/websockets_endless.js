// The iteration lasts as long as its sockets, which nobody closes: the end of the test ends both. A
// handler that throws ends its iteration, and with it all that is open.
import { WebSocket } from 'k6/websockets';

const ends = { executor: 'constant-vus', vus: 2, duration: '1s', gracefulStop: '1s' };
export const options = { scenarios: { endless: { ...ends, exec: 'endless' }, throwing: { executor: 'per-vu-iterations', vus: 1, iterations: 3, exec: 'throwing' } } };

function open(on_message) {
  const socket = new WebSocket(`${__ENV.BASE.replace('http', 'ws')}/ws`);
  socket.onopen = () => socket.send('hello');
  socket.onmessage = on_message;
}

export function endless() {
  open((e) => e.target.ping());
  open(() => {});
}

export function throwing() {
  open(() => { throw new Error('spilt'); });
}
