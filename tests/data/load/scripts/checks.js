import { check, group } from 'k6';
import { Counter, Rate, Gauge, Trend } from 'k6/metrics';

const orders = new Counter('orders');
const happy = new Rate('happy');
const stock = new Gauge('stock');
const brewing = new Trend('brewing', true);

export const options = {
  scenarios: { all: { executor: 'per-vu-iterations', vus: 3, iterations: 4 } },
  thresholds: {
    checks: ['rate>0.5'],
    orders: ['count==12'],
    'orders{kind:latte}': ['count==6'],
    brewing: ['p(95)<=40', 'max<=40'],
  },
};

export default function () {
  group('bar', () => {
    check(__ITER, { 'is a number': (i) => typeof i === 'number', 'is even': (i) => i % 2 === 0 });
  });
  orders.add(1, { kind: __ITER % 2 ? 'latte' : 'mocha' });
  happy.add(__ITER < 3);
  stock.add(100 - __ITER);
  brewing.add(10 * (__ITER + 1));
}
