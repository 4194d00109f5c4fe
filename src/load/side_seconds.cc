#include "side_seconds.h"

#include "run_series.h"

#include <map>

namespace crema::load {
namespace {

class SideOutput : public Output {
 public:
  explicit SideOutput(std::shared_ptr<SideSeconds> seconds) : seconds_(std::move(seconds)) {}
  Result<> write(std::span<const Point> points) override {
    seconds_->add(points);
    return {};
  }
  Result<> close() override { return {}; }

 private:
  std::shared_ptr<SideSeconds> seconds_;
};

Timeline::Meaning meaning_of(std::string_view metric) {
  if (metric == "http_req_duration") return Timeline::Meaning::duration;
  if (metric == "http_reqs") return Timeline::Meaning::requests;
  if (metric == "http_req_failed") return Timeline::Meaning::failed;
  return Timeline::Meaning::none;
}

std::int64_t second_of(sys::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::map<std::int64_t, Second> by_second(Timeline& timeline) {
  std::map<std::int64_t, Second> seconds;
  for (auto& second : timeline.take()) {
    const auto [at, fresh] = seconds.try_emplace(second.second, second);
    if (!fresh) at->second.merge(second);
  }
  return seconds;
}

}  // namespace

char side_of(std::int64_t second) {
  const auto turn = second % kTurnsOfCycle;
  return turn == 0 || turn == kTurnsOfCycle - 1 ? 'a' : 'b';
}

void SideSeconds::add(std::span<const Point> points) {
  for (const Point& point : points) {
    const auto meaning = meaning_of(point.series->metric().name);
    if (meaning == Timeline::Meaning::none) continue;
    const auto side = point.series->tags().find(kSideTag);
    if (side != "a" && side != "b") continue;
    auto time = point.time;
    while (side_of(second_of(time)) != side->front()) time -= std::chrono::seconds(1);
    (side == "a" ? a_ : b_).add(meaning, point.value, time);
  }
}

SideSeconds::Sides SideSeconds::take(sys::WallTime begin, sys::WallTime end) {
  Sides sides{.a = {.name = "http_req_duration", .blocks = {}},
              .b = {.name = "http_req_duration", .blocks = {}}};
  const auto a = by_second(a_);
  const auto b = by_second(b_);
  auto second = second_of(begin) + 1;
  while (second % kTurnsOfCycle != 0) ++second;
  for (; second + kTurnsOfCycle <= second_of(end); second += kTurnsOfCycle) {
    for (auto turn = second; turn < second + kTurnsOfCycle; ++turn) {
      const bool of_a = side_of(turn) == 'a';
      const auto& seconds = of_a ? a : b;
      const auto found = seconds.find(turn);
      (of_a ? sides.a : sides.b)
          .blocks.push_back(found == seconds.end() ? TimeBlock{} : block_of(found->second));
    }
  }
  return sides;
}

std::unique_ptr<Output> make_side_output(std::shared_ptr<SideSeconds> seconds) {
  return std::make_unique<SideOutput>(std::move(seconds));
}

}  // namespace crema::load
