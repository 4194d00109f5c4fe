// setTimeout, setInterval and their like: globals, and the module "k6/timers".
#include "native.h"

#include <algorithm>

namespace crema::load {
namespace {

constexpr int kOnce = 0;
constexpr int kAgain = 1;

bool call_timer(UserState& user, std::int64_t number);

void arm(UserState& user, std::int64_t number, UserState::Timer& timer, Duration delay) {
  user.begin_pending();
  timer.due = false;
  Loop& loop = *user.links.loop;
  timer.id = loop.call_at(loop.now() + delay, [&user, number] {
    const auto found = user.timers.find(number);
    if (found == user.timers.end()) return;
    found->second->due = true;
    user.end_pending([&user, number] { return call_timer(user, number); });
  });
}

bool call_timer(UserState& user, std::int64_t number) {
  const auto found = user.timers.find(number);
  if (found == user.timers.end()) return true;  // cleared after it was due
  JSContext* context = user.context;
  const Value function = Value::copy_of(context, found->second->function.get());
  std::vector<Value> kept;
  std::vector<JSValue> arguments;
  for (const Value& argument : found->second->arguments) {
    kept.push_back(Value::copy_of(context, argument.get()));
    arguments.push_back(kept.back().get());
  }
  if (found->second->interval > Duration(0))
    arm(user, number, *found->second, found->second->interval);
  else
    user.timers.erase(found);
  const Value result(context, JS_Call(context, function.get(), JS_UNDEFINED,
                                      static_cast<int>(arguments.size()), arguments.data()));
  return !result.threw();
}

JSValue js_set(JSContext* context, JSValueConst, int count, JSValueConst* arguments, int kind) {
  UserState& user = user_of(context);
  if (count == 0 || !JS_IsFunction(context, arguments[0]))
    return JS_ThrowTypeError(context, "%s's callback isn't a callable function",
                             kind == kOnce ? "setTimeout" : "setInterval");
  double milliseconds = 0;
  if (count > 1 && JS_ToFloat64(context, &milliseconds, arguments[1]) < 0) return JS_EXCEPTION;
  milliseconds = std::clamp(milliseconds, kind == kOnce ? 0.0 : 1.0, 9e12);
  const auto delay = std::chrono::nanoseconds(static_cast<std::int64_t>(milliseconds * 1e6));
  const std::int64_t number = user.next_timer++;
  auto timer = std::make_unique<UserState::Timer>();
  timer->function = Value::copy_of(context, arguments[0]);
  for (int i = 2; i < count; ++i) timer->arguments.push_back(Value::copy_of(context, arguments[i]));
  if (kind == kAgain) timer->interval = delay;
  auto& kept = *user.timers.emplace(number, std::move(timer)).first->second;
  arm(user, number, kept, delay);
  return JS_NewInt64(context, number);
}

JSValue js_clear(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  std::int64_t number = 0;
  if (count == 0 || JS_ToInt64(context, &number, arguments[0]) < 0) {
    JS_FreeValue(context, JS_GetException(context));
    return JS_UNDEFINED;
  }
  const auto found = user.timers.find(number);
  if (found == user.timers.end()) return JS_UNDEFINED;
  // One that is due is counted off when its turn comes, and finds nothing to call.
  if (!found->second->due) {
    user.links.loop->cancel(found->second->id);
    --user.pending;
  }
  user.timers.erase(found);
  return JS_UNDEFINED;
}

constexpr JSCFunctionListEntry kFunctions[] = {
    native_function("clearInterval", 1, js_clear),
    native_function("clearTimeout", 1, js_clear),
    native_function("setInterval", 2, js_set, kAgain),
    native_function("setTimeout", 2, js_set, kOnce),
};

}  // namespace

void define_timers(JSContext* context, JSValueConst global) {
  JS_SetPropertyFunctionList(context, global, kFunctions, std::size(kFunctions));
}

JSValue make_timers(JSContext* context) { return object_of(context, kFunctions); }

}  // namespace crema::load
