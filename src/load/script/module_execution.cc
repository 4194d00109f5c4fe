// The module "k6/execution": where the running code stands in its test.
#include "native.h"
#include "script_classes.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

enum Fact : std::int16_t {
  vu_in_instance,
  vu_in_test,
  iteration_in_instance,
  iteration_in_scenario,
  scenario_name,
  scenario_executor,
  scenario_start,
  scenario_progress,
  scenario_iteration_in_instance,
  scenario_iteration_in_test,
  run_duration,
  iterations_completed,
  iterations_interrupted,
  vus_active,
  vus_initialized,
};

double run_milliseconds(const UserState& user) {
  const std::int64_t started = user.links.test->started.load();
  if (started == 0) return 0;
  const Duration now = user.links.loop->now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now - Duration(started)).count();
}

JSValue number(JSContext* context, std::int64_t value) { return JS_NewInt64(context, value); }

JSValue get_scenario_fact(JSContext* context, const IterationFacts& facts, int fact) {
  const ScenarioFacts& scenario = *facts.scenario;
  switch (fact) {
    case scenario_name:
      return new_string(context, scenario.name);
    case scenario_executor:
      return new_string(context, scenario.executor);
    case scenario_start:
      return number(context, scenario.start_time);
    case scenario_progress:
      return JS_NewFloat64(context, scenario.progress ? scenario.progress() : 0);
    case scenario_iteration_in_instance:
      return number(context, facts.scenario_iteration_in_instance);
    default:
      return number(context, facts.scenario_iteration_in_test);
  }
}

JSValue get_fact(JSContext* context, JSValueConst, int fact) {
  UserState& user = user_of(context);
  if (user.in_init)
    return JS_ThrowPlainError(context,
                              "getting execution information in the init context is not "
                              "supported");
  const IterationFacts& facts = user.iteration;
  const TestFacts& test = *user.links.test;
  switch (fact) {
    case vu_in_instance:
      return number(context, facts.vu_in_instance);
    case vu_in_test:
      return number(context, facts.vu_in_test);
    case iteration_in_instance:
      return number(context, facts.iteration);
    case iteration_in_scenario:
      return number(context, facts.iteration_in_scenario);
    case run_duration:
      return JS_NewFloat64(context, run_milliseconds(user));
    case iterations_completed:
      return number(context, static_cast<std::int64_t>(test.iterations_completed));
    case iterations_interrupted:
      return number(context, static_cast<std::int64_t>(test.iterations_interrupted));
    case vus_active:
      return number(context, test.vus_active);
    case vus_initialized:
      return number(context, test.vus_initialized);
    default:
      if (facts.scenario == nullptr)
        return JS_ThrowPlainError(
            context, "getting scenario information outside of a scenario is not supported");
      return get_scenario_fact(context, facts, fact);
  }
}

JSValue js_abort(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  const std::string given =
      count > 0 && !JS_IsUndefined(arguments[0]) ? text_of(context, arguments[0]) : "";
  user.aborted = true;
  user.abort_reason = given.empty() ? "test aborted" : fmt::format("test aborted: {}", given);
  if (user.links.test->abort) user.links.test->abort(user.abort_reason);
  return throw_interrupted(context);
}

JSValue js_fail(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  user.links.test->failed = true;
  const std::string given =
      count > 0 && !JS_IsUndefined(arguments[0]) ? text_of(context, arguments[0]) : "";
  if (!given.empty() && user.links.log)
    user.links.log(LogEntry{LogLevel::error, fmt::format("test marked as failed: {}", given), {}});
  return JS_UNDEFINED;
}

JSValue get_options(JSContext* context, JSValueConst self, int) {
  const std::string& json = user_of(context).links.settings->options_json;
  if (json.empty()) return JS_UNDEFINED;
  const JSValue options = JS_ParseJSON(context, json.c_str(), json.size(), "<options>");
  if (JS_IsException(options)) return options;
  JS_FreezeObject(context, options);
  JS_DefinePropertyValueStr(context, self, "options", JS_DupValue(context, options),
                            JS_PROP_ENUMERABLE);
  return options;
}

// exec.vu.tags and exec.vu.metrics.tags: what is set here goes with every sample of the user.
int set_tag(JSContext* context, JSValueConst, JSAtom name, JSValueConst value, JSValueConst, int) {
  UserState& user = user_of(context);
  if (!JS_IsString(value) && !JS_IsNumber(value) && !JS_IsBool(value)) {
    JS_ThrowTypeError(context, "only String, Boolean and Number types are accepted as a tag value");
    return -1;
  }
  const Text text(context, value);
  if (!text.ok()) return -1;
  user.base_tags =
      user.links.recorder->tags().with(user.base_tags, text_of_atom(context, name), text.view());
  user.set_group(user.group);
  return 1;
}

int get_tag(JSContext* context, JSPropertyDescriptor* descriptor, JSValueConst, JSAtom name) {
  UserState& user = user_of(context);
  if (user.tags == nullptr) return 0;
  const auto value = user.tags->find(text_of_atom(context, name));
  if (!value) return 0;
  if (descriptor != nullptr)
    *descriptor = JSPropertyDescriptor{.flags = JS_PROP_C_W_E,
                                       .value = new_string(context, *value),
                                       .getter = JS_UNDEFINED,
                                       .setter = JS_UNDEFINED};
  return 1;
}

int tag_names(JSContext* context, JSPropertyEnum** names, std::uint32_t* count, JSValueConst) {
  UserState& user = user_of(context);
  const auto tags = user.tags == nullptr ? std::span<const Tag>() : user.tags->tags();
  *count = static_cast<std::uint32_t>(tags.size());
  *names = static_cast<JSPropertyEnum*>(
      js_malloc(context, sizeof(JSPropertyEnum) * std::max<std::size_t>(1, tags.size())));
  if (*names == nullptr) return -1;
  for (std::size_t i = 0; i < tags.size(); ++i)
    (*names)[i] = {.is_enumerable = true,
                   .atom = JS_NewAtomLen(context, tags[i].key.data(), tags[i].key.size())};
  return 0;
}

int delete_tag(JSContext* context, JSValueConst, JSAtom name) {
  UserState& user = user_of(context);
  user.base_tags = user.links.recorder->tags().without(user.base_tags, text_of_atom(context, name));
  user.set_group(user.group);
  return 1;
}

JSValue get_tags(JSContext* context, JSValueConst, int) {
  if (user_of(context).in_init)
    return JS_ThrowPlainError(context, "getting VU tags in the init context is not supported");
  return JS_NewObjectClass(context,
                           static_cast<int>(user_of(context).links.runtime->classes().tags));
}

constexpr JSCFunctionListEntry kVu[] = {
    native_getter("idInInstance", get_fact, vu_in_instance),
    native_getter("idInTest", get_fact, vu_in_test),
    native_getter("iterationInInstance", get_fact, iteration_in_instance),
    native_getter("iterationInScenario", get_fact, iteration_in_scenario),
    native_getter("tags", get_tags, 0),
};
constexpr JSCFunctionListEntry kVuMetrics[] = {native_getter("tags", get_tags, 0)};
constexpr JSCFunctionListEntry kScenario[] = {
    native_getter("progress", get_fact, scenario_progress),
    native_getter("iterationInInstance", get_fact, scenario_iteration_in_instance),
    native_getter("iterationInTest", get_fact, scenario_iteration_in_test),
    native_getter("name", get_fact, scenario_name),
    native_getter("executor", get_fact, scenario_executor),
    native_getter("startTime", get_fact, scenario_start),
};
constexpr JSCFunctionListEntry kInstance[] = {
    native_getter("currentTestRunDuration", get_fact, run_duration),
    native_getter("iterationsCompleted", get_fact, iterations_completed),
    native_getter("iterationsInterrupted", get_fact, iterations_interrupted),
    native_getter("vusActive", get_fact, vus_active),
    native_getter("vusInitialized", get_fact, vus_initialized),
};
constexpr JSCFunctionListEntry kTest[] = {
    native_function("abort", 1, js_abort),
    native_function("fail", 1, js_fail),
    native_getter("options", get_options, 0),
};

}  // namespace

void register_execution_classes(JSRuntime* engine, ScriptClasses& classes) {
  static JSClassExoticMethods exotic{.get_own_property = get_tag,
                                     .get_own_property_names = tag_names,
                                     .delete_property = delete_tag,
                                     .set_property = set_tag};
  static const JSClassDef kClass{.class_name = "Tags", .exotic = &exotic};
  JS_NewClassID(engine, &classes.tags);
  JS_NewClass(engine, classes.tags, &kClass);
}

JSValue make_execution(JSContext* context) {
  const JSValue module = JS_NewObject(context);
  const auto put = [&](const char* name, std::span<const JSCFunctionListEntry> entries) {
    const JSValue object = object_of(context, entries);
    JS_DefinePropertyValueStr(context, module, name, object, JS_PROP_C_W_E);
    return object;
  };
  const JSValue vu = put("vu", kVu);
  const JSValue metrics = object_of(context, kVuMetrics);
  JS_DefinePropertyValueStr(context, metrics, "metadata", JS_NewObject(context), JS_PROP_C_W_E);
  JS_DefinePropertyValueStr(context, vu, "metrics", metrics, JS_PROP_C_W_E);
  put("scenario", kScenario);
  put("instance", kInstance);
  put("test", kTest);
  return module;
}

}  // namespace crema::load
