// Which group and tags a sample has when code goes on after an await: those of that moment, not
// those of the code that began it.
import { check, group } from 'k6';
import exec from 'k6/execution';
import { Counter } from 'k6/metrics';

const marks = new Counter('marks');
const wanted = {
  'marks{at:in group,group:::outer::inner}': 1,
  'marks{at:promise of group}': 1,
  'marks{at:promise of group,group:::outer}': 0,
  'marks{at:promise of group,group:::outer::inner}': 0,
  'marks{at:timer of group}': 1,
  'marks{at:timer of group,group:::timer}': 0,
  'marks{at:group in async,group:::inside}': 1,
  'marks{at:after await,group:::inside}': 0,
  'marks{at:before await,drink:latte}': 1,
  'marks{at:after others changed it,drink:mocha}': 1,
  'marks{at:of both,cup:2}': 2,
  'marks{at:after delete,drink:mocha}': 0,
  'group_duration{group:::async}': 0,
  'group_duration{group:::outer::inner}': 1,
  'checks{check:promises are true}': 1,
};
export const options = { iterations: 1, thresholds: {} };
for (const [name, count] of Object.entries(wanted))
  options.thresholds[name] = [name.startsWith('marks') ? `count==${count}` : name.startsWith('checks') ? 'rate==1' : count ? 'avg>=0' : 'max==0'];

const mark = (at) => marks.add(1, { at });
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export default async function () {
  for (const refused of [() => group('async', async () => {}), () => check(1, { refused: async () => true })])
    try {
      refused();
      console.log('not refused');
    } catch (error) {
      console.log('refused');
    }
  let promise;
  group('outer', () => group('inner', () => {
    mark('in group');
    promise = Promise.resolve().then(() => mark('promise of group'));
  }));
  await promise;
  await new Promise((resolve) => group('timer', () => setTimeout(() => resolve(mark('timer of group')), 5)));
  await (async () => {
    await null;
    group('inside', () => mark('group in async'));
  })();
  mark('after await');

  exec.vu.tags.drink = 'latte';
  const other = (async () => {
    mark('before await');
    await later(5);
    mark('after others changed it');
  })();
  exec.vu.tags.drink = 'mocha';
  await other;
  await Promise.all([1, 2].map(async (cup) => {
    exec.vu.tags.cup = String(cup);
    await null;
    mark('of both');
  }));
  delete exec.vu.tags.drink;
  mark('after delete');
  console.log('group returns', group('value', () => 42), group('promise', () => Promise.resolve(7)) instanceof Promise);
  check(1, { 'promises are true': () => Promise.resolve(false) });
}
