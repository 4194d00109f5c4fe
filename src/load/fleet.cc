#include "fleet.h"

#include "crema/load/schedule/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>
#include <thread>

namespace crema::load {
namespace {

constexpr auto kReach = std::chrono::seconds(5);
constexpr auto kAnswer = std::chrono::seconds(10);
constexpr auto kLook = std::chrono::milliseconds(200);
constexpr int kProbes = 8;

std::int64_t nanoseconds(auto time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

Diagnostic diagnostic_of(const Refusal& refusal, const std::string& name) {
  auto error = make_error(refusal.code, fmt::format("{}: {}", name, refusal.message));
  error.hint = refusal.hint;
  return error;
}

}  // namespace

struct Fleet::Member {
  std::string name;  // "10.0.0.2:6566"
  std::unique_ptr<Channel> channel;
  std::unique_ptr<PointReader> points;
  Hello hello;
  std::int64_t ahead = 0;       // its monotonic clock before this one
  std::int64_t wall_ahead = 0;  // its wall clock
  std::string segment;
  Standing standing;
  std::optional<Done> done;
  std::uint64_t lost_points = 0;
  bool ready = false;
  bool lost = false;
};

Fleet::Fleet(Context context) : context_(std::move(context)) {}
Fleet::~Fleet() = default;

Result<std::unique_ptr<Fleet>> Fleet::gather(const AgentsChoice& choice, Context context) {
  std::unique_ptr<Fleet> fleet(new Fleet(std::move(context)));
  CREMA_TRY(fleet->meet(choice));
  for (auto& member : fleet->members_) CREMA_TRY(fleet->compare_clocks(*member));
  return fleet;
}

Result<> Fleet::meet(const AgentsChoice& choice) {
  const auto tls = CREMA_TRY(ChannelTls::create(choice.certificates, Side::coordinator));
  const auto begin = context_.clock.monotonic();
  for (const Endpoint& endpoint : choice.agents) {
    auto member = std::make_unique<Member>();
    member->name = format_endpoint(endpoint);
    auto socket = CREMA_TRY(reach(endpoint, begin + choice.wait));
    member->channel = std::make_unique<Channel>(
        std::move(socket), tls, context_.clock, mailbox_,
        Channel::Settings{.number = members_.size(),
                          .peer = fmt::format("the agent at {}", member->name)});
    member->channel->send(
        Hello{.protocol = kWireProtocol, .version = std::string(kWireVersion), .cpu_model = {}});
    members_.push_back(std::move(member));
    Member& fresh = *members_.back();
    auto first = CREMA_TRY(hear(fresh, kAnswer));
    auto* hello = std::get_if<Hello>(&first);
    if (hello == nullptr || hello->protocol != kWireProtocol || hello->version != kWireVersion) {
      auto error = make_error(
          "load/agent-version",
          fmt::format("the agent at {} is {}, this is crema {} (protocol {})", fresh.name,
                      hello == nullptr
                          ? "no agent of crema"
                          : fmt::format("crema {} (protocol {})", hello->version, hello->protocol),
                      kWireVersion, kWireProtocol));
      error.hint = "install the same version of crema on both machines";
      return error;
    }
    fresh.hello = std::move(*hello);
    fresh.points = std::make_unique<PointReader>(context_.registry, context_.builtins);
  }
  return {};
}

// Tries again until `deadline`: pods of a cluster come when they come.
Result<sys::Descriptor> Fleet::reach(const Endpoint& endpoint, Time deadline) {
  while (true) {
    auto socket = connect_to(endpoint, kReach);
    if (socket || context_.clock.monotonic() >= deadline || context_.stop.stop_requested())
      return socket;
    std::this_thread::sleep_for(kLook);
  }
}

// The quickest answer tells most: what the clocks differ by is known up to half of its way.
Result<> Fleet::compare_clocks(Member& member) {
  std::int64_t quickest = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < kProbes; ++i) {
    member.channel->send(ClockProbe{nanoseconds(context_.clock.monotonic())});
    const auto message = CREMA_TRY(hear(member, kAnswer));
    const auto* answer = std::get_if<ClockAnswer>(&message);
    const auto now = nanoseconds(context_.clock.monotonic());
    const auto wall = nanoseconds(context_.clock.wall());
    if (answer == nullptr) continue;
    const auto way = now - answer->sent;
    if (way >= quickest) continue;
    quickest = way;
    member.ahead = answer->monotonic - (answer->sent + way / 2);
    member.wall_ahead = answer->wall - (wall - way / 2);
  }
  return {};
}

Result<Message> Fleet::hear(const Member& member, std::chrono::nanoseconds wait) {
  const auto until = context_.clock.monotonic() + wait;
  while (context_.clock.monotonic() < until) {
    if (context_.stop.stop_requested())
      return fail("load/interrupted", "the test was interrupted before it began");
    auto letter = mailbox_.take(kLook);
    if (!letter) continue;
    if (!letter->message) return letter->message.error();
    if (const auto* refusal = std::get_if<Refusal>(&*letter->message))
      return diagnostic_of(*refusal, members_.at(letter->from)->name);
    if (members_.at(letter->from).get() == &member) return std::move(*letter->message);
  }
  auto error =
      make_error("load/agent-lost", fmt::format("the agent at {} does not answer", member.name));
  error.hint = "look at its log, and whether it is an agent that listens there";
  return error;
}

Result<LoadExit> Fleet::assign(const Assignment& common) {
  const auto parts = CREMA_TRY(split_segment({}, static_cast<std::int64_t>(members_.size())));
  for (std::size_t i = 0; i < members_.size(); ++i) {
    Member& member = *members_[i];
    member.segment = format_segment(parts[i]);
    Assignment own = common;
    own.segment = member.segment;
    own.sequence = format_segment_sequence(parts);
    own.wall_shift = -member.wall_ahead;
    member.channel->send(std::move(own));
  }
  const auto all_ready = [this] {
    return std::ranges::all_of(members_, [](const auto& member) { return member->ready; });
  };
  while (!all_ready()) {
    if (context_.stop.stop_requested()) return LoadExit::interrupted;
    auto letter = mailbox_.take(kLook);
    if (!letter) continue;
    Member& member = *members_.at(letter->from);
    if (!letter->message) return letter->message.error();
    if (const auto* refusal = std::get_if<Refusal>(&*letter->message))
      return diagnostic_of(*refusal, member.name);
    if (const auto* line = std::get_if<LogLine>(&*letter->message)) pass_on(member, *line);
    if (const auto* done = std::get_if<Done>(&*letter->message))
      return static_cast<LoadExit>(done->exit);
    if (const auto* asked = std::get_if<EndRequest>(&*letter->message)) {
      context_.log(LogEntry{LogLevel::error, asked->message, {{"agent", member.name}}});
      return static_cast<LoadExit>(asked->exit);
    }
    if (std::holds_alternative<Ready>(*letter->message)) member.ready = true;
    if (auto* measured = std::get_if<Measured>(&*letter->message))
      member.standing = std::move(measured->standing);
  }
  return LoadExit::ok;
}

void Fleet::start(Time at, const std::string& setup_data) {
  for (auto& member : members_)
    member->channel->send(Start{.at = nanoseconds(at) + member->ahead, .setup_data = setup_data});
}

void Fleet::stop() {
  for (auto& member : members_) member->channel->send(Stop{});
}

void Fleet::attend(std::chrono::nanoseconds wait, const Events& events) {
  for (auto letter = mailbox_.take(wait); letter; letter = mailbox_.take(Duration(0))) {
    Member& member = *members_.at(letter->from);
    if (!letter->message)
      lose(member, letter->message.error(), events);
    else
      take(member, std::move(*letter->message), events);
  }
}

void Fleet::take(Member& member, Message&& message, const Events& events) {
  if (member.lost) return;
  if (const auto* line = std::get_if<LogLine>(&message)) pass_on(member, *line);
  if (const auto* asked = std::get_if<EndRequest>(&message))
    events.end_asked(static_cast<LoadExit>(asked->exit), asked->message);
  if (const auto* refusal = std::get_if<Refusal>(&message))
    lose(member, diagnostic_of(*refusal, member.name), events);
  if (const auto* done = std::get_if<Done>(&message)) {
    member.done = *done;
    member.standing.active = 0;
    for (auto& scenario : member.standing.scenarios) scenario.active = 0;
  }
  auto* measured = std::get_if<Measured>(&message);
  if (measured == nullptr) return;
  auto delta = parse_delta(measured->delta, context_.registry);
  if (!delta) return lose(member, delta.error(), events);
  events.measured(std::move(*delta));
  member.standing = std::move(measured->standing);
  member.lost_points = measured->lost_points;
  if (measured->points.points.empty()) return;
  auto points = member.points->read(measured->points);
  if (!points) return lose(member, points.error(), events);
  events.points(std::move(*points));
}

void Fleet::lose(Member& member, const Diagnostic& why, const Events& events) {
  if (member.lost || member.done) return;
  member.lost = true;
  member.standing.active = 0;
  for (auto& scenario : member.standing.scenarios) scenario.active = 0;
  events.lost(member.name, member.segment, why);
}

void Fleet::pass_on(const Member& member, const LogLine& line) const {
  if (!context_.log) return;
  LogEntry entry{.level = static_cast<LogLevel>(std::min<std::uint8_t>(line.level, 3)),
                 .message = line.message,
                 .fields = line.fields};
  entry.fields.emplace_back("agent", member.name);
  context_.log(entry);
}

bool Fleet::over() const {
  return std::ranges::all_of(members_,
                             [](const auto& member) { return member->lost || member->done; });
}

std::size_t Fleet::lost() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(members_, [](const auto& member) { return member->lost; }));
}

Standing Fleet::standing() const {
  Standing sum;
  for (const auto& member : members_) {
    const Standing& own = member->standing;
    sum.completed += own.completed;
    sum.interrupted += own.interrupted;
    sum.active += own.active;
    if (!member->lost) sum.initialized += own.initialized;
    sum.failed = sum.failed || own.failed;
    for (const auto& scenario : own.scenarios) {
      auto found = std::ranges::find(sum.scenarios, scenario.name, &Standing::OfScenario::name);
      if (found == sum.scenarios.end())
        found = sum.scenarios.insert(found, {.name = scenario.name});
      found->active += scenario.active;
      found->completed += scenario.completed;
      found->dropped += scenario.dropped;
    }
  }
  return sum;
}

GeneratorFacts Fleet::generator() const {
  GeneratorFacts worst;
  for (const auto& member : members_) {
    if (!member->done) continue;
    worst.cpu_share = std::max(worst.cpu_share, member->done->cpu_share);
    worst.steal_share = std::max(worst.steal_share, member->done->steal_share);
    worst.loop_lag_p99_ms = std::max(worst.loop_lag_p99_ms, member->done->loop_lag_p99_ms);
  }
  if (lost() > 0) worst.cpu_share = std::numeric_limits<double>::quiet_NaN();
  return worst;
}

std::string Fleet::cpu_models() const {
  std::set<std::string> models;
  for (const auto& member : members_) models.insert(member->hello.cpu_model);
  return fmt::format("{}", fmt::join(models, ", "));
}

std::uint32_t Fleet::cores() const {
  std::uint32_t sum = 0;
  for (const auto& member : members_) sum += member->hello.cores;
  return sum;
}

std::uint64_t Fleet::lost_points() const {
  std::uint64_t sum = 0;
  for (const auto& member : members_) sum += member->lost_points;
  return sum;
}

}  // namespace crema::load
