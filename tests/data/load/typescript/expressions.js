;                                                                                
;                                 
;                                                 
;                                              
;                                          
;                                                     
;                                                
;                     
;                                                  
const env = { A: '1' }         ;
const list =           ['a', 'b'];
const deep = { x: { y: [1, 2, 3] } }                           ;
const n1 = deep.x .y [0] ;
const n2 = deep?.x?.y?.[1] ?? 5;
const sat = { a: 1 }                                 ;
const chained = (list                   ).map((s)         => s + '!').filter(Boolean);
const id =     (x   )    => x;
const id2 = async                   (x   )             => x;
const gcall = id        (5), gnew = new Map                (), gtag = String.raw     `x${1}y`;
const cmp = n1 < n2, cmp2 = n1 < n2 && n2 > n1, shift = 8 >> 1 >>> 1, ge = n1 >= 2;
let sh = 16; sh >>= 1; sh >>>= 1;
const ternary = cmp ? (n1) : n2;
const ternary2 = cmp ? (x        )         => x + 1 : (y        ) => y;
const ternary3 = cmp ? (n1          ) : (n2);
const nested = cmp ? id        ('a') : list[0] ;
const obj = {
  a: 1, 'b': 2, [`c${1}`]: 3, n1, async m   (x   )             { return x; }, get g()         { return 1; },
  set g(v        ) { v; }, *gen()                    { yield 1; }, get: 1, async: 2, type: 3, of: 4, as: 5,
};
const regex = /[/]x\/(y)/gi.test('a') ? 4 / 2 / 1 : 0;
const template = `a${`b${n1          }`}c${obj.a  + 1}`;
var type = 1, declare = 2, namespace = 3, abstract = 4, as = 5, satisfies = 6;
type = 2
declare
namespace
const asserted = list            
;(asserted            ).length;
const last = asserted ;     
[1, 2].forEach((x        ) => x);
const arrow = (a        , { b, c }                            = { b: 1 }, [d]           = [])         => a + b + d;
const arrow2 = async (a         ) => { await a; };
const arrow3 = (x => x)      , arrow4 = x => y => z => x;
const inOp = 'a' in obj, inst = obj instanceof Object;
const typeOf = typeof obj === 'object', v = void 0;
const nonNullCall = list .map (x => x) ;
const spread = [...list, ...(asserted            )], so = { ...obj, ...(env          ) };
const assign = (type       ) = 4;
const fnType = function named(a        )           { return true; };
console.log(JSON.stringify([env, list, n1, n2, sat, gcall, cmp, cmp2, shift, ge, sh, ternary, nested, regex, template, type, last, inOp, inst, typeOf, spread, assign]));
console.log(arrow(1), id(2), (ternary2       )(1), arrow4(1)(2)(3), chained.join());
const longArrow = (
  a               ,
           
        
           )=> a.x / 2;
const longAsync =        
                                          
 async (x   )             => x;
;                                                                                                    
;                                                                         
const notMatching = !/a\/b/.test('x') && list /2 > 1 / 3;
console.log(longArrow({ x: 8 }), typeof longAsync({ a: 1 }).then, notMatching);
