#include "series_table.h"

namespace crema::load {

std::size_t SeriesTable::place_of(const Series& series) {
  const auto [known, fresh] = by_series_.try_emplace(&series, known_.size());
  if (!fresh) return known->second;
  KnownSeries made{.metric = &series.metric(), .tags = {}};
  std::string content;
  for (const Tag& tag : series.tags().tags()) {
    if (tag.key.empty() || tag.value.empty()) continue;
    made.tags.emplace_back(tag.key, tag.value);
    // The lengths keep two tags apart whatever they hold.
    content += std::to_string(tag.key.size()) + "," + std::to_string(tag.value.size()) + ":";
    content += tag.key;
    content += tag.value;
  }
  const auto [at, added] =
      by_content_.try_emplace({series.metric().id, std::move(content)}, known_.size());
  if (added) known_.push_back(std::move(made));
  known->second = at->second;
  return at->second;
}

}  // namespace crema::load
