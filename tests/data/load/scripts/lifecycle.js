import http from 'k6/http';
import exec from 'k6/execution';
import { check } from 'k6';
import { SharedArray } from 'k6/data';

const drinks = new SharedArray('drinks', () => JSON.parse(open('./drinks.json')));
export const options = { vus: 2, iterations: 4 };

export function setup() {
  return { token: http.get(`${__ENV.BASE}/json`).json('drink.name'), list: [1, 2] };
}

export default function (data) {
  check(data, {
    'data': (d) => d.token === 'cappuccino' && d.list.length === 2,
    'shared': () => drinks.length === 2 && drinks[1].name === 'latte',
    'frozen': () => { try { drinks[0].name = 'x'; } catch (e) { return e instanceof TypeError || e.name === 'TypeError'; } return false; },
    'scenario': () => exec.scenario.name === 'default' && exec.scenario.executor === 'shared-iterations',
    'user': () => exec.vu.idInTest === __VU && exec.vu.iterationInInstance === __ITER,
  });
}

export function teardown(data) {
  console.log(`bye ${data.token}`);
}

export function handleSummary(data) {
  return { stdout: `iterations=${data.metrics.iterations.values.count} setup=${data.setup_data.token} checks=${data.root_group.checks.length}\n` };
}
