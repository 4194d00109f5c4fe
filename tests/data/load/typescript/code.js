var Color = ((Color) => { Color["Red"] = 0; if (typeof Color["Red"] !== "string") Color[Color["Red"]] = "Red"; Color["Green"] = 5; if (typeof Color["Green"] !== "string") Color[Color["Green"]] = "Green"; Color["Blue"] = Color["Green"] + 1; if (typeof Color["Blue"] !== "string") Color[Color["Blue"]] = "Blue"; return Color; })(Color || {});
var Flag = ((Flag) => { Flag["A"] = 1; if (typeof Flag["A"] !== "string") Flag[Flag["A"]] = "A"; const A = Flag["A"]; Flag["B"] = A << 1; if (typeof Flag["B"] !== "string") Flag[Flag["B"]] = "B"; const B = Flag["B"]; Flag["C"] = A | B; if (typeof Flag["C"] !== "string") Flag[Flag["C"]] = "C"; return Flag; })(Flag || {});
export var Level = ((Level) => { Level["low"] = 'LOW'; Level["high"] = 'HIGH'; Level['odd name'] = 3; if (typeof Level['odd name'] !== "string") Level[Level['odd name']] = 'odd name'; Level["next"] = Level['odd name'] + 1; if (typeof Level["next"] !== "string") Level[Level["next"]] = "next"; return Level; })(Level || {});
var Computed = ((Computed) => { Computed["a"] = 'xyz'.length; if (typeof Computed["a"] !== "string") Computed[Computed["a"]] = "a"; Computed["b"] = 10; if (typeof Computed["b"] !== "string") Computed[Computed["b"]] = "b"; Computed["c"] = Computed["b"] + 1; if (typeof Computed["c"] !== "string") Computed[Computed["c"]] = "c"; return Computed; })(Computed || {});
class Point { x; y;
  sum        ;
  constructor(       x        ,                  y         = 2, z         ) { this.x = x; this.y = y;
    this.sum = this.x + y + (z ?? 0);
  }
  get both() { return [this.x, this.y]; }
}
class Point3 extends Point { z;
  constructor(x        ,           z        ) {
    super(x, 1);; this.z = z;
    this.sum += this.z;
  }
}
class Bare { a; b; constructor(         a        ,          b         ) { this.a = a; this.b = b;} }
console.log(Color.Red, Color[5], Color.Blue, Flag.A, Flag.B, Flag.C, Level.high, Level['odd name'], Level.next, Level[3]);
console.log(Computed.a, Computed[3], Computed.c, JSON.stringify(Level), JSON.stringify(Color));
console.log(new Point(1).sum, JSON.stringify(new Point(1).both), JSON.stringify(new Point(1)), new Point3(4, 5).sum, new Bare('q').a);
