// What native functions know of the user whose code called them.
#pragma once

#include "program.h"
#include "value.h"

#include "crema/load/script/script_user.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crema::load {

// Where a check of one name, in one group and with one set of tags, is counted.
struct CheckKey {
  JSAtom name = JS_ATOM_NULL;
  const TagSet* tags = nullptr;
  const Group* group = nullptr;
  bool operator==(const CheckKey&) const = default;
};
struct CheckKeyHash {
  std::size_t operator()(const CheckKey& key) const {
    const auto mixed = reinterpret_cast<std::uintptr_t>(key.tags) * 31 +
                       reinterpret_cast<std::uintptr_t>(key.group) + key.name * 0x9e3779b97f4a7c15U;
    return mixed ^ mixed >> 29;
  }
};
struct CheckPlace {
  Check* check = nullptr;
  Series* series = nullptr;
};

struct HttpCall;
class RequestSeries;
struct ScriptSocket;
struct ScriptGrpcStream;
class GrpcChannel;

// Which statuses a request may have without being counted as failed.
struct ExpectedStatuses {
  struct Range {
    int min = 0;
    int max = 0;
  };
  std::vector<Range> ranges{{200, 399}};
  bool judged = true;  // false: nobody asked, and no sample says so

  bool expects(int status) const;
};

// Which system tags are on, asked for on every request.
struct SystemTags {
  explicit SystemTags(const std::vector<std::string>& names);
  bool proto = false, subproto = false, status = false, method = false, url = false, name = false,
       group = false, check = false, error = false, error_code = false, tls_version = false,
       scenario = false, service = false, expected_response = false, iter = false, vu = false,
       ip = false;
};

struct UserState {
  UserState(ScriptUser& owner, UserLinks given, std::int64_t user_id);
  ~UserState();
  UserState(const UserState&) = delete;
  UserState& operator=(const UserState&) = delete;

  // Waits for what the call has started: runs jobs and callbacks until there are none to come.
  // False when the user was interrupted, or code of a callback threw (the exception is pending).
  bool drain();
  // Runs what promises wait for. False where one of the jobs threw.
  bool run_jobs();
  // What was rejected with this promise is told elsewhere.
  void forget_rejection(JSValueConst promise);
  // After a call that did not end by itself: stops what it has started, and waits for that.
  void abandon();
  // For work that ends later, outside JavaScript: between begin and end a call of the user does not
  // end. `callback` runs on the user's own fiber, with its code's state in force.
  void begin_pending() { ++pending; }
  void end_pending(std::function<bool()> callback);

  // The tags samples of now get: of scenario, group, and what exec.vu.tags holds.
  const TagSet* tags_now() const { return tags; }
  void set_group(Group* now);

  // The wall time of this turn of the loop: samples of one turn need no reading each.
  sys::WallTime wall() {
    const Time turn = links.loop->turn_time();
    if (turn != wall_turn) {
      wall_turn = turn;
      wall_time = links.clock->wall();
    }
    return wall_time;
  }
  SourceLookup sources() const;

  ScriptUser& user;
  UserLinks links;
  std::int64_t id = 0;
  JSContext* context = nullptr;
  CremaJsFiber js{};
  SystemTags system_tags;

  // Of the call that runs.
  Fiber fiber;
  bool in_init = false;
  bool interrupted = false;
  bool aborted = false;
  std::string abort_reason;
  Time entered{};
  std::size_t pending = 0;
  std::vector<Fiber> helpers;  // that make requests beside the user's own fiber
  std::deque<std::function<bool()>> ready;
  // Promises that were rejected while nobody handled that.
  struct Rejection {
    Value promise;
    Value reason;
  };
  std::vector<Rejection> rejections;
  bool in_promise = false;  // the pending exception is one of them
  Fiber waiting_for_ready;
  IterationFacts iteration;

  Time wall_turn{};
  sys::WallTime wall_time{};

  // Samples.
  const TagSet* base_tags = nullptr;  // without the group
  const TagSet* tags = nullptr;
  Group* group = nullptr;
  std::shared_ptr<const Metadata> metadata;
  std::unordered_map<CheckKey, CheckPlace, CheckKeyHash> checks;

  // What every iteration needs again.
  Value global;
  std::string called_name;
  Value called;
  bool response_prototype_made = false;

  // Modules.
  std::uint8_t intrinsics = 0;  // see intrinsics.h
  std::string main_address;
  Value main_namespace;
  std::map<std::string, std::set<std::string>, std::less<>> wanted;  // of native modules
  std::map<std::string, Value> required;                             // by address: module.exports
  std::map<std::string, JSModuleDef*, std::less<>> native;
  std::map<std::string, JSModuleDef*, std::less<>> standard;
  std::set<std::string> reading;  // addresses of standard modules whose imports are looked for
  bool modules_broken = false;    // one could not be read, and others may refer to it

  // HTTP.
  std::unique_ptr<HttpClient> http;
  CookieJar jar;
  ExpectedStatuses expected;                           // of http.setResponseCallback
  std::vector<std::shared_ptr<ScriptSocket>> sockets;  // of k6/websockets, until they are closed

  // gRPC.
  std::vector<std::weak_ptr<GrpcChannel>> channels;             // of all its clients
  std::vector<std::shared_ptr<ScriptGrpcStream>> grpc_streams;  // until they are at their ends

  std::string setup_json;
  bool setup_parsed = false;
  bool environment_changed = false;  // a scenario has put its own members into __ENV
  Value setup_data;

  // Timers of setTimeout and setInterval, by their number.
  struct Timer {
    TimerId id;
    Duration interval{0};  // 0: it fires once
    Value function;
    std::vector<Value> arguments;
    bool due = false;  // it has fired, and its callback waits to be called
  };
  std::map<std::int64_t, std::unique_ptr<Timer>> timers;
  std::int64_t next_timer = 1;
};

inline UserState& user_of(JSContext* context) {
  return *static_cast<UserState*>(JS_GetContextOpaque(context));
}

// The running code of a user gives its thread away, until this goes out of scope: a native function
// makes one around whatever waits.
class Waiting {
 public:
  explicit Waiting(UserState& user);
  ~Waiting();
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  UserState& user_;
};

// Of a call that is abandoned: nothing happens to its sockets and streams any more.
void drop_sockets(UserState& user);
void drop_grpc_streams(UserState& user);
// Of a user that is no more.
void close_grpc_channels(UserState& user);

// Has the engine tell users of promises that are rejected with nobody to handle it.
void set_rejection_tracker(JSRuntime* engine);

// Ends the call: no `catch` of the script sees it.
JSValue throw_interrupted(JSContext* context);

}  // namespace crema::load
