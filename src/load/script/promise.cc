#include "promise.h"

namespace crema::load {

JSValue settled_promise(JSContext* context, JSValue result) {
  const bool threw = JS_IsException(result);
  const Value settlement(context, threw ? JS_GetException(context) : result);
  JSValue functions[2];
  Value promise(context, JS_NewPromiseCapability(context, functions));
  if (promise.threw()) return JS_EXCEPTION;
  const Value resolve(context, functions[0]), reject(context, functions[1]);
  JSValueConst given[] = {settlement.get()};
  const Value done(context,
                   JS_Call(context, threw ? reject.get() : resolve.get(), JS_UNDEFINED, 1, given));
  return done.threw() ? JS_EXCEPTION : promise.release();
}

}  // namespace crema::load
