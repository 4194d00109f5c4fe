import http, { Response, type Params } from 'k6/http';
import { check, sleep } from 'k6';
import type { Options } from 'k6/options';
import { Trend as T, Counter, Rate } from 'k6/metrics';
import * as types from './types.ts';
import './setup.js';

export const options: Options = { vus: 1, thresholds: { checks: ['rate>0.9'] } };
const trend: T = new T('a', true);
let users: Array<{ name: string; age?: number }> = [{ name: 'ann' }];
let table: Map<string, Map<string, number[]>> = new Map<string, Map<string, number[]>>();
let pair: [string, number?] = ['a'], other!: string, union: | 'a' | 'b' = 'a';
const fn: (a: number, b?: string) => void = (a, b) => { a; b; };
const ctor: new (x: string) => Date = Date;
var { a, b: [c = 1] }: { a: number; b: number[] } = { a: 1, b: [] };
const cond: string extends infer U ? U : never = 'x';
const tpl: `a-${string}` = 'a-b';
const k: keyof typeof options = 'vus';
const idx: (typeof users)[number]['name'] = 'q';
const f2 = function <A, B extends keyof A>(this: Date, x: A, y: B): A[B] { return x[y]; };
function add(a: number, b: number = 2, ...rest: number[]): number { return a + b + rest.length; }
function overload(a: string): string;
function overload(a: number): number;
function overload(a: any): any { return a; }
function isString(x: unknown): x is string { return typeof x === 'string'; }
function assertIt(x: unknown): asserts x is string { if (typeof x !== 'string') throw new Error('no'); }
function assertTrue(x: unknown): asserts x { if (!x) throw new Error('no'); }
async function* gen<T>(items: T[]): AsyncGenerator<T> { for (const item of items) yield item as T; }
export default function (data?: { token: string }): void {
  const res: Response = http.get('http://x') as Response;
  check(res, { 'is 200': (r: Response): boolean => r.status === 200 });
  for (let i: number = 0, n: number = 3; i < n; i++) sleep(i);
  for (const [key, value] of Object.entries(options) as [string, unknown][]) { key; value; }
  try { sleep(1); } catch (e: unknown) { console.log((e as Error).message); }
  label: for (const x in data) { if (x) continue label; else break label; }
  switch (data!.token) { case 'a': { sleep(1); break; } default: sleep(2); }
  if (a < 1 && c > 2) sleep(1); else if (a) sleep(2); else { sleep(3); }
  do { sleep(1); } while (false)
  return;
}
