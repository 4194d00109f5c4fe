// The module "k6/experimental/streams", which is JavaScript: nothing of it is worth to be native.
#include "native.h"

#include <string>

namespace crema::load {

std::string_view embedded(std::string_view name);  // made by the build of the files beside this

namespace {

Value run_embedded(JSContext* context, const char* name) {
  const std::string text(embedded(name));
  return {context, JS_Eval(context, text.c_str(), text.size(), name, JS_EVAL_TYPE_GLOBAL)};
}

}  // namespace

JSValue make_streams(JSContext* context) {
  const Value streams = run_embedded(context, "streams.js");
  const Value writable = run_embedded(context, "writable_streams.js");
  if (streams.threw() || writable.threw()) return JS_EXCEPTION;
  JSValueConst given[] = {writable.get()};
  return JS_Call(context, streams.get(), JS_UNDEFINED, 1, given);
}

}  // namespace crema::load
