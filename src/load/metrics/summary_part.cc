#include "summary_part.h"

#include <algorithm>
#include <map>
#include <set>

namespace crema::load {
namespace {

using Entry = std::pair<const Parts::Key, Sink>;

// The place of each check in the test, by its group's path and its name.
using Orders = std::map<std::pair<std::string, std::string>, std::uint64_t>;

void collect_orders(const Group& group, Orders& orders) {
  for (const auto& check : group.checks()) orders[{group.path(), check->name}] = check->order;
  for (const auto& inner : group.groups()) collect_orders(*inner, orders);
}

class PartBuilder {
 public:
  explicit PartBuilder(const Collector& collector) : collector_(collector) {
    collect_orders(collector.root_group(), orders_);
    for (const Entry& entry : collector.parts().all()) {
      const PartKey& key = entry.first.part;
      by_scenario_[key.scenario].push_back(&entry);
      by_group_[{key.scenario, key.group}].push_back(&entry);
      if (!key.group.empty()) mark(key.scenario, key.group);
    }
  }

  std::vector<SummaryPart> scenarios() const {
    std::vector<SummaryPart> parts;
    for (const auto& [scenario, entries] : by_scenario_) {
      if (scenario.empty()) continue;
      SummaryPart part = part_of(entries);
      part.name = scenario;
      part.groups = groups(scenario, collector_.root_group());
      parts.push_back(std::move(part));
    }
    return parts;
  }

  std::vector<SummaryPart> groups(const std::string& scenario, const Group& outer) const {
    std::vector<SummaryPart> parts;
    for (const auto& group : outer.groups()) {
      if (!present_.contains({scenario, group->path()})) continue;
      const auto found = by_group_.find({scenario, group->path()});
      SummaryPart part = found == by_group_.end() ? SummaryPart() : part_of(found->second);
      part.name = group->name();
      part.groups = groups(scenario, *group);
      parts.push_back(std::move(part));
    }
    return parts;
  }

 private:
  using Entries = std::vector<const Entry*>;
  using Place = std::pair<std::string, std::string>;  // scenario and path

  // A group is shown where it or one inside it has measured something.
  void mark(const std::string& scenario, std::string path) {
    while (!path.empty() && present_.emplace(scenario, path).second)
      path.resize(std::min(path.rfind("::"), path.size()));
  }

  SummaryPart part_of(const Entries& entries) const {
    std::map<std::string, std::pair<const Metric*, Sink>> metrics;
    std::map<std::string, Check> checks;
    for (const Entry* entry : entries) {
      const Metric* metric = entry->first.metric;
      const auto at = metrics.try_emplace(metric->name, metric, make_sink(metric->type)).first;
      merge_into(at->second.second, entry->second);
      const auto* rate = std::get_if<RateSink>(&entry->second);
      if (rate != nullptr && !entry->first.part.check.empty())
        add_check(checks, entry->first.part, *rate);
    }
    SummaryPart part;
    for (auto& [name, made] : metrics) part.metrics.push_back(std::move(made));
    for (auto& [name, check] : checks) part.checks.push_back(std::move(check));
    std::ranges::sort(part.checks, {}, &Check::order);
    return part;
  }

  void add_check(std::map<std::string, Check>& checks, const PartKey& key,
                 const RateSink& rate) const {
    const auto known = orders_.find({key.group, key.check});
    const std::uint64_t order = known == orders_.end() ? orders_.size() : known->second;
    Check& check =
        checks.try_emplace(key.check, Check{.name = key.check, .order = order}).first->second;
    check.order = std::min(check.order, order);
    check.passes += rate.trues;
    check.fails += rate.total - rate.trues;
  }

  const Collector& collector_;
  Orders orders_;
  std::map<std::string, Entries> by_scenario_;
  std::map<Place, Entries> by_group_;
  std::set<Place> present_;
};

}  // namespace

std::vector<SummaryPart> scenario_parts(const Collector& collector) {
  return PartBuilder(collector).scenarios();
}

std::vector<SummaryPart> default_group_parts(const Collector& collector) {
  return PartBuilder(collector).groups("", collector.root_group());
}

}  // namespace crema::load
