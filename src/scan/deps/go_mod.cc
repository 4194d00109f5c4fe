#include "crema/scan/deps/go_mod.h"

#include "go_directives.h"

#include "crema/base/strings.h"
#include "crema/scan/advisories/version_scheme.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace crema::scan {
namespace {

Diagnostic wrong(const SourcePtr& file, const GoDirective& directive, std::string why) {
  return make_error("deps/go.mod", std::move(why),
                    {.source = file, .line = directive.line, .column = 1});
}

bool is_indirect(std::string_view comment) {
  return comment == "indirect" || comment.starts_with("indirect;") ||
         comment.starts_with("indirect ");
}

Result<GoReplacement> read_replacement(const SourcePtr& file, const GoDirective& directive) {
  const auto& words = directive.words;
  const auto arrow = std::ranges::find(words, "=>", &GoWord::text) - words.begin();
  const auto behind = static_cast<std::ptrdiff_t>(words.size()) - arrow - 1;
  if (arrow < 1 || arrow > 2 || behind < 1 || behind > 2)
    return wrong(file, directive, "`replace` is written MODULE [VERSION] => TARGET [VERSION]");
  return GoReplacement{.from = {words[0].text, arrow == 2 ? words[1].text : ""},
                       .to = {words[arrow + 1].text, behind == 2 ? words[arrow + 2].text : ""},
                       .line = directive.line};
}

// `go` and `toolchain`; false for another directive.
bool read_language(const GoDirective& directive, GoLanguage& language) {
  if (directive.words.size() != 1) return false;
  if (directive.name == "go") {
    language.go = directive.words[0].text;
    language.go_line = directive.line;
    return true;
  }
  if (directive.name != "toolchain") return false;
  language.toolchain = directive.words[0].text;
  language.toolchain_line = directive.line;
  return true;
}

Result<GoModule> read_module(const SourcePtr& file, const GoDirective& directive) {
  if (directive.words.size() != 2)
    return wrong(file, directive, fmt::format("`{}` is written MODULE VERSION", directive.name));
  return GoModule{directive.words[0].text, directive.words[1].text};
}

}  // namespace

bool GoLanguage::is_pruned() const {
  return !go.empty() && compare_semver(semver_of_go(go), "1.17.0-0") >= 0;
}

std::string GoLanguage::minimum() const {
  const auto line = toolchain.starts_with("go") ? semver_of_go(toolchain) : std::string();
  const auto own = go.empty() ? std::string() : semver_of_go(go);
  return line.empty() || (!own.empty() && compare_semver(own, line) > 0) ? own : line;
}

Result<GoMod> parse_go_mod(const SourcePtr& file) {
  GoMod mod;
  for (const auto& directive : CREMA_TRY(read_go_directives(file))) {
    if (read_language(directive, mod.language)) continue;
    if (directive.name == "module" && directive.words.size() == 1) {
      mod.path = directive.words[0].text;
      mod.module_line = directive.line;
    } else if (directive.name == "require") {
      mod.requirements.push_back({.module = CREMA_TRY(read_module(file, directive)),
                                  .indirect = is_indirect(directive.comment),
                                  .line = directive.line,
                                  .column = directive.words[0].column,
                                  .version_column = directive.words[1].column});
    } else if (directive.name == "exclude") {
      mod.exclusions.push_back(CREMA_TRY(read_module(file, directive)));
    } else if (directive.name == "replace") {
      mod.replacements.push_back(CREMA_TRY(read_replacement(file, directive)));
    }
  }
  if (mod.path.empty())
    return fail("deps/go.mod", "there is no `module` line",
                {.source = file, .line = 1, .column = 1});
  return mod;
}

Result<GoWork> parse_go_work(const SourcePtr& file) {
  GoWork work;
  for (const auto& directive : CREMA_TRY(read_go_directives(file))) {
    if (read_language(directive, work.language)) continue;
    if (directive.name == "use" && directive.words.size() == 1)
      work.uses.push_back(directive.words[0].text);
    else if (directive.name == "replace")
      work.replacements.push_back(CREMA_TRY(read_replacement(file, directive)));
  }
  return work;
}

std::string semver_of_go(std::string_view version) {
  if (version.starts_with("go")) version.remove_prefix(2);
  // What a vendor adds to a release: "1.21.3-custom", "1.21 X:exp".
  version = version.substr(0, version.find_first_of(" -"));
  const auto mark = version.find_first_not_of("0123456789.");
  auto numbers = std::string(version.substr(0, mark));
  const auto dots = std::ranges::count(numbers, '.');
  for (auto missing = dots; missing < 2; ++missing) numbers += ".0";
  if (mark == std::string_view::npos) return numbers;
  // "rc2", "beta1"
  const auto rest = version.substr(mark);
  const auto digit = rest.find_first_of("0123456789");
  if (digit == std::string_view::npos) return fmt::format("{}-{}", numbers, rest);
  return fmt::format("{}-{}.{}", numbers, rest.substr(0, digit), rest.substr(digit));
}

}  // namespace crema::scan
