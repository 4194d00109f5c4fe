import secrets from 'k6/secrets';
import { check } from 'k6';
export const options = { iterations: 2 };
export default async function () {
  const cup = await secrets.get('cup');
  const other = await secrets.source('other').get('cup');
  console.log(`today ${cup}, tomorrow ${other}`);
  check(cup + other, { 'both are there': (text) => text === 'espressolatte' });
}
