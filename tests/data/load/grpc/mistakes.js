// What a script that is wrong is told.
import grpc from 'k6/net/grpc';
import { check } from 'k6';

const client = new grpc.Client();
client.load([__ENV.PROTOS], 'shop.proto');
const unary = (request, params) => () => client.invoke('shop.v1.Shop/Order', request, params);
const echo = (request) => () => client.invoke('shop.v1.Shop/Echo', request);
const dial = (params) => () => client.connect(__ENV.BASE, { plaintext: true, ...params });
const stream = (...given) => () => new grpc.Stream(...given);
const early = [
  [() => client.connect(__ENV.BASE), 'connecting to a gRPC server in the init context is not supported'],
  [unary({}), 'invoking RPC methods in the init context is not supported'],
  [() => client.loadProtoset('nope.bin'), /^couldn't open protoset: .*nope.bin: no such file or directory$/],
];
const wrong = 'unable to serialise request object to protocol buffer: proto: ';
const before = [
  [() => client.load([], 'x.proto'), 'load must be called in the init context'],
  [unary({}), 'no gRPC connection, you must call connect first'],
  [stream(null, 'a.B/C'), "invalid GRPC Stream's client: empty gRPC client"],
  [stream({}, 'a.B/C'), "invalid GRPC Stream's client: not a gRPC client"],
  [stream(client, 'a.B/C'), "invalid GRPC Stream's client: no gRPC connection, you must call connect first"],
  [() => client.connect('127.0.0.1:1', { plaintext: true }),
    'connection error: desc = "transport: error while dialing: dial tcp 127.0.0.1:1: connect: connection refused"'],
  [() => client.connect('127.0.0.1', { plaintext: true }),
    'connection error: desc = "transport: error while dialing: address 127.0.0.1: missing port in address"'],
  [dial({ name: 1 }), 'invalid grpc.connect() parameters: unknown connect param: "name"'],
  [dial({ plaintext: 'x' }), "invalid grpc.connect() parameters: invalid plaintext value: '\"x\"', it needs to be boolean"],
  [dial({ timeout: 'x' }), 'invalid grpc.connect() parameters: invalid timeout value: time: invalid duration "x"'],
  [dial({ timeout: true }), 'invalid grpc.connect() parameters: invalid timeout value: unable to use type bool as a duration value'],
  [dial({ maxSendSize: 1.5 }), "invalid grpc.connect() parameters: invalid maxSendSize value: '1.5', it needs to be an integer"],
  [dial({ maxReceiveSize: -1 }), "invalid grpc.connect() parameters: invalid maxReceiveSize value: '-1, it needs to be a positive integer"],
  [dial({ tls: { cert: 0 } }),
    "invalid grpc.connect() parameters: invalid tls cert value: 'map[string]interface {}{\"cert\":0}', it needs to be a PEM formatted string"],
  [dial({ reflectMetadata: { a: 7 } }), 'invalid grpc.connect() parameters: invalid reflectMetadata param: "a" value must be a string'],
  [dial({ authority: 7 }), "invalid grpc.connect() parameters: invalid authority value: '7', it needs to be a string"],
];
const connected = [
  [() => client.invoke('foo/bar', {}), 'method "/foo/bar" not found in file descriptors'],
  [() => client.invoke('', {}), 'method to invoke cannot be empty'],
  [() => client.invoke('shop.v1.Shop/Order'), 'request cannot be nil'],
  [unary('x'), `${wrong}syntax error (line 1:1): unexpected token "x"`],
  [unary({ drink: 'x', nope: 2 }), `${wrong}(line 1:14): unknown field "nope"`],
  [unary({ cups: 1.5 }), `${wrong}(line 1:9): invalid value for int32 field cups: 1.5`],
  [unary({ drink: 5 }), `${wrong}(line 1:10): invalid value for string field drink: 5`],
  [echo({ size: 'NOPE' }), `${wrong}(line 1:9): invalid value for enum field size: "NOPE"`],
  [echo({ word: 'a', number: 1 }), `${wrong}(line 1:13): error parsing "number", oneof shop.v1.Everything.choice is already set`],
  [echo({ any: { '@type': 'a/b.C' } }), `${wrong}(line 1:17): unable to resolve "a/b.C": "not found"`],
  [unary({}, { void: 1 }), "invalid GRPC's client.invoke() parameters: unknown param: \"void\""],
  [unary({}, { metadata: 'x' }), "invalid GRPC's client.invoke() parameters: invalid metadata param: must be an object with key-value pairs"],
  [unary({}, { metadata: { 'a-bin': 'x' } }), "invalid GRPC's client.invoke() parameters: invalid metadata param: \"a-bin\" value must be binary"],
  [() => client.healthCheck('nope'), 'rpc error: code = NotFound desc = unknown service'],
  [stream(client, ''), "invalid GRPC Stream's method: method to invoke cannot be empty"],
  [stream(client, 'shop.v1.Shop/Chat', { x: 1 }), "invalid GRPC Stream's parameters: unknown param: \"x\""],
];

// Go's protojson writes now a blank, now one that does not break.
const message = (what) => {
  try {
    what();
    return 'it is fine';
  } catch (error) {
    return error.message.replace(/\u00a0/g, ' ');
  }
};
const says = (told, wanted) => (wanted instanceof RegExp ? wanted.test(told) : told === wanted);
const inInit = early.map(([what, wanted]) => [message(what), wanted]);

export default function () {
  const all = [...inInit, ...before.map(([what, wanted]) => [message(what), wanted])];
  client.connect(__ENV.BASE, { plaintext: true });
  all.push(...connected.map(([what, wanted]) => [message(what), wanted]));
  client.close();
  client.close();
  for (const [told, wanted] of all)
    if (!check(told, { 'told so': () => says(told, wanted) })) console.error(`${told}, want ${wanted}`);
}
