// Unary calls: results, errors, metadata, sizes, timeouts, several at once, health.
import grpc, { Client, StatusOK } from 'k6/net/grpc';
import { check } from 'k6';

export const options = { vus: 2, iterations: 6 };
const client = new Client();
const methods = client.load([__ENV.PROTOS], 'shop.proto');
const path = 'shop.v1.Shop/';

const equal = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export default async function () {
  client.connect(__ENV.BASE, { plaintext: true });
  const order = client.invoke(path + 'Order', { drink: 'latte', cups: 2 }, { tags: { kind: 'order' } });
  check(order, {
    'methods': () => methods.length === 7 && methods[0].full_method === '/shop.v1.Shop/Order',
    'status': (r) => r.status === StatusOK && r.error === null,
    'message': (r) => r.message.message === '2 x latte' && r.message.number === '9007199254740993',
    'what is not set': (r) => r.message.hot === false && equal(r.message.extras, []) && r.message.price === null,
    'headers': (r) => equal(r.headers['shop'], ['open']) && equal(r.headers['content-type'], ['application/grpc']),
    'trailers': (r) => equal(r.trailers['served-by'], ['shop']) && r.trailers['grpc-status'] === undefined,
    'bytes': (r) => r.headers['trace-bin'][0].length === 3 && r.trailers['seal-bin'][0].charCodeAt(0) === 0,
    'members': (r) => equal(Object.keys(r), ['message', 'error', 'headers', 'trailers', 'status']),
  });
  const refused = client.invoke('/' + path + 'Refuse', { code: 5, message: 'no milk é%' });
  check(refused, {
    'refused': (r) => r.status === grpc.StatusNotFound && r.error.code === 5 && r.error.message === 'no milk é%',
    'detail': (r) => r.error.details[0]['@type'] === 'type.googleapis.com/shop.v1.Item' && r.error.details[0].name === 'broken cup',
    'empty message': (r) => r.message.message === '' && r.message.number === '0',
  });
  const discarded = client.invoke(path + 'Order', {}, { discardResponseMessage: true });
  check(discarded, { 'discarded': (r) => r.message === null && r.status === StatusOK });
  const metadata = client.invoke(path + 'Metadata', {}, { metadata: { 'X-One': 'a b', 'two-bin': new Uint8Array([1, 255]) } });
  check(metadata.message.fields, {
    'sent': (f) => f['x-one'] === 'a b' && f['two-bin'] === '01ff' && f['content-type'] === 'application/grpc',
    'deadline': (f) => f['deadline'] === '2m0s',
    'authority': (f) => f[':authority'] === __ENV.BASE,
  });
  const packed = client.invoke(path + 'Order', { padding: 100000 }, { metadata: { 'want-gzip': '1' } });
  check(packed, { 'gzip': (r) => r.message.padding.length === 100000 });
  const large = client.invoke(path + 'Order', { padding: 5000000 });
  check(large, {
    'too large': (r) => r.status === grpc.StatusResourceExhausted &&
      r.error.message === 'grpc: received message larger than max (5000020 vs. 4194304)',
  });
  const late = client.invoke(path + 'Order', { delay_ms: 500 }, { timeout: '50ms' });
  check(late, { 'late': (r) => r.status === grpc.StatusDeadlineExceeded && r.error.code === 4 });
  const all = await Promise.all([3, 2, 1].map((n) => client.asyncInvoke(path + 'Order', { drink: 'd', cups: n, delay_ms: 20 * n })));
  check(all, { 'at once': (a) => equal(a.map((r) => r.message.message), ['3 x d', '2 x d', '1 x d']) });
  const rejected = await client.asyncInvoke('a.B/C', {}).catch(() => 'rejected');
  check(rejected, { 'rejected': (r) => r === 'rejected' });
  check(client, {
    'health': (c) => c.healthCheck().status === grpc.HealthCheckServing,
    'of one': (c) => c.healthCheck('shop.v1.Closed').status === grpc.HealthCheckNotServing,
  });
  client.close();
  client.connect(__ENV.BASE, { plaintext: true, maxReceiveSize: 6000000, maxSendSize: 20, authority: 'shop.example' });
  check(client, {
    'larger': (c) => c.invoke(path + 'Order', { padding: 5000000 }).status === StatusOK,
    'too large to send': (c) => c.invoke(path + 'Order', { drink: 'x'.repeat(50) }).error.message ===
      'trying to send message larger than max (52 vs. 20)',
    'own authority': (c) => c.invoke(path + 'Metadata', {}).message.fields[':authority'] === 'shop.example',
  });
  client.close();
}
