#include "go_tool.h"

#include "inputs.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

namespace crema::actions {

namespace fs = std::filesystem;

Result<fs::path> build_go_tool(run::ActionContext& context, std::string_view package,
                               std::string_view version) {
  const auto name = package.substr(package.rfind('/') + 1);
  const auto folder = context.tool_cache() / "go-tools" / fmt::format("{}@{}", name, version);
  const auto program = folder / name;
  if (version != "latest" && fs::exists(program)) return program;
  if (!context.find_program("go")) {
    return fail("actions/program-not-found",
                fmt::format("{} is not installed, and neither is Go to build it with", name));
  }
  CREMA_TRY(sys::make_directories(folder));
  context.log(fmt::format("go install {}@{}", package, version));
  // The tool may need a newer Go than the job's; its own flags are no concern of the tool's.
  const auto ended = CREMA_TRY(context.execute(
      {"go", "install", fmt::format("{}@{}", package, version)}, context.temp(),
      {{"GOBIN", folder.string()}, {"GOFLAGS", ""}, {"GOTOOLCHAIN", "auto"}, {"GOWORK", "off"}}));
  if (ended.ok()) return program;
  return fail("actions/command-failed", fmt::format("go install {}@{} failed with exit code {}",
                                                    package, version, ended.code));
}

std::vector<std::string> shell_words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool inside = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      inside = true;
    } else if (c == '\\' && i + 1 < text.size()) {
      word += text[++i];
      inside = true;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      if (inside) words.push_back(std::move(word));
      word.clear();
      inside = false;
    } else {
      word += c;
      inside = true;
    }
  }
  if (inside) words.push_back(std::move(word));
  return words;
}

}  // namespace crema::actions
