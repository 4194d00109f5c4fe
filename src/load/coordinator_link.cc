#include "coordinator_link.h"

namespace crema::load {
namespace {

constexpr auto kLook = std::chrono::milliseconds(200);
// Points beyond this are left out: they would only grow older.
constexpr std::size_t kMostWaiting = std::size_t{64} << 20U;

}  // namespace

void CoordinatorLink::heed(Mailbox::Letter letter) {
  if (!letter.message || std::holds_alternative<Stop>(*letter.message)) stopped_ = true;
  if (letter.message)
    if (auto* start = std::get_if<Start>(&*letter.message)) start_ = std::move(*start);
}

std::optional<Start> CoordinatorLink::wait_for_start() {
  while (!stopped_ && !start_)
    if (auto letter = mailbox_.take(kLook)) heed(std::move(*letter));
  return stopped_ ? std::nullopt : std::move(start_);
}

bool CoordinatorLink::stopped() {
  while (auto letter = mailbox_.take(std::chrono::nanoseconds(0))) heed(std::move(*letter));
  return stopped_;
}

void CoordinatorLink::measured(Measured measured) { channel_.send(std::move(measured)); }

void CoordinatorLink::ask_end(LoadExit exit, const std::string& message) {
  channel_.send(EndRequest{static_cast<std::int32_t>(exit), message});
}

void CoordinatorLink::leave() {
  channel_.send(Refusal{"load/agent-stopped", "the agent was stopped on its machine",
                        "let it run until the test has ended"});
}

void CoordinatorLink::done(LoadExit exit, const GeneratorFacts& generator) {
  channel_.send(Done{.exit = static_cast<std::int32_t>(exit),
                     .cpu_share = generator.cpu_share,
                     .steal_share = generator.steal_share,
                     .loop_lag_p99_ms = generator.loop_lag_p99_ms});
}

void CoordinatorLink::log(const LogEntry& entry) {
  if (!speaks_ && entry.level != LogLevel::error) return;
  channel_.send(LogLine{static_cast<std::uint8_t>(entry.level), entry.message, entry.fields});
}

bool CoordinatorLink::congested() const { return channel_.waiting() > kMostWaiting; }

}  // namespace crema::load
