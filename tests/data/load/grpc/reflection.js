// What a server tells of itself; and what there is to know without it.
import grpc from 'k6/net/grpc';
import { check } from 'k6';

const set = new grpc.Client();
const methods = set.loadProtoset(__ENV.PROTOSET);
const nothing = { plaintext: true };

function failure(what) {
  try {
    what();
    return '';
  } catch (error) {
    return error.message;
  }
}

export default function () {
  for (const address of [__ENV.BASE, __ENV.V1, __ENV.ALPHA]) {
    const client = new grpc.Client();
    client.connect(address, { plaintext: true, reflect: true, reflectMetadata: { token: 'x' } });
    const reply = client.invoke('shop.v1.Shop/Order', { drink: 'tea', cups: 1 });
    const echo = client.invoke('shop.v1.Shop/Echo', { at: '2026-01-02T03:04:05Z', any: { '@type': 'a/shop.v1.Item' } });
    check(reply, {
      'order': (r) => r.message.message === '1 x tea',
      'echo': () => echo.message.at === '2026-01-02T03:04:05Z' && echo.message.any.price === 0,
    });
    client.close();
  }
  const mute = new grpc.Client();
  const refused = failure(() => mute.connect(__ENV.MUTE, { plaintext: true, reflect: true }));
  set.connect(__ENV.BASE, nothing);
  check(set, {
    'mute': () => refused.includes('rpc error: code = Unimplemented desc = unknown service grpc.reflection.v1'),
    'set': (c) => methods.length === 7 && c.invoke('shop.v1.Shop/Order', { cups: 3 }).message.message === '3 x ',
  });
  set.close();
}
