#include "job_numbers.h"

#include <algorithm>

namespace crema::run {

JobNumbers::JobNumbers(std::span<const store::JobRecord> earlier) {
  for (const auto& job : earlier) {
    earlier_[{job.id, job.name, job.expands}].push_back(job.index);
    unused_ = std::max(unused_, job.index + 1);
  }
  for (auto& [key, indexes] : earlier_) std::ranges::sort(indexes, std::greater<>());
}

evidence::JobIndex JobNumbers::next(const std::string& id, const std::string& name, bool expands) {
  if (const auto found = earlier_.find({id, name, expands});
      found != earlier_.end() && !found->second.empty()) {
    const auto index = found->second.back();
    found->second.pop_back();
    return index;
  }
  return unused_++;
}

}  // namespace crema::run
