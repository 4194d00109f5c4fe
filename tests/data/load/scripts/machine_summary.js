// The summary in the form for programs, as handleSummary() gets it where the environment asks for it.
import { check } from 'k6';
import { Counter, Rate } from 'k6/metrics';

const sold = new Counter('sold');
const fresh = new Rate('fresh');

export const options = { vus: 1, iterations: 4 };

export default function () {
  sold.add(2);
  fresh.add(__ITER > 0);
  check(1, { 'is early': () => __ITER < 3 });
}

export function handleSummary(data) {
  const of = (list, name) => JSON.stringify(list.find((metric) => metric.name === name).values);
  const { checks, metrics } = data.results;
  return {
    stdout: [
      `version=${data.version} execution=${data.config.execution}`,
      `sold=${of(metrics, 'sold')}`,
      `fresh=${of(metrics, 'fresh')}`,
      `failed=${of(checks.metrics, 'checks_failed')}`,
      `early=${checks.results[0].passes}/${checks.results[0].fails}`,
      `trend=${Object.keys(JSON.parse(of(metrics, 'iteration_duration'))).sort()}`,
    ].join('\n'),
  };
}
