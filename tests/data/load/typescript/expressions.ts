interface Shape { readonly kind: string; area(): number; [key: string]: unknown }
type Fn<T = string> = (x: T) => T;
type Tree = { value: number; next?: Tree } | null;
declare const __ENV: { [key: string]: string };
declare function external(a: number): void;
declare module 'k6/x/y' { export function z(): void; }
declare global { interface Window { q: number } }
export type { Shape };
export interface Exported<T> extends Shape { t: T }
const env = { A: '1' } as const;
const list = <string[]>['a', 'b'];
const deep = { x: { y: [1, 2, 3] } } as { x?: { y: number[] } };
const n1 = deep.x!.y![0]!;
const n2 = deep?.x?.y?.[1] ?? 5;
const sat = { a: 1 } satisfies Record<string, number>;
const chained = (list as any as string[]).map((s): string => s + '!').filter(Boolean);
const id = <T,>(x: T): T => x;
const id2 = async <T extends object>(x: T): Promise<T> => x;
const gcall = id<number>(5), gnew = new Map<string, number>(), gtag = String.raw<any>`x${1}y`;
const cmp = n1 < n2, cmp2 = n1 < n2 && n2 > n1, shift = 8 >> 1 >>> 1, ge = n1 >= 2;
let sh = 16; sh >>= 1; sh >>>= 1;
const ternary = cmp ? (n1) : n2;
const ternary2 = cmp ? (x: number): number => x + 1 : (y: number) => y;
const ternary3 = cmp ? (n1 as number) : (n2);
const nested = cmp ? id<string>('a') : list[0]!;
const obj = {
  a: 1, 'b': 2, [`c${1}`]: 3, n1, async m<T>(x: T): Promise<T> { return x; }, get g(): number { return 1; },
  set g(v: number) { v; }, *gen(): Generator<number> { yield 1; }, get: 1, async: 2, type: 3, of: 4, as: 5,
};
const regex = /[/]x\/(y)/gi.test('a') ? 4 / 2 / 1 : 0;
const template = `a${`b${n1 as number}`}c${obj.a! + 1}`;
var type = 1, declare = 2, namespace = 3, abstract = 4, as = 5, satisfies = 6;
type = 2
declare
namespace
const asserted = list as string[]
;(asserted as string[]).length;
const last = asserted as any
[1, 2].forEach((x: number) => x);
const arrow = (a: number, { b, c }: { b: number; c?: string } = { b: 1 }, [d]: number[] = []): number => a + b + d;
const arrow2 = async (a?: string) => { await a; };
const arrow3 = (x => x) as Fn, arrow4 = x => y => z => x;
const inOp = 'a' in obj, inst = obj instanceof Object;
const typeOf = typeof obj === 'object', v = void 0;
const nonNullCall = list!.map!(x => x)!;
const spread = [...list, ...(asserted as string[])], so = { ...obj, ...(env as object) };
const assign = (type as any) = 4;
const fnType = function named(a: string): a is 'x' { return true; };
console.log(JSON.stringify([env, list, n1, n2, sat, gcall, cmp, cmp2, shift, ge, sh, ternary, nested, regex, template, type, last, inOp, inst, typeOf, spread, assign]));
console.log(arrow(1), id(2), (ternary2 as any)(1), arrow4(1)(2)(3), chained.join());
const longArrow = (
  a: { x: number },
): Promise<
  number
> | number => a.x / 2;
const longAsync = async <
  T extends { a: number } = { a: number },
>(x: T): Promise<T> => x;
interface Long<E extends { a: string } = { a: string }> extends Record<string, E | { b: 1 }> { c: E }
declare class Never2<T = { x: 1 }> extends Promise<{ y: T }> { z(): void }
const notMatching = !/a\/b/.test('x') && list!/2 > 1 / 3;
console.log(longArrow({ x: 8 }), typeof longAsync({ a: 1 }).then, notMatching);
