import http                            from 'k6/http';
import { check, sleep }  from 'k6';
;                                         
import { Trend as T }                from 'k6/metrics';
;                                   
import './setup.js';

export const options          = { vus: 1, thresholds: { checks: ['rate>0.9'] } };
const trend    = new T('a', true);
let users                                        = [{ name: 'ann' }];
let table                                     = new Map                               ();
let pair                    = ['a'], other         , union              = 'a';
const fn                                  = (a, b) => { a; b; };
const ctor                          = Date;
var { a, b: [c = 1] }                             = { a: 1, b: [] };
const cond                                     = 'x';
const tpl                = 'a-b';
const k                       = 'vus';
const idx                                 = 'q';
const f2 = function                       (            x   , y   )       { return x[y]; };
function add(a        , b         = 2, ...rest          )         { return a + b + rest.length; }
;                                    
;                                    
function overload(a     )      { return a; }
function isString(x         )              { return typeof x === 'string'; }
function assertIt(x         )                      { if (typeof x !== 'string') throw new Error('no'); }
function assertTrue(x         )            { if (!x) throw new Error('no'); }
async function* gen   (items     )                    { for (const item of items) yield item     ; }
export default function (data                    )       {
  const res           = http.get('http://x')            ;
  check(res, { 'is 200': (r          )          => r.status === 200 });
  for (let i         = 0, n         = 3; i < n; i++) sleep(i);
  for (const [key, value] of Object.entries(options)                       ) { key; value; }
  try { sleep(1); } catch (e         ) { console.log((e         ).message); }
  label: for (const x in data) { if (x) continue label; else break label; }
  switch (data .token) { case 'a': { sleep(1); break; } default: sleep(2); }
  if (a < 1 && c > 2) sleep(1); else if (a) sleep(2); else { sleep(3); }
  do { sleep(1); } while (false)
  return;
}
