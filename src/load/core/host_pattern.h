// HostPatterns: names of hosts and of whole domains ("*.example.com"), each with something to it.
#pragma once

#include "crema/base/strings.h"

#include <map>
#include <string>
#include <string_view>

namespace crema::load {

template <class Value>
class HostPatterns {
 public:
  void add(std::string_view pattern, Value value) {
    patterns_.insert_or_assign(to_lower(pattern), std::move(value));
  }
  // The name itself first, then the longest domain it is in. Null for none.
  const Value* find(std::string_view name) const {
    if (patterns_.empty()) return nullptr;
    const auto lower = to_lower(name);
    if (const auto found = patterns_.find(lower); found != patterns_.end()) return &found->second;
    for (auto dot = lower.find('.'); dot != std::string::npos; dot = lower.find('.', dot + 1)) {
      const auto found = patterns_.find("*" + lower.substr(dot));
      if (found != patterns_.end()) return &found->second;
    }
    const auto all = patterns_.find("*");
    return all == patterns_.end() ? nullptr : &all->second;
  }
  bool empty() const { return patterns_.empty(); }

 private:
  std::map<std::string, Value, std::less<>> patterns_;
};

}  // namespace crema::load
