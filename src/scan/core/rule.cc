#include "crema/scan/core/rule.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::string_view kFence = "---";
constexpr std::string_view kCode = "```";

auto wrong(const SourcePtr& page, std::uint32_t line, std::string code, std::string message,
           std::string hint = {}) {
  auto error = make_error("rule/" + code, std::move(message), Span{page, line, 1});
  error.hint = std::move(hint);
  return fail(std::move(error));
}

// The number of the line that closes the metadata; 0 where none does.
std::uint32_t end_of_metadata(const SourceFile& page) {
  if (page.line(1) != kFence) return 0;
  for (std::uint32_t line = 2; line <= page.line_count(); ++line)
    if (page.line(line) == kFence) return line;
  return 0;
}

// The metadata alone, each line where it is in the page, so that an error's place is the page's.
Result<formats::YamlPtr> parse_metadata(const SourcePtr& page, std::uint32_t end) {
  std::string text = "\n";
  for (std::uint32_t line = 2; line < end; ++line) text += std::string(page->line(line)) + "\n";
  return formats::parse_yaml(std::make_shared<SourceFile>(page->path(), std::move(text)));
}

Result<std::string> text_of(const SourcePtr& page, const formats::YamlNode& node,
                            std::string_view key) {
  if (node.kind != formats::YamlKind::scalar)
    return wrong(page, node.line, "metadata", fmt::format("`{}` must be a text", key));
  return node.text;
}

Result<std::vector<std::string>> texts_of(const SourcePtr& page, const formats::YamlNode& node,
                                          std::string_view key) {
  std::vector<std::string> texts;
  if (node.kind != formats::YamlKind::sequence)
    return wrong(page, node.line, "metadata", fmt::format("`{}` must be a list", key));
  for (const auto& item : node.items) texts.push_back(CREMA_TRY(text_of(page, *item, key)));
  return texts;
}

Result<> read_entry(const SourcePtr& page, const std::string& key, const formats::YamlNode& value,
                    Rule& rule) {
  if (key == "id") {
    rule.id = CREMA_TRY(text_of(page, value, key));
  } else if (key == "title") {
    rule.title = CREMA_TRY(text_of(page, value, key));
  } else if (key == "severity") {
    const auto severity = evidence::finding_severity(value.text);
    if (!severity) {
      return wrong(page, value.line, "severity", fmt::format("`{}` is no severity", value.text),
                   "write critical, high, medium, low or note");
    }
    rule.severity = *severity;
  } else if (key == "aliases") {
    rule.aliases = CREMA_TRY(texts_of(page, value, key));
  } else if (key == "references") {
    rule.references = CREMA_TRY(texts_of(page, value, key));
  } else if (key == "enabled") {
    if (value.text != "true" && value.text != "false")
      return wrong(page, value.line, "metadata", "`enabled` must be true or false");
    rule.enabled = value.text == "true";
  }
  return {};
}

// The parts of a page: what stands under no heading is why, the others are named by theirs.
class Body {
 public:
  Body(const SourcePtr& page, std::uint32_t first, Rule& rule)
      : page_(page), line_(first), rule_(rule) {}

  Result<> read() {
    std::string* prose = &rule_.why;
    std::string none;
    bool bad = false;
    for (; line_ <= page_->line_count(); ++line_) {
      const auto line = page_->line(line_);
      if (line.starts_with("## ")) {
        const auto heading = line.substr(3);
        bad = heading == "Bad";
        if (!bad && heading != "Good" && heading != "Fix") {
          return wrong(page_, line_, "heading", fmt::format("`{}` is no part of a rule", heading),
                       "write `## Fix`, `## Bad` or `## Good`");
        }
        in_examples_ = heading != "Fix";
        prose = in_examples_ ? &none : &rule_.fix;
      } else if (in_examples_ && line.starts_with(kCode)) {
        CREMA_TRY(example(bad));
      } else {
        *prose += std::string(line) + "\n";
      }
    }
    rule_.why = trim(rule_.why);
    rule_.fix = trim(rule_.fix);
    return {};
  }

 private:
  const SourcePtr& page_;
  std::uint32_t line_;
  Rule& rule_;
  bool in_examples_ = false;

  Result<> example(bool bad) {
    const auto begin = line_;
    const auto head = page_->line(begin).substr(kCode.size());
    const auto space = head.find(' ');
    RuleExample example{
        .bad = bad,
        .name = space == std::string_view::npos ? "" : std::string(head.substr(space + 1)),
        .language = std::string(head.substr(0, space)),
        .line = begin + 1};
    for (++line_; line_ <= page_->line_count(); ++line_) {
      if (page_->line(line_) == kCode) {
        rule_.examples.push_back(std::move(example));
        return {};
      }
      example.text += std::string(page_->line(line_)) + "\n";
    }
    return wrong(page_, begin, "example", "the example does not end", "close it with ```");
  }
};

Result<> check(const SourcePtr& page, const Rule& rule) {
  if (rule.id.empty()) return wrong(page, 1, "metadata", "the rule has no `id`");
  if (rule.title.empty()) return wrong(page, 1, "metadata", "the rule has no `title`");
  if (rule.why.empty()) return wrong(page, 1, "page", "the page does not say why the rule matters");
  for (const bool bad : {true, false}) {
    if (std::ranges::none_of(rule.examples, [&](const auto& one) { return one.bad == bad; })) {
      return wrong(page, 1, "page", fmt::format("the page has no {} example", bad ? "bad" : "good"),
                   fmt::format("add `## {}` with a block of code", bad ? "Bad" : "Good"));
    }
  }
  return {};
}

}  // namespace

bool Rule::is_called(std::string_view name) const {
  return equals_ignore_case(id, name) || std::ranges::any_of(aliases, [&](const auto& alias) {
           return equals_ignore_case(alias, name);
         });
}

Result<Rule> parse_rule(const SourcePtr& page) {
  const auto end = end_of_metadata(*page);
  if (end == 0) {
    return wrong(page, 1, "metadata",
                 "the page does not begin with metadata between two lines of ---",
                 "see CONTRIBUTING.md, `Adding one thing`");
  }
  Rule rule;
  rule.page = page;
  rule.metadata = CREMA_TRY(parse_metadata(page, end));
  if (rule.metadata->kind != formats::YamlKind::mapping)
    return wrong(page, 2, "metadata", "the metadata are no mapping");
  for (const auto& [key, value] : rule.metadata->entries)
    CREMA_TRY(read_entry(page, key->text, *value, rule));
  CREMA_TRY(Body(page, end + 1, rule).read());
  CREMA_TRY(check(page, rule));
  return rule;
}

}  // namespace crema::scan
