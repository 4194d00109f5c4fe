#include "pushed_output.h"

#include <fmt/format.h>

#include <array>
#include <csignal>

namespace crema::load {
namespace {

using std::chrono::milliseconds;

constexpr std::array kPauses = {milliseconds(500), milliseconds(1500)};
constexpr std::chrono::seconds kPatience{10};

}  // namespace

PushedOutput::PushedOutput(std::unique_ptr<Exporter> exporter, std::unique_ptr<Sender> sender,
                           PushSettings settings)
    : settings_(std::move(settings)), sender_(std::move(sender)) {
  state_.lock()->exporter = std::move(exporter);
  thread_ = std::thread([this] { run(); });
}

PushedOutput::~PushedOutput() { static_cast<void>(PushedOutput::close()); }

Result<> PushedOutput::write(std::span<const Point> points) {
  state_.lock()->exporter->take(points);
  return {};
}

Result<> PushedOutput::close() {
  state_.lock()->closing = true;
  closing_.notify_one();
  if (thread_.joinable()) thread_.join();
  return {};
}

void PushedOutput::run() {
  // A server that hangs up is an error of write() here, and no signal.
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  auto next = settings_.clock->monotonic() + settings_.interval;
  while (!state_.lock().wait_for(closing_, next - settings_.clock->monotonic(),
                                 [](const State& now) { return now.closing; })) {
    push();
    // A push that took longer than the interval leaves no debt of pushes behind.
    next = std::max(next, settings_.clock->monotonic()) + settings_.interval;
  }
  push_the_rest();
}

// All there is to tell; false where the server did not take it.
bool PushedOutput::push() {
  for (;;) {
    const std::string message = state_.lock()->exporter->message();
    if (message.empty()) return true;
    if (!deliver(message)) return false;
  }
}

void PushedOutput::push_the_rest() {
  const auto begin = settings_.clock->monotonic();
  bool told = push();
  for (const auto pause : kPauses) {
    if (told || settings_.clock->monotonic() - begin > kPatience) break;
    std::this_thread::sleep_for(pause);
    told = push();
  }
  if (!told) {
    say("the last measurements did not arrive", "keep them in a file as well: add -o json=FILE.gz");
    return;
  }
  const std::string farewell = state_.lock()->exporter->farewell();
  if (!farewell.empty()) deliver(farewell);
}

// A server that is away is said once, and that it is back: not every few seconds.
bool PushedOutput::deliver(const std::string& message) {
  const Receipt receipt = sender_->send(message);
  switch (receipt.delivery) {
    case Delivery::done: {
      if (away_) say(fmt::format("{} takes measurements again", sender_->address()));
      away_ = false;
      const std::string complaint = state_.lock()->exporter->complaint(receipt.content);
      if (!complaint.empty() && complaint != complaint_) say(complaint);
      complaint_ = complaint;
      return true;
    }
    case Delivery::failed:
      state_.lock()->exporter->not_delivered();
      if (!away_)
        say(fmt::format("{} takes no measurements: {}", sender_->address(), receipt.why),
            receipt.hint.empty() ? "start the server; what it misses is sent again" : receipt.hint);
      away_ = true;
      return false;
    case Delivery::refused:
      if (receipt.why != complaint_)
        say(fmt::format("{} refuses measurements: {}", sender_->address(), receipt.why),
            "look at the output's address and credentials");
      complaint_ = receipt.why;
      return true;
  }
  return true;
}

void PushedOutput::say(const std::string& what, std::string hint) const {
  if (!settings_.warn) return;
  auto warning =
      make_warning("load/output", fmt::format("the output {}: {}", settings_.name, what));
  warning.hint = std::move(hint);
  settings_.warn(warning);
}

}  // namespace crema::load
