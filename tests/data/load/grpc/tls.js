// Encrypted connections: whom they trust.
import grpc from 'k6/net/grpc';
import { check } from 'k6';

const client = new grpc.Client();
client.load([__ENV.PROTOS], 'shop.proto');
const certificate = open(__ENV.CERTIFICATE);

function failure(what) {
  try {
    what();
    return '';
  } catch (error) {
    return error.message;
  }
}

export default function () {
  const address = `localhost:${__ENV.TLS}`;
  check(client, { 'refused': (c) => /x509/.test(failure(() => c.connect(address, { timeout: '1s' }))) });
  for (const cacerts of [certificate, [certificate]]) {
    client.connect(address, { tls: { cacerts } });
    check(client, { 'trusted': (c) => c.invoke('shop.v1.Shop/Order', { cups: 1 }).status === grpc.StatusOK });
    client.close();
  }
}
