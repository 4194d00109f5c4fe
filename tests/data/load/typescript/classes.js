         class Base                                  {
  static count         = 0;
                   items      = [];
            name         ;
  ;                     
         #secret         = 1;
  sure          ;
  ;                  
  static { Base.count = 5; }
  ;                       
  ;                                        
  constructor(first    ) { if (first !== undefined) this.items.push(first); }
  get total()         { return this.items.length; }
  set total(v        ) { this.items.length = v; }
  method             (               x   , cb                 )    { cb?.(x); return x; }
  ;                           
  ;                           
  overloaded(a     )       { this.sure = !!a; }
  async load()                {}
  *[Symbol.iterator]()              { yield* this.items; }
  static create   (v   )          { return new (class extends Base    { area() { return 1; } size = 2; })(v); }
  get = 1; set = 2; static async = 3; readonly = 4; 'quoted'         ; 5         = 5;
  arrow = (x        )         => x * 2;
          async *stream()                         { yield 1; }
  secret() { return this.#secret; }
}
;                 
class Derived extends Base                          {
  size = 3;
           area()         { return 7; }
}
export class Empty {}
export default class Named              { value     }
const made = new Derived('x');
console.log(made.area(), JSON.stringify([...made]), Base.count, made.total, made.method('y'), made.arrow(4), made.secret(), made.sure);
made.overloaded(1);
console.log(made.sure, Base.create(5).total, new Named().value);
export          class Last { ;                   }
