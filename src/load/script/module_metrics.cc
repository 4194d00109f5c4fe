// The module "k6/metrics": Counter, Gauge, Rate, Trend.
#include "native.h"
#include "script_classes.h"

#include <cmath>

namespace crema::load {
namespace {

JSClassID metric_class(JSContext* context) {
  return user_of(context).links.runtime->classes().metric;
}

JSValue construct(JSContext* context, JSValueConst target, int count, JSValueConst* arguments,
                  int type) {
  UserState& user = user_of(context);
  if (!user.in_init)
    return JS_ThrowPlainError(context, "metrics must be declared in the init context");
  const std::string name = count > 0 ? text_of(context, arguments[0]) : std::string();
  const bool time = count > 1 && JS_ToBool(context, arguments[1]) == 1;
  const auto metric = user.links.registry->declare(name, static_cast<MetricType>(type),
                                                   time ? ValueType::time : ValueType::number);
  if (!metric) return throw_diagnostic(context, metric.error());
  const Value prototype(context, JS_GetPropertyStr(context, target, "prototype"));
  const JSValue object = JS_NewObjectProtoClass(context, prototype.get(), metric_class(context));
  JS_SetOpaque(object, const_cast<Metric*>(*metric));
  JS_DefinePropertyValueStr(context, object, "name", new_string(context, name), JS_PROP_ENUMERABLE);
  return object;
}

// What k6 makes of a value: numbers as they are; what is true and no number counts as 1.
bool sample_of(JSContext* context, JSValueConst value, double& sample) {
  if (JS_IsUndefined(value) || JS_IsNull(value)) {
    sample = NAN;
    return true;
  }
  if (JS_IsBool(value)) {
    sample = JS_ToBool(context, value);
    return true;
  }
  return JS_ToFloat64(context, &sample, value) == 0;
}

JSValue js_add(JSContext* context, JSValueConst self, int count, JSValueConst* arguments) {
  UserState& user = user_of(context);
  const auto* metric =
      static_cast<const Metric*>(JS_GetOpaque2(context, self, metric_class(context)));
  if (metric == nullptr) return JS_EXCEPTION;
  if (user.in_init)
    return JS_ThrowPlainError(context, "Adding to metrics in the init context is not supported");
  double value = NAN;
  if (count > 0 && !sample_of(context, arguments[0], value)) return JS_EXCEPTION;
  if (std::isnan(value)) {
    const std::string text = "'" + (count > 0 ? text_of(context, arguments[0]) : "undefined") +
                             "' is an invalid value for metric '" + metric->name +
                             "', a number or a boolean value is expected";
    if (user.links.settings->throw_errors) return JS_ThrowPlainError(context, "%s", text.c_str());
    if (user.links.log) user.links.log(LogEntry{LogLevel::warning, text, {}});
    return JS_FALSE;
  }
  const TagSet* tags = user.tags_now();
  if (count > 1 && JS_IsObject(arguments[1])) {
    const bool complete = each_member(context, arguments[1], [&](JSAtom name, const Value& tag) {
      const Text text(context, tag.get());
      if (!text.ok()) return false;
      tags = user.links.recorder->tags().with(tags, text_of_atom(context, name), text.view());
      return true;
    });
    if (!complete) return JS_EXCEPTION;
  }
  Recorder& recorder = *user.links.recorder;
  recorder.add(recorder.series(*metric, tags), value, user.wall(), user.metadata);
  return JS_TRUE;
}

constexpr JSCFunctionListEntry kMethods[] = {native_function("add", 1, js_add)};

void define_metric(JSContext* context, JSValueConst module, const char* name, MetricType type) {
  const Value prototype(context, object_of(context, kMethods));
  const Value constructor(
      context, JS_NewCFunctionMagic(context, construct, name, 1, JS_CFUNC_constructor_magic,
                                    static_cast<int>(type)));
  JS_SetConstructor(context, constructor.get(), prototype.get());
  JS_DefinePropertyValueStr(context, module, name, JS_DupValue(context, constructor.get()),
                            JS_PROP_C_W_E);
}

}  // namespace

void register_metric_class(JSRuntime* engine, ScriptClasses& classes) {
  static constexpr JSClassDef kClass{.class_name = "Metric"};
  JS_NewClassID(engine, &classes.metric);
  JS_NewClass(engine, classes.metric, &kClass);
}

JSValue make_metrics(JSContext* context) {
  const JSValue module = JS_NewObject(context);
  define_metric(context, module, "Counter", MetricType::counter);
  define_metric(context, module, "Gauge", MetricType::gauge);
  define_metric(context, module, "Rate", MetricType::rate);
  define_metric(context, module, "Trend", MetricType::trend);
  return module;
}

}  // namespace crema::load
