// Gives jobs their indexes: in the order they become known, and in a resumed run the ones they had.
#pragma once

#include "crema/evidence/event.h"
#include "crema/store/store.h"

#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

namespace crema::run {

class JobNumbers {
 public:
  explicit JobNumbers(std::span<const store::JobRecord> earlier = {});

  // Jobs are known again by id, name and whether they stand for others; equal ones in their order.
  evidence::JobIndex next(const std::string& id, const std::string& name, bool expands);

 private:
  using Key = std::tuple<std::string, std::string, bool>;
  std::map<Key, std::vector<evidence::JobIndex>> earlier_;  // last one first
  evidence::JobIndex unused_ = 0;
};

}  // namespace crema::run
