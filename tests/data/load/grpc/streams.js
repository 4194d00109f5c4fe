// Streams in every direction: their events, their ends, what they count.
import grpc from 'k6/net/grpc';
import { check } from 'k6';

export const options = { vus: 2, iterations: 4 };
const client = new grpc.Client();
client.load([__ENV.PROTOS], 'shop.proto');

// What happens on a stream, as a list.
function follow(method, params, drive) {
  return new Promise((resolve) => {
    const events = [];
    const stream = new grpc.Stream(client, 'shop.v1.Shop/' + method, params);
    stream.on('data', (message, facts) => events.push([message, typeof facts.ts]));
    stream.on('error', (error) => events.push([error.code, error.message]));
    stream.on('end', () => resolve(JSON.stringify(events)));
    drive(stream);
  });
}
const told = (...events) => JSON.stringify(events);

export default async function () {
  client.connect(__ENV.BASE, { plaintext: true });
  const results = {};
  results['to the client'] = [await follow('Watch', {}, (s) => { s.write({ steps: 2 }); s.end(); }),
    /^\[\[\{.*"step":1.*"number"\],\[\{.*"step":2.*"number"\]\]$/];
  results['lost'] = [await follow('Watch', {}, (s) => { s.write({ steps: 3, failAfter: 1 }); s.end(); }),
    /"number"\],\[15,"lost after step 1"\]\]$/];
  results['to the server'] = [await follow('Count', { tags: { kind: 'count' } }, (s) => {
    for (let i = 0; i < 5; i++) s.write({ name: `n${i}`, price: i });
    s.end();
    s.write({ name: 'too late' });
  }), /"items":5/];
  results['both'] = [await follow('Chat', {}, (s) => {
    let count = 0;
    s.on('data', (message) => (++count < 3 ? s.write(message) : s.end()));
    s.write({ name: 'tea' });
  }), /"more more more tea"/];
  results['discarded'] = [await follow('Watch', { discardResponseMessage: true }, (s) => { s.write({ steps: 1 }); s.end(); }),
    /^\[\[\{\},"number"\]\]$/];
  results['late'] = [await follow('Watch', { timeout: '900ms' }, (s) => { s.write({ steps: 30, pauseMs: 9000 }); s.end(); }),
    /^\[\[.*\],\[4,"[^"]+"\]\]$/];
  results['closed'] = [await follow('Chat', {}, (s) => { s.on('data', () => client.close()); s.write({ name: 'x' }); }),
    /\[2,"canceled by client \(k6\)"\]\]$/];
  for (const [name, [got, wanted]] of Object.entries(results))
    if (!check(got, { [name]: (text) => wanted.test(text) })) console.error(`${name}: ${got}`);
}
