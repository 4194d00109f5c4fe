abstract class Base<T> implements Iterable<T>, Other {
  static count: number = 0;
  private readonly items: T[] = [];
  protected name?: string;
  declare ghost: string;
  public #secret: number = 1;
  sure!: boolean;
  [key: string]: any;
  static { Base.count = 5; }
  abstract area(): number;
  protected abstract readonly size: number;
  constructor(first?: T) { if (first !== undefined) this.items.push(first); }
  get total(): number { return this.items.length; }
  set total(v: number) { this.items.length = v; }
  method<U extends T>(this: Base<T>, x: U, cb?: (u: U) => void): U { cb?.(x); return x; }
  overloaded(a: string): void;
  overloaded(a: number): void;
  overloaded(a: any): void { this.sure = !!a; }
  async load(): Promise<void> {}
  *[Symbol.iterator](): Iterator<T> { yield* this.items; }
  static create<V>(v: V): Base<V> { return new (class extends Base<V> { area() { return 1; } size = 2; })(v); }
  get = 1; set = 2; static async = 3; readonly = 4; 'quoted'?: string; 5: number = 5;
  arrow = (x: number): number => x * 2;
  private async *stream(): AsyncGenerator<number> { yield 1; }
  secret() { return this.#secret; }
}
interface Other {}
class Derived extends Base<string> implements Other {
  size = 3;
  override area(): number { return 7; }
}
export class Empty {}
export default class Named<T = unknown> { value?: T }
const made = new Derived('x');
console.log(made.area(), JSON.stringify([...made]), Base.count, made.total, made.method('y'), made.arrow(4), made.secret(), made.sure);
made.overloaded(1);
console.log(made.sure, Base.create(5).total, new Named().value);
export abstract class Last { abstract x(): void; }
