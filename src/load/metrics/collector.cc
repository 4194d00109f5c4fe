#include "crema/load/metrics/collector.h"

#include <utility>

namespace crema::load {

void Collector::merge(Totals& totals, std::uint32_t id, Sink&& sink) {
  if (id >= totals.size()) totals.resize(id + 1);
  if (auto& total = totals[id]; total)
    merge_into(*total, sink);
  else
    total = std::move(sink);
}

void Collector::add(Delta&& delta) {
  for (auto& total : delta.totals) {
    if (total.sub != nullptr)
      merge(sub_totals_, total.sub->id, std::move(total.sink));
    else
      merge(totals_, total.metric->id, std::move(total.sink));
  }
  for (auto& part : delta.parts) parts_.merge(part.key, std::move(part.sink));
  for (auto& second : delta.seconds) {
    const auto [place, made] = seconds_.try_emplace(second.second);
    if (made)
      place->second = std::move(second);
    else
      place->second.merge(second);
  }
  for (auto& tally : delta.requests) add_requests(std::move(tally));
  root_.merge(delta.groups);
  overflow_ += delta.overflow;
}

void Collector::add_requests(RequestTally&& tally) {
  if (requests_.size() >= kMostKindsTogether && !requests_.contains(tally.kind))
    tally.kind = {.scenario = std::move(tally.kind.scenario),
                  .name = std::string(kOverflowValue),
                  .method = {}};
  const auto [place, made] = requests_.try_emplace(tally.kind);
  if (made) place->second.kind = tally.kind;
  place->second.merge(tally);
}

const Sink* Collector::found(const Totals& totals, std::uint32_t id) {
  if (id >= totals.size()) return nullptr;
  const auto& total = totals[id];
  return total ? &*total : nullptr;
}

const Sink* Collector::total(const Metric& metric) const { return found(totals_, metric.id); }

const Sink* Collector::total(const SubMetric& metric) const {
  return found(sub_totals_, metric.id);
}

}  // namespace crema::load
