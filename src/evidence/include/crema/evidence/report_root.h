// Reports name files as their tools saw them: absolute, from a folder of sources, on another
// machine. Evidence names them from the root of the repository.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace crema::evidence {

struct ReportRoot {
  std::string folder;  // the repository's, absolute; "": nothing is known about it
  // Whether there is such a file, by its path from the root. Empty: nobody can tell.
  std::function<bool(const std::string& path)> exists;
};

// The path from the repository's root with '/' between its parts. An absolute path that is
// elsewhere (a report from a container, from another machine) is that of the longest ending that
// exists here; what cannot be placed stays as it is.
std::string repository_path(std::string_view path, const ReportRoot& root);

// The first candidate that exists, placed; else the first one.
std::string repository_path(std::span<const std::string> candidates, const ReportRoot& root);

}  // namespace crema::evidence
