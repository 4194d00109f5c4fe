// Nobody closes the connection: only the end of the test ends it.
import ws from 'k6/ws';
import { sleep } from 'k6';

export const options = { scenarios: { s: { executor: 'constant-vus', vus: 2, duration: '1s', gracefulStop: '1s' } } };

export default function () {
  ws.connect(`${__ENV.BASE.replace('http', 'ws')}/ws`, (socket) => {
    socket.on('open', () => socket.send('hello'));
    sleep(0.2);
  });
}
