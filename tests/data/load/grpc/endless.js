// A stream that never ends, and a call that takes too long, when the time of the test is over.
import grpc from 'k6/net/grpc';

export const options = {
  scenarios: {
    stream: { executor: 'constant-vus', exec: 'stream', vus: 2, duration: '1s', gracefulStop: '500ms' },
    call: { executor: 'constant-vus', exec: 'call', vus: 2, duration: '1s', gracefulStop: '500ms' },
  },
};
const client = new grpc.Client();
client.load([__ENV.PROTOS], 'shop.proto');

export function stream() {
  client.connect(__ENV.BASE, { plaintext: true });
  const endless = new grpc.Stream(client, 'shop.v1.Shop/Watch');
  endless.write({ steps: 1000, pauseMs: 50 });
}

export function call() {
  client.connect(__ENV.BASE, { plaintext: true });
  client.invoke('shop.v1.Shop/Order', { delay_ms: 60000 });
}
