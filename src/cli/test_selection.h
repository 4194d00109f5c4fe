// Which tests run, where it is not all of them: a shard, what a change can affect; and why.
#pragma once

#include "project.h"

#include "crema/testing/sharding.h"
#include "crema/testing/test_run.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::cli {

// "2/4". Fails with "test/shard".
Result<testing::Shard> parse_shard(std::string_view text);

// What each suite took when it last ran whole, out of the newest runs that are kept; in a step,
// of the store its run is in. The run that goes on now does not count: shards of one matrix divide
// alike.
Result<testing::SuiteTimes> recorded_times(const sys::Host& host, const std::string& part);

// Files that differ from `ref`'s merge base; "auto": from the default branch, on it from the commit
// before, or from HEAD when the tree is dirty.
Result<std::vector<std::string>> changed_files(const sys::Host& host, const Project& project,
                                               const std::string& ref);

// Why the tests of a package run or not, or those of the packages that have a test of that name.
Result<std::string> explain_selection(const sys::Host& host, const Project& project,
                                      const std::string& name,
                                      const std::vector<std::string>& changed,
                                      const std::string& tags);

}  // namespace crema::cli
