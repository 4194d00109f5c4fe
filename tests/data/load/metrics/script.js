// All kinds of metrics, tags, checks, groups and thresholds, and a few requests to the server that
// make.sh starts: what k6 writes of it is the oracle of tests/unit/load/metrics/k6_test.cc.
import { check, group } from 'k6';
import http from 'k6/http';
import { Counter, Gauge, Rate, Trend } from 'k6/metrics';

const orders = new Counter('orders_made');
const weight = new Counter('weight_moved');
const depth = new Gauge('queue_depth');
const lag = new Gauge('lag_time', true);
const good = new Rate('good_orders');
const cost = new Trend('order_cost');
const took = new Trend('order_time', true);
new Trend('never_used', true);

export const options = {
  iterations: 7,
  thresholds: {
    orders_made: ['count>5', 'rate<1'],
    'order_time{kind:slow}': ['p(95)<500', 'avg>1000'],
    good_orders: ['rate>0.99'],
    never_used: ['max==0'],
    checks: ['rate==1'],
    queue_depth: ['value<=9'],
    iteration_duration: ['p(95)<1000'],
    http_req_duration: ['med<100000'],
    'http_req_duration{status:404}': ['max>0'],
    'http_reqs{method: "POST"}': ['count===0'],
    data_received: ['count>1'],
  },
};

export function setup() {
  return { token: 'abc', list: [1, 2.5, null] };
}

export default function () {
  group('outer', () => {
    check(__ITER, { 'is small': (i) => i < 3, 'is a number': () => true });
    group('inner', () => {
      check(1, { deep: () => true });
    });
  });
  check(2, { 'at root, "quoted"': () => true });
  orders.add(2, { kind: 'a,b' });
  weight.add(1000.5);
  depth.add(__ITER);
  lag.add(__ITER * 100);
  good.add(__ITER != 3);
  cost.add(__ITER * 1.5);
  took.add(__ITER * 123.456, { kind: __ITER % 2 ? 'slow' : 'fast' });
  if (__ITER < 3) http.get(`${__ENV.SERVER}/${__ITER}00`);
}
