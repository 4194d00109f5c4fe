// The coordinator of a test, as an agent sees it: what it orders, and what it is told.
#pragma once

#include "generator_watch.h"

#include "crema/load/exit_codes.h"
#include "crema/load/remote/channel.h"
#include "crema/load/script/log.h"

#include <atomic>
#include <optional>
#include <string>

namespace crema::load {

class CoordinatorLink {
 public:
  CoordinatorLink(Channel& channel, Mailbox& mailbox) : channel_(channel), mailbox_(mailbox) {}

  void ready() { channel_.send(Ready{}); }
  // Waits for the order to start; none where the test is stopped before, or the coordinator lost.
  std::optional<Start> wait_for_start();
  // True once the coordinator has ordered the end, or is lost.
  bool stopped();
  void measured(Measured measured);
  void ask_end(LoadExit exit, const std::string& message);
  // The agent was told to stop by its own machine.
  void leave();
  void done(LoadExit exit, const GeneratorFacts& generator);
  // From any thread. Until ready() only errors are sent: the coordinator has said the rest itself,
  // when it read the script.
  void log(const LogEntry& entry);
  // Called when the init code of all users begins: everything is said from then on.
  void speak() { speaks_ = true; }
  // Whether samples have to wait for the network, so that points are better left out.
  bool congested() const;

 private:
  void heed(Mailbox::Letter letter);

  Channel& channel_;
  Mailbox& mailbox_;
  std::optional<Start> start_;
  bool stopped_ = false;
  std::atomic<bool> speaks_{false};
};

}  // namespace crema::load
