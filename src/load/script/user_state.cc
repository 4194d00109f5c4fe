#include "user_state.h"

#include "http_call.h"
#include "native.h"
#include "script_classes.h"

#include <algorithm>

namespace crema::load {

SystemTags::SystemTags(const std::vector<std::string>& names) {
  const auto on = [&](std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  proto = on("proto");
  subproto = on("subproto");
  status = on("status");
  method = on("method");
  url = on("url");
  name = on("name");
  group = on("group");
  check = on("check");
  error = on("error");
  error_code = on("error_code");
  tls_version = on("tls_version");
  scenario = on("scenario");
  service = on("service");
  expected_response = on("expected_response");
  iter = on("iter");
  vu = on("vu");
  ip = on("ip");
}

UserState::UserState(ScriptUser& owner, UserLinks given, std::int64_t user_id)
    : user(owner), links(std::move(given)), id(user_id), system_tags(links.settings->system_tags) {
  if (links.http != nullptr) http = std::make_unique<HttpClient>(*links.http);
  if (links.recorder != nullptr) {
    base_tags = tags = links.recorder->tags().empty();
    set_group(&links.recorder->root_group());
  }
}

void UserState::set_group(Group* now) {
  group = now;
  tags = base_tags;
  if (system_tags.group) tags = links.recorder->tags().with(base_tags, "group", now->path());
}

SourceLookup UserState::sources() const {
  return
      [programs = links.programs](const std::string& address) { return programs->known(address); };
}

void UserState::end_pending(std::function<bool()> callback) {
  ready.push_back(std::move(callback));
  if (waiting_for_ready) links.loop->wake(waiting_for_ready);
}

bool UserState::run_jobs() {
  JSRuntime* engine = links.runtime->engine();
  while (JS_IsJobPending(engine)) {
    JSContext* ran = nullptr;
    if (JS_ExecutePendingJob(engine, &ran) < 0) return false;
  }
  return true;
}

bool UserState::drain() {
  while (true) {
    if (!run_jobs()) return false;
    // As in k6: a rejection must be handled before the next callback runs.
    if (!rejections.empty()) {
      in_promise = true;
      JS_Throw(context, rejections.front().reason.release());
      rejections.clear();
      return false;
    }
    if (!ready.empty()) {
      auto callback = std::move(ready.front());
      ready.pop_front();
      --pending;
      if (!callback()) return false;
      continue;
    }
    if (pending == 0) return true;
    const Waiting waiting(*this);
    waiting_for_ready = fiber;
    const WakeReason reason = links.loop->park();
    waiting_for_ready = {};
    if (reason == WakeReason::interrupted) return false;
  }
}

void UserState::forget_rejection(JSValueConst promise) {
  std::erase_if(rejections, [&](const Rejection& each) {
    return JS_VALUE_GET_PTR(each.promise.get()) == JS_VALUE_GET_PTR(promise);
  });
}

void set_rejection_tracker(JSRuntime* engine) {
  JS_SetHostPromiseRejectionTracker(
      engine,
      [](JSContext* context, JSValueConst promise, JSValueConst reason, bool handled, void*) {
        auto* user = static_cast<UserState*>(JS_GetContextOpaque(context));
        if (user == nullptr) return;
        user->forget_rejection(promise);
        if (!handled)
          user->rejections.push_back(
              {Value::copy_of(context, promise), Value::copy_of(context, reason)});
      },
      nullptr);
}

void UserState::abandon() {
  rejections.clear();
  for (auto& [number, timer] : timers) links.loop->cancel(timer->id);
  timers.clear();
  for (const Fiber helper : helpers) links.loop->interrupt(helper);
  while (!helpers.empty()) {
    // Each leaves the list as it ends; an interrupted fiber cannot park, but it can let others run.
    const Waiting waiting(*this);
    links.loop->yield();
  }
  ready.clear();
  drop_sockets(*this);
  drop_grpc_streams(*this);
  pending = 0;
}

Waiting::Waiting(UserState& user) : user_(user) {
  crema_js_leave(user.links.runtime->engine(), &user.js);
  user.links.runtime->current = nullptr;
}

Waiting::~Waiting() {
  crema_js_enter(user_.links.runtime->engine(), &user_.js);
  user_.links.runtime->current = &user_.user;
  user_.entered = user_.links.loop->turn_time();
}

JSValue throw_interrupted(JSContext* context) {
  JS_ThrowInternalError(context, "interrupted");
  const JSValue error = JS_GetException(context);
  JS_SetUncatchableError(context, error);
  return JS_Throw(context, error);
}

}  // namespace crema::load
