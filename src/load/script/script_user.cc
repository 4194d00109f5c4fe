#include "crema/load/script/script_user.h"

#include "http_call.h"
#include "http_samples.h"
#include "intrinsics.h"
#include "native.h"
#include "script_classes.h"
#include "user_state.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

namespace crema::load {
namespace {

// How long code may run before others on its thread get a turn.
constexpr auto kSlice = std::chrono::milliseconds(5);
// What native code may need of a stack below the deepest JavaScript.
constexpr std::size_t kNativeStack = 48 * 1024;

// The user's code is in force from here to the end of the scope.
class Entered {
 public:
  explicit Entered(UserState& state) : state_(state) {
    Loop& loop = *state.links.loop;
    const StackBounds stack = loop.current_stack();
    const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
    const auto lowest = reinterpret_cast<std::uintptr_t>(stack.lowest);
    crema_js_init_fiber(&state.js, reinterpret_cast<void*>(here), here - lowest - kNativeStack);
    state.fiber = loop.current();
    state.entered = loop.turn_time();
    state.aborted = false;
    crema_js_enter(state.links.runtime->engine(), &state.js);
    state.links.runtime->current = &state.user;
  }
  ~Entered() {
    crema_js_leave(state_.links.runtime->engine(), &state_.js);
    // What an interrupted call left to do belongs to no later one.
    crema_js_drop_jobs(state_.links.runtime->engine(), &state_.js);
    state_.links.runtime->current = nullptr;
    state_.fiber = {};
  }
  Entered(const Entered&) = delete;
  Entered& operator=(const Entered&) = delete;

 private:
  UserState& state_;
};

CallResult failure(UserState& state) {
  state.abandon();
  CallResult result;
  const bool thrown = JS_HasException(state.context);
  if (thrown) result.error = take_exception(state.context, state.sources());
  if (std::exchange(state.in_promise, false))
    result.error.message = "Uncaught (in promise) " + result.error.message;
  if (state.aborted) {
    result.end = CallEnd::aborted;
    result.error.message = state.abort_reason;
  } else {
    result.end = state.interrupted || !thrown ? CallEnd::interrupted : CallEnd::threw;
  }
  return result;
}

// Waits until a promise is settled and takes its value; other values pass. Exception where it was
// rejected.
Value settled(UserState& state, Value value) {
  JSContext* context = state.context;
  if (value.threw()) return value;
  if (!state.drain()) return {context, JS_EXCEPTION};
  if (!JS_IsPromise(value.get())) return value;
  switch (JS_PromiseState(context, value.get())) {
    case JS_PROMISE_FULFILLED:
      return {context, JS_PromiseResult(context, value.get())};
    case JS_PROMISE_REJECTED:
      return {context, JS_Throw(context, JS_PromiseResult(context, value.get()))};
    default:
      return {context, JS_UNDEFINED};  // nothing is left that could settle it
  }
}

// Somebody waits for the promise: that it is rejected is no news.
void handle(JSContext* context, JSValueConst promise) {
  user_of(context).forget_rejection(promise);
  const Value object = Value::copy_of(context, promise);
  const Value nothing(context, JS_NewCFunction(
                                   context,
                                   [](JSContext*, JSValueConst, int, JSValueConst*) -> JSValue {
                                     return JS_UNDEFINED;
                                   },
                                   "", 0));
  const Value then = object.member("then");
  JSValueConst given[] = {nothing.get(), nothing.get()};
  const Value chained(context, JS_Call(context, then.get(), promise, 2, given));
}

bool to_json(UserState& state, const Value& value, std::string& json) {
  const Value text(state.context,
                   JS_JSONStringify(state.context, value.get(), JS_UNDEFINED, JS_UNDEFINED));
  if (text.threw()) return false;
  if (!text.undefined()) json = text_of(state.context, text.get());
  return true;
}

}  // namespace

ScriptUser::ScriptUser(UserLinks links, std::int64_t id)
    : state_(std::make_unique<UserState>(*this, std::move(links), id)) {
  state_->context = JS_NewContextRaw(state_->links.runtime->engine());
  JSContext* context = state_->context;
  JS_SetContextOpaque(context, state_.get());
  add_basic_intrinsics(context);
}

ScriptUser::~ScriptUser() = default;

UserState::~UserState() {
  crema_js_drop_jobs(links.runtime->engine(), &js);
  ready.clear();
  drop_sockets(*this);
  drop_grpc_streams(*this);
  close_grpc_channels(*this);
  rejections.clear();
  timers.clear();
  required.clear();
  for (const auto& [key, place] : checks) JS_FreeAtom(context, key.name);
  main_namespace = {};
  called = {};
  global = {};
  setup_data = {};
  JS_FreeContext(context);
}

CallResult ScriptUser::load(const std::string& address) {
  UserState& state = *state_;
  const Duration limit = state.links.settings->init_timeout;
  bool late = false;
  const TimerId timer = state.links.loop->call_at(state.links.loop->now() + limit, [this, &late] {
    late = true;
    interrupt();
  });
  CallResult result = run_init(address);
  state.links.loop->cancel(timer);
  if (!late) return result;
  clear_interrupt();
  result.end = CallEnd::threw;
  result.error.message =
      fmt::format("the init code did not end within {} s: is there an endless loop?",
                  std::chrono::duration<double>(limit).count());
  return result;
}

CallResult ScriptUser::run_init(const std::string& address) {
  UserState& state = *state_;
  const Entered entered(state);
  state.in_init = true;
  state.main_address = address;
  state.wanted[address].insert("*");
  JSContext* context = state.context;
  if (!define_globals(context)) return failure(state);
  JSModuleDef* module = read_module(context, address);
  if (module == nullptr) return failure(state);
  Value ran(context, JS_EvalFunction(context, crema_js_module_value(context, module)));
  // A module that waits at its top may fail later: what it threw is the error of the init code.
  if (ran.object()) handle(context, ran.get());
  const Value done = settled(state, std::move(ran));
  if (done.threw()) return failure(state);
  state.main_namespace = Value(context, JS_GetModuleNamespace(context, module));
  if (state.main_namespace.threw()) return failure(state);
  state.in_init = false;
  return {};
}

bool ScriptUser::exports(std::string_view function) const {
  const Value value = state_->main_namespace.member(std::string(function).c_str());
  return JS_IsFunction(state_->context, value.get());
}

std::vector<std::string> ScriptUser::functions() const {
  std::vector<std::string> names;
  each_member(state_->context, state_->main_namespace.get(), [&](JSAtom name, const Value& value) {
    if (JS_IsFunction(state_->context, value.get()))
      names.push_back(text_of_atom(state_->context, name));
    return true;
  });
  return names;
}

CallResult ScriptUser::options() {
  UserState& state = *state_;
  const Entered entered(state);
  const Value options = state.main_namespace.member("options");
  if (options.threw()) return failure(state);
  CallResult result;
  if (!options.given()) return result;
  if (!to_json(state, options, result.json)) return failure(state);
  return result;
}

void ScriptUser::set_setup_data(std::string json) {
  state_->setup_json = std::move(json);
  state_->setup_parsed = false;
  state_->setup_data = {};
}

CallResult ScriptUser::call(const Call& call) {
  UserState& state = *state_;
  const Entered entered(state);
  JSContext* context = state.context;
  if (state.called_name != call.function) {
    state.called_name = call.function;
    state.called = state.main_namespace.member(state.called_name.c_str());
  }
  Value argument(context, JS_UNDEFINED);
  if (call.argument == Argument::json)
    argument = Value(
        context, JS_ParseJSON(context, std::string(call.json).c_str(), call.json.size(), "<data>"));
  if (call.argument == Argument::setup_data) {
    if (!state.setup_parsed && !state.setup_json.empty()) {
      state.setup_data = Value(context, JS_ParseJSON(context, state.setup_json.c_str(),
                                                     state.setup_json.size(), "<setup>"));
      state.setup_json.clear();
      state.setup_json.shrink_to_fit();
    }
    state.setup_parsed = true;
    argument = Value::copy_of(context, state.setup_data.get());
  }
  if (argument.threw()) return failure(state);
  JSValueConst arguments[] = {argument.get()};
  const Value result = settled(
      state, Value(context, JS_Call(context, state.called.get(), JS_UNDEFINED, 1, arguments)));
  if (result.threw()) return failure(state);
  CallResult outcome;
  if (call.wants_json && !to_json(state, result, outcome.json)) return failure(state);
  return outcome;
}

ScriptUser::SummaryResult ScriptUser::handle_summary(std::string_view data_json) {
  UserState& state = *state_;
  const Entered entered(state);
  JSContext* context = state.context;
  SummaryResult summary;
  const Value function = state.main_namespace.member("handleSummary");
  const std::string json(data_json);
  const Value data(context, JS_ParseJSON(context, json.c_str(), json.size(), "<summary>"));
  Value returned(context, JS_EXCEPTION);
  if (!data.threw()) {
    JSValueConst arguments[] = {data.get()};
    returned = settled(
        state, Value(context, JS_Call(context, function.get(), JS_UNDEFINED, 1, arguments)));
  }
  if (returned.threw()) {
    summary.result = failure(state);
    return summary;
  }
  if (!returned.object()) return summary;
  const bool complete = each_member(context, returned.get(), [&](JSAtom name, const Value& value) {
    auto content = text_or_bytes(context, value.get());
    if (!content) return false;
    summary.files.emplace_back(text_of_atom(context, name), std::move(*content));
    return true;
  });
  if (!complete) summary.result = failure(state);
  return summary;
}

void ScriptUser::begin_scenario(const TagSet* tags,
                                const std::map<std::string, std::string>* environment) {
  UserState& state = *state_;
  state.base_tags = tags;
  state.set_group(&state.links.recorder->root_group());
  JSContext* context = state.context;
  if (environment == nullptr || environment->empty()) {
    if (!state.environment_changed) return;
    state.environment_changed = false;
  } else {
    state.environment_changed = true;
  }
  const Value global(context, JS_GetGlobalObject(context));
  const JSValue object = JS_NewObject(context);
  const auto put = [&](const std::string& name, const std::string& value) {
    JS_DefinePropertyValueStr(context, object, name.c_str(), new_string(context, value),
                              JS_PROP_C_W_E);
  };
  for (const auto& [name, value] : state.links.settings->environment) put(name, value);
  if (environment != nullptr)
    for (const auto& [name, value] : *environment) put(name, value);
  JS_DefinePropertyValueStr(context, global.get(), "__ENV", object, JS_PROP_C_W_E);
}

void ScriptUser::enter_group(const std::string& name) {
  state_->set_group(state_->group->group(name));
}

void ScriptUser::begin_iteration(const IterationFacts& facts) {
  UserState& state = *state_;
  state.iteration = facts;
  state.set_group(&state.links.recorder->root_group());
  if (!state.links.settings->no_cookies_reset) state.jar.clear();
  if (state.system_tags.iter || state.system_tags.vu) {
    auto metadata = std::make_shared<Metadata>();
    if (state.system_tags.iter) metadata->emplace_back("iter", std::to_string(facts.iteration));
    if (state.system_tags.vu) metadata->emplace_back("vu", std::to_string(state.id));
    state.metadata = std::move(metadata);
  }
  ScriptClasses& classes = state.links.runtime->classes();
  if (classes.iteration == JS_ATOM_NULL) classes.iteration = JS_NewAtom(state.context, "__ITER");
  if (state.global.undefined())
    state.global = Value(state.context, JS_GetGlobalObject(state.context));
  JS_SetProperty(state.context, state.global.get(), classes.iteration,
                 JS_NewInt64(state.context, facts.iteration));
}

void ScriptUser::clear_interrupt() {
  state_->interrupted = false;
  if (const Fiber fiber = state_->links.loop->current()) state_->links.loop->clear_interrupt(fiber);
}

WireBytes ScriptUser::take_wire_bytes() {
  return state_->http == nullptr ? WireBytes{} : state_->http->take_wire_bytes();
}

void ScriptUser::close_idle_connections() {
  if (state_->http != nullptr) state_->http->close_idle();
}

const TagSet* ScriptUser::tags() const { return state_->tags; }

sys::WallTime ScriptUser::wall() { return state_->wall(); }

void ScriptUser::interrupt() {
  state_->interrupted = true;
  if (state_->fiber) state_->links.loop->interrupt(state_->fiber);
}

bool ScriptUser::on_interrupt() {
  UserState& state = *state_;
  if (state.interrupted || state.links.loop->interrupted()) return true;
  Loop& loop = *state.links.loop;
  if (loop.now() - state.entered > kSlice) {
    const Waiting waiting(state);
    loop.yield();
  }
  return state.interrupted || loop.interrupted();
}

}  // namespace crema::load
