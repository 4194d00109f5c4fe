// The agents of a test, as their coordinator sees them.
#pragma once

#include "generator_watch.h"
#include "point_batch.h"

#include "crema/load/exit_codes.h"
#include "crema/load/metrics/delta.h"
#include "crema/load/remote/channel.h"
#include "crema/load/remote/endpoint.h"
#include "crema/load/script/log.h"
#include "crema/load/test_run.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::load {

class Fleet {
 public:
  // All of it is called on the thread that controls the test.
  struct Events {
    std::function<void(Delta&&)> measured;
    std::function<void(std::vector<Point>&&)> points;
    std::function<void(LoadExit, const std::string&)> end_asked;
    // The agent's name, its segment, and why it is lost.
    std::function<void(const std::string&, const std::string&, const Diagnostic&)> lost;
  };
  struct Context {
    const sys::Clock& clock;
    Registry& registry;
    const Builtins& builtins;
    LogSink log;
    std::stop_token stop;
  };

  // Reaches all agents and compares clocks with them. Fails with what the first one fails with:
  // "load/agent-unreachable", "load/agent-tls", "load/agent-busy", "load/agent-version",
  // "load/agent-lost".
  static Result<std::unique_ptr<Fleet>> gather(const AgentsChoice& choice, Context context);
  ~Fleet();

  // Gives each agent its part of the test, and waits until all of them have made their users. The
  // segment, the sequence and the shift of the clock are each agent's own. The exit code of the
  // first that cannot.
  Result<LoadExit> assign(const Assignment& common);
  // Lets all agents start at `at`, each by its own clock.
  void start(Time at, const std::string& setup_data);
  void stop();
  // Takes in what has arrived; waits for something for so long.
  void attend(std::chrono::nanoseconds wait, const Events& events);
  // Every agent has done its part, or is lost.
  bool over() const;

  std::size_t size() const { return members_.size(); }
  std::size_t lost() const;
  // The sums of what the agents told last.
  Standing standing() const;
  // The worst of each fact; the CPU's share is no number where an agent was lost.
  GeneratorFacts generator() const;
  std::string cpu_models() const;  // each once
  std::uint32_t cores() const;
  std::uint64_t lost_points() const;

 private:
  struct Member;
  explicit Fleet(Context context);
  Result<> meet(const AgentsChoice& choice);
  Result<sys::Descriptor> reach(const Endpoint& endpoint, Time deadline);
  Result<> compare_clocks(Member& member);
  // The next message of one agent, while nothing is expected of others.
  Result<Message> hear(const Member& member, std::chrono::nanoseconds wait);
  void take(Member& member, Message&& message, const Events& events);
  void lose(Member& member, const Diagnostic& why, const Events& events);
  void pass_on(const Member& member, const LogLine& line) const;

  Context context_;
  Mailbox mailbox_;
  std::vector<std::unique_ptr<Member>> members_;
};

}  // namespace crema::load
