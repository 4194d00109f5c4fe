// The module "k6/data": SharedArray.
#include "native.h"
#include "script_classes.h"
#include "shared_array.h"

#include "crema/load/script/shared_arrays.h"

#include <algorithm>

namespace crema::load {

struct SharedArrays::Arrays {
  JSContext* home = nullptr;  // where the arrays live
  std::map<std::string, Value> by_name;
};

namespace {

constexpr int kDeepest = 1000;

// Nobody can change what everybody sees. False with an exception.
bool freeze(JSContext* context, JSValueConst value, int depth) {
  if (!JS_IsObject(value)) return true;
  if (depth > kDeepest) {
    JS_ThrowRangeError(context, "the data of a SharedArray is nested too deeply");
    return false;
  }
  return each_member(context, value,
                     [&](JSAtom, const Value& member) {
                       return freeze(context, member.get(), depth + 1);
                     }) &&
         JS_FreezeObject(context, value) >= 0;
}

// The array of that text, in the home of the thread's arrays.
JSValue make_array(SharedArrays::Arrays& arrays, const std::string& name, const std::string& json) {
  Value array(arrays.home, JS_ParseJSON(arrays.home, json.c_str(), json.size(), "<SharedArray>"));
  if (array.threw() || !freeze(arrays.home, array.get(), 0)) return JS_EXCEPTION;
  const JSValue result = JS_DupValue(arrays.home, array.get());
  arrays.by_name.emplace(name, std::move(array));
  return result;
}

JSValue js_construct(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  if (!user.in_init)
    return JS_ThrowPlainError(context, "new SharedArray must be called in the init context");
  const std::string name = count > 0 ? text_of(context, arguments[0]) : std::string();
  if (name.empty())
    return JS_ThrowTypeError(context, "empty name provided to SharedArray's constructor");
  if (count < 2 || !JS_IsFunction(context, arguments[1]))
    return JS_ThrowTypeError(context,
                             "a function is expected as the second argument of SharedArray's "
                             "constructor");
  if (JS_IsAsyncFunction(arguments[1]))
    return JS_ThrowTypeError(context,
                             "SharedArray constructor does not support async functions as "
                             "second argument");
  if (const JSValue known = known_shared_array(context, name); !JS_IsUndefined(known)) return known;
  const Value made(context, JS_Call(context, arguments[1], JS_UNDEFINED, 0, nullptr));
  if (made.threw()) return JS_EXCEPTION;
  if (!JS_IsArray(made.get()))
    return JS_ThrowTypeError(context, "only arrays can be made into SharedArray");
  const Value text(context, JS_JSONStringify(context, made.get(), JS_UNDEFINED, JS_UNDEFINED));
  if (text.threw()) return JS_EXCEPTION;
  return make_shared_array(context, name, text_of(context, text.get()));
}

}  // namespace

JSValue known_shared_array(JSContext* context, const std::string& name) {
  SharedArrays& shared = *user_of(context).links.shared_arrays;
  auto& arrays = shared.arrays();
  if (const auto found = arrays.by_name.find(name); found != arrays.by_name.end())
    return JS_DupValue(context, found->second.get());
  const auto json = shared.texts().find(name);
  return json == nullptr ? JS_UNDEFINED : make_array(arrays, name, *json);
}

JSValue make_shared_array(JSContext* context, const std::string& name, std::string json) {
  SharedArrays& shared = *user_of(context).links.shared_arrays;
  return make_array(shared.arrays(), name, *shared.texts().put(name, std::move(json)));
}

std::shared_ptr<const std::string> SharedArrayTexts::find(const std::string& name) const {
  auto texts = texts_.lock();
  const auto found = texts->find(name);
  return found == texts->end() ? nullptr : found->second;
}

std::shared_ptr<const std::string> SharedArrayTexts::put(const std::string& name,
                                                         std::string json) {
  return texts_.lock()
      ->try_emplace(name, std::make_shared<const std::string>(std::move(json)))
      .first->second;
}

SharedArrays::SharedArrays(ScriptRuntime& runtime, SharedArrayTexts& texts)
    : arrays_(std::make_unique<Arrays>()), texts_(texts) {
  arrays_->home = JS_NewContextRaw(runtime.engine());
  JS_AddIntrinsicBaseObjects(arrays_->home);
  JS_AddIntrinsicJSON(arrays_->home);
}

SharedArrays::~SharedArrays() {
  arrays_->by_name.clear();
  JS_FreeContext(arrays_->home);
}

void register_data_classes(JSRuntime*, ScriptClasses&) {}

JSValue make_data(JSContext* context) {
  const JSValue module = JS_NewObject(context);
  const Value constructor(
      context, JS_NewCFunction2(context, js_construct, "SharedArray", 2, JS_CFUNC_constructor, 0));
  JS_DefinePropertyValueStr(context, module, "SharedArray", JS_DupValue(context, constructor.get()),
                            JS_PROP_C_W_E);
  return module;
}

}  // namespace crema::load
