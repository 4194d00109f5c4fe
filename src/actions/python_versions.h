// The Pythons of this machine and the files that ask for one.
#pragma once

#include "version_range.h"

#include "crema/run/action.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace crema::actions {

struct PythonVersion {
  Version version;
  std::string name;            // as Python writes it: "3.13.0rc2"
  std::string implementation;  // "CPython", "PyPy"
  std::filesystem::path program;
  std::filesystem::path prefix;  // sys.base_prefix
};

// The newest Python of PATH, pyenv, uv, the system and the tool cache for "3.11", a range,
// "3.13-dev" or "pypy3.10". Fails with "actions/no-such-python", naming what is installed.
Result<PythonVersion> provide_python(run::ActionContext& context, std::string_view spec,
                                     bool prereleases);

// What .python-version, pyproject.toml, .tool-versions or Pipfile asks for, one per version.
Result<std::vector<std::string>> python_versions_in(const std::filesystem::path& file);

}  // namespace crema::actions
