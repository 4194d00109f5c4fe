#include "crema/scan/deps/go_mod_edit.h"

#include "go_directives.h"

#include "crema/scan/advisories/version_scheme.h"
#include "crema/scan/deps/go_mod.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace crema::scan {
namespace {

// A word of a line that another one takes the place of.
struct WordChange {
  std::uint32_t column = 0;
  std::string from;
  std::string to;
};

class Edits {
 public:
  explicit Edits(std::vector<GoDirective> directives) : directives_(std::move(directives)) {
    for (const auto& directive : directives_)
      if (!directive.words.empty()) by_word_.emplace(directive.words.front().text, &directive);
  }

  void raise(const GoModEdit& edit) {
    bool named = false;
    const auto [begin, end] = by_word_.equal_range(edit.module);
    for (auto at = begin; at != end; ++at) {
      const auto& directive = *at->second;
      const auto& words = directive.words;
      if (!edit.replacement.empty()) {
        const auto arrow = std::ranges::find(words, "=>", &GoWord::text);
        if (directive.name != "replace" || words.end() - arrow != 3 ||
            (arrow + 1)->text != edit.replacement)
          continue;
        named = true;
        change(edit.replacement, directive.line, words.back(), edit.version);
      } else if (directive.name == "require" && words.size() == 2 && words[0].text == edit.module) {
        named = true;
        change(edit.module, directive.line, words[1], edit.version);
      }
    }
    if (named) return;
    added_ += fmt::format("\nrequire {} {} // indirect\n", edit.module, edit.version);
    changes_.push_back(fmt::format("{} {} is added", edit.module, edit.version));
  }

  void raise_toolchain(const std::string& version) {
    for (const auto& directive : directives_) {
      if (directive.words.size() != 1) continue;
      if (directive.name == "go") go_line_ = directive.line;
      if (directive.name != "toolchain") continue;
      if (directive.words[0].text.starts_with("go") &&
          compare_semver(semver_of_go(directive.words[0].text), version) >= 0)
        return;
      words_.insert_or_assign(directive.line, WordChange{directive.words[0].column,
                                                         directive.words[0].text, "go" + version});
      changes_.push_back(fmt::format("toolchain {} -> go{}", directive.words[0].text, version));
      return;
    }
    toolchain_ = version;
    changes_.push_back(fmt::format("toolchain go{} is added", version));
  }

  EditedGoMod apply(const SourceFile& file) {
    std::string text;
    for (std::uint32_t number = 1; number <= file.line_count(); ++number) {
      std::string line(file.line(number));
      if (const auto found = words_.find(number); found != words_.end())
        line.replace(found->second.column - 1, found->second.from.size(), found->second.to);
      const bool last = number == file.line_count();
      if (last && line.empty()) break;
      text += line + "\n";
      if (number == go_line_ && !toolchain_.empty())
        text += fmt::format("\ntoolchain go{}\n", toolchain_);
    }
    if (go_line_ == 0 && !toolchain_.empty()) text += fmt::format("\ntoolchain go{}\n", toolchain_);
    return {text + added_, std::move(changes_)};
  }

 private:
  std::vector<GoDirective> directives_;
  std::multimap<std::string_view, const GoDirective*> by_word_;
  std::map<std::uint32_t, WordChange> words_;  // by line, one each
  std::vector<std::string> changes_;
  std::string added_;
  std::string toolchain_;
  std::uint32_t go_line_ = 0;

  void change(const std::string& module, std::uint32_t line, const GoWord& word,
              const std::string& version) {
    if (compare_semver(word.text, version) >= 0) return;
    words_.insert_or_assign(line, WordChange{word.column, word.text, version});
    changes_.push_back(fmt::format("{} {} -> {}", module, word.text, version));
  }
};

}  // namespace

Result<EditedGoMod> edit_go_mod(const SourcePtr& file, std::span<const GoModEdit> edits) {
  CREMA_TRY(parse_go_mod(file));
  Edits all(CREMA_TRY(read_go_directives(file)));
  for (const auto& edit : edits) {
    if (edit.module == "stdlib")
      all.raise_toolchain(edit.version);
    else
      all.raise(edit);
  }
  return all.apply(*file);
}

}  // namespace crema::scan
