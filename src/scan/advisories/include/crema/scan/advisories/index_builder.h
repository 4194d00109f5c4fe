// Advisories compiled into an index: texts kept once, events in the order of their versions.
#pragma once

#include "crema/scan/advisories/osv.h"

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct IndexOptions {
  bool summaries = true;  // false: facts only, no sentence of anybody's
  std::string day;        // as of which the data is; "" takes the newest that an advisory tells
  std::string source;     // where the data is from, with what its licence wants said
};

class IndexBuilder {
 public:
  explicit IndexBuilder(IndexOptions options) : options_(std::move(options)) {}

  // Of ecosystems whose versions nobody here can order only those are kept that are named one by
  // one. An advisory of an id that is there already takes its place.
  void add(OsvAdvisory advisory);
  // CVEs that attackers are known to use, as of a day ("2026-11-02").
  void set_exploited(std::set<std::string> cves, std::string day);

  std::size_t size() const { return advisories_.size(); }
  // The same for the same advisories, in whatever order they came.
  std::string build() const;

 private:
  IndexOptions options_;
  std::map<std::string, OsvAdvisory, std::less<>> advisories_;
  std::set<std::string> exploited_;
  std::string exploited_day_;
};

// As small as zstd makes it: for what is shipped. AdvisoryIndex unpacks it by itself.
std::string packed_index(std::string_view index);

}  // namespace crema::scan
