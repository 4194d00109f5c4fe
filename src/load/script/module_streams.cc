// The module "k6/experimental/streams", which is JavaScript: nothing of it is worth to be native.
#include "native.h"

#include <string>

namespace crema::load {

std::string_view embedded(std::string_view name);  // made by the build of the files beside this

JSValue make_streams(JSContext* context) {
  constexpr const char* kName = "streams.js";
  const std::string text(embedded(kName));
  return JS_Eval(context, text.c_str(), text.size(), kName, JS_EVAL_TYPE_GLOBAL);
}

}  // namespace crema::load
