// Messages as JSON: every kind of field, and the types that have a form of their own.
import { Client } from 'k6/net/grpc';
import { check } from 'k6';

const client = new Client();
client.load([__ENV.PROTOS], 'shop.proto');

// Members in the order of their names.
function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

const unset = {
  aDouble: 0, aFloat: 0, anInt32: 0, anInt64: '0', aUint32: 0, aUint64: '0', aSint32: 0, aSint64: '0', aFixed32: 0,
  aFixed64: '0', aSfixed32: 0, aSfixed64: '0', aBool: false, aString: '', someBytes: '', size: 'SIZE_UNKNOWN',
  nested: null, numbers: [], items: [], prices: {}, byNumber: {}, at: null, took: null, data: null, value: null,
  list: null, any: null, wrapped: null, mask: null, nothing: null, empty: null, sizes: [], other: '',
};
const item = (name, price) => ({ name, price });

// What is sent, and what comes back beside what is not set.
const echoes = {
  'nothing': [{}, {}],
  'floats': [{ aDouble: 0.1, aFloat: 0.1 }, { aDouble: 0.1, aFloat: 0.1 }],
  'no numbers': [{ aDouble: NaN, aFloat: -Infinity }, { aDouble: 'NaN', aFloat: '-Infinity' }],
  'integers': [{ anInt32: -7, aSint32: -2147483648, aUint32: 4294967295, aFixed32: 1, aSfixed32: -1 },
    { anInt32: -7, aSint32: -2147483648, aUint32: 4294967295, aFixed32: 1, aSfixed32: -1 }],
  'long integers': [{ an_int64: '-9223372036854775808', aUint64: '18446744073709551615', aSint64: -5, aFixed64: 7 },
    { anInt64: '-9223372036854775808', aUint64: '18446744073709551615', aSint64: '-5', aFixed64: '7' }],
  'texts': [{ aString: 'é"\\\n\u0001😀', someBytes: 'AAH/' }, { aString: 'é"\\\n\u0001😀', someBytes: 'AAH/' }],
  'enums': [{ size: 'SIZE_LARGE', sizes: [1, 'SIZE_SMALL', 9] }, { size: 'SIZE_LARGE', sizes: ['SIZE_SMALL', 'SIZE_SMALL', 9] }],
  'nested': [{ nested: { aBool: true, nested: {} } },
    { nested: { ...unset, aBool: true, nested: unset } }],
  'lists and maps': [{ numbers: [1, -2, 300], items: [{ name: 'a' }, { price: -3 }], prices: { b: 1, a: '2' }, byNumber: { 7: { name: 'x' } } },
    { numbers: [1, -2, 300], items: [item('a', 0), item('', -3)], prices: { a: '2', b: '1' }, byNumber: { 7: item('x', 0) } }],
  'oneof': [{ word: '' }, { word: '' }],
  'optional': [{ maybe: 0, item: {} }, { maybe: 0, item: item('', 0) }],
  'times': [{ at: '2026-01-02T04:04:05.5+01:00', took: '-1.5s' }, { at: '2026-01-02T03:04:05.500Z', took: '-1.500s' }],
  'a date': [{ at: new Date(0) }, { at: '1970-01-01T00:00:00Z' }],
  'structures': [{ data: { a: [1, null, 'x', { b: true }] }, value: null, list: [1, [2]] },
    { data: { a: [1, null, 'x', { b: true }] }, value: null, list: [1, [2]] }],
  'any': [{ any: { '@type': 'type.googleapis.com/shop.v1.Item', name: 'q' } },
    { any: { '@type': 'type.googleapis.com/shop.v1.Item', name: 'q', price: 0 } }],
  'any known': [{ any: { '@type': 'x/google.protobuf.Duration', value: '3s' } },
    { any: { '@type': 'x/google.protobuf.Duration', value: '3s' } }],
  'others': [{ wrapped: '', mask: 'aB,c.dE', nothing: null, empty: {}, renamed: 'r' },
    { wrapped: '', mask: 'aB,c.dE', nothing: null, empty: {}, other: 'r' }],
};

export default function () {
  client.connect(__ENV.BASE, { plaintext: true });
  for (const [name, [given, wanted]] of Object.entries(echoes)) {
    const got = JSON.stringify(sorted(client.invoke('shop.v1.Shop/Echo', given).message));
    const want = JSON.stringify(sorted({ ...unset, ...wanted }));
    if (!check(got, { [name]: (text) => text === want })) console.error(`${name}: ${got}, want ${want}`);
  }
  client.close();
}
