enum Color { Red, Green = 5, Blue, }
const enum Flag { A = 1, B = A << 1, C = A | B }
export enum Level { low = 'LOW', high = 'HIGH', 'odd name' = 3, next }
enum Computed { a = 'xyz'.length, b = 10, c }
class Point {
  sum: number;
  constructor(public x: number, private readonly y: number = 2, z?: number) {
    this.sum = this.x + y + (z ?? 0);
  }
  get both() { return [this.x, this.y]; }
}
class Point3 extends Point {
  constructor(x: number, protected z: number) {
    super(x, 1);
    this.sum += this.z;
  }
}
class Bare { constructor(readonly a: string, override b?: string) {} }
console.log(Color.Red, Color[5], Color.Blue, Flag.A, Flag.B, Flag.C, Level.high, Level['odd name'], Level.next, Level[3]);
console.log(Computed.a, Computed[3], Computed.c, JSON.stringify(Level), JSON.stringify(Color));
console.log(new Point(1).sum, JSON.stringify(new Point(1).both), JSON.stringify(new Point(1)), new Point3(4, 5).sum, new Bare('q').a);
