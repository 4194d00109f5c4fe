// The module "k6": check, fail, group, sleep, randomSeed.
#include "native.h"

#include "crema/load/metrics/group.h"

#include <fmt/format.h>

#include <cmath>

namespace crema::load {
namespace {

constexpr std::string_view kSeparator = "::";

JSValue throw_separator(JSContext* context, std::string_view what) {
  const std::string text = fmt::format("{} can't contain '::'", what);
  return JS_ThrowPlainError(context, "%s", text.c_str());
}

JSValue throw_in_init(JSContext* context, const char* what) {
  return JS_ThrowPlainError(context, "Using %s in the init context is not supported", what);
}

JSValue js_sleep(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  if (user.in_init) return throw_in_init(context, "sleep()");
  double seconds = 0;
  if (count > 0 && JS_ToFloat64(context, &seconds, arguments[0]) < 0) return JS_EXCEPTION;
  if (!(seconds > 0)) return JS_UNDEFINED;
  const auto duration =
      std::chrono::nanoseconds(static_cast<std::int64_t>(std::min(seconds * 1e9, 9.0e18)));
  WakeReason reason = WakeReason::timeout;
  {
    const Waiting waiting(user);
    Loop& loop = *user.links.loop;
    const Time now = loop.now();
    reason = loop.sleep_until(duration > kNever - now ? kNever : now + duration);
  }
  return reason == WakeReason::interrupted ? throw_interrupted(context) : JS_UNDEFINED;
}

JSValue js_fail(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  const std::string text = count > 0 ? text_of(context, arguments[0]) : std::string();
  return JS_ThrowPlainError(context, "%s", text.c_str());
}

JSValue js_group(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  if (user.in_init) return throw_in_init(context, "group()");
  if (count < 2 || !JS_IsFunction(context, arguments[1]))
    return JS_ThrowTypeError(context, "group() requires a name and a callback");
  if (JS_IsAsyncFunction(arguments[1]))
    return JS_ThrowTypeError(
        context,
        "group() does not support async functions as arguments, please see "
        "https://grafana.com/docs/k6/latest/javascript-api/k6/group/ for more info");
  const std::string name = text_of(context, arguments[0]);
  if (name.find(kSeparator) != std::string::npos) return throw_separator(context, "group name");
  Group* outer = user.group;
  const Time begin = user.links.loop->now();
  user.set_group(outer->group(name));
  const TagSet* tags = user.tags_now();
  const JSValue result = JS_Call(context, arguments[1], JS_UNDEFINED, 0, nullptr);
  const double spent =
      std::chrono::duration<double, std::milli>(user.links.loop->now() - begin).count();
  Recorder& recorder = *user.links.recorder;
  recorder.add(recorder.series(*user.links.builtins->group_duration, tags), spent, user.wall(),
               user.metadata);
  user.set_group(outer);
  return result;
}

// The place of a check's counts, looked up by its name only the first time.
CheckPlace* place_of_check(JSContext* context, UserState& user, JSAtom name, const TagSet* tags) {
  CheckPlace& place = user.checks[CheckKey{name, tags, user.group}];
  if (place.check == nullptr) {
    const std::string text = text_of_atom(context, name);
    if (text.find(kSeparator) != std::string::npos) {
      user.checks.erase(CheckKey{name, tags, user.group});
      throw_separator(context, "check name");
      return nullptr;
    }
    Recorder& recorder = *user.links.recorder;
    place.check = user.group->check(text);
    place.series =
        recorder.series(*user.links.builtins->checks,
                        user.system_tags.check ? recorder.tags().with(tags, "check", text) : tags);
    JS_DupAtom(context, name);  // so that its number stays its own
  }
  return &place;
}

bool add_tags(JSContext* context, UserState& user, JSValueConst object, const TagSet*& tags) {
  return each_member(context, object, [&](JSAtom name, const Value& value) {
    const Text text(context, value.get());
    if (!text.ok()) return false;
    tags = user.links.recorder->tags().with(tags, text_of_atom(context, name), text.view());
    return true;
  });
}

// One predicate of a check. -1 when it threw, which counts as a failed check.
int judge(JSContext* context, JSValueConst predicate, JSValueConst value) {
  if (!JS_IsFunction(context, predicate)) return JS_ToBool(context, predicate);
  JSValueConst arguments[] = {value};
  const Value result(context, JS_Call(context, predicate, JS_UNDEFINED, 1, arguments));
  if (result.threw()) return -1;
  return JS_ToBool(context, result.get());
}

JSValue js_check(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  if (user.in_init) return throw_in_init(context, "check()");
  if (count < 2) return JS_ThrowTypeError(context, "no checks provided to `check`");
  const TagSet* tags = user.tags_now();
  if (count > 2 && JS_IsObject(arguments[2]) && !add_tags(context, user, arguments[2], tags))
    return JS_EXCEPTION;
  const sys::WallTime now = user.wall();
  bool all = true;
  const bool complete =
      each_member(context, arguments[1], [&](JSAtom name, const Value& predicate) {
        CheckPlace* place = place_of_check(context, user, name, tags);
        if (place == nullptr) return false;
        // One that gives a promise is taken, and true, as every promise is.
        if (JS_IsAsyncFunction(predicate.get())) {
          JS_ThrowTypeError(context,
                            "the built-in check() does not support async functions as arguments; "
                            "the check() of jslib's k6-utils does");
          return false;
        }
        const int verdict = judge(context, predicate.get(), arguments[0]);
        all = all && verdict == 1;
        user.links.recorder->add_check(*place->check, place->series, verdict == 1, now,
                                       user.metadata);
        return verdict >= 0;
      });
  return complete ? JS_NewBool(context, all) : JS_EXCEPTION;
}

JSValue js_random_seed(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  std::int64_t seed = 0;
  if (count > 0 && JS_ToInt64(context, &seed, arguments[0]) < 0) return JS_EXCEPTION;
  crema_js_seed_random(context, static_cast<std::uint64_t>(seed));
  return JS_UNDEFINED;
}

constexpr JSCFunctionListEntry kFunctions[] = {
    native_function("check", 2, js_check), native_function("fail", 1, js_fail),
    native_function("group", 2, js_group), native_function("randomSeed", 1, js_random_seed),
    native_function("sleep", 1, js_sleep),
};

}  // namespace

JSValue make_k6(JSContext* context) { return object_of(context, kFunctions); }

}  // namespace crema::load
