#include "component_flags.h"

#include "crema/base/strings.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;
using formats::YamlPtr;

struct Word {
  std::string_view text;
  const YamlNode* node = nullptr;
};

void add_words(const YamlPtr& list, std::vector<Word>& to) {
  if (!list) return;
  if (list->kind == YamlKind::scalar) to.push_back({list->text, list.get()});
  // A shell's script holds its own command line.
  for (const auto& item : list->items)
    for (const auto line : split_lines(item->text))
      for (const auto word : split(line, ' '))
        if (!trim(word).empty()) to.push_back({trim(word), item.get()});
}

YamlPtr text_node(std::string_view text, const YamlNode& at) {
  auto node = std::make_shared<YamlNode>();
  node->text = text;
  node->style = formats::YamlStyle::double_quoted;  // never null, whatever it says
  node->line = at.line;
  node->column = at.column;
  node->end_column = at.end_column;
  return node;
}

}  // namespace

YamlPlace flags_of(const YamlPtr& container) {
  const auto command = child(*container, "command");
  const auto arguments = child(*container, "args");
  std::vector<Word> words;
  add_words(command.value, words);
  add_words(arguments.value, words);
  if (words.empty()) return {};
  auto flags = std::make_shared<YamlNode>();
  flags->kind = YamlKind::mapping;
  const auto& first = command.value ? command : arguments;
  flags->line = first.key->line;
  flags->column = first.key->column;
  // The program may be named behind a shell and its options.
  auto programs = std::make_shared<YamlNode>();
  programs->kind = YamlKind::sequence;
  flags->entries.emplace_back(text_node("programs", *flags), programs);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto& [text, node] = words[i];
    const auto key = text.substr(0, text.find('='));
    if (!text.starts_with('-')) {
      programs->items.push_back(text_node(text.substr(text.rfind('/') + 1), *node));
      continue;
    }
    std::string_view value = "true";
    if (key.size() < text.size())
      value = text.substr(key.size() + 1);
    else if (i + 1 < words.size() && !words[i + 1].text.starts_with('-'))
      value = words[i + 1].text;
    flags->entries.emplace_back(text_node(key, *node), text_node(value, *node));
  }
  return {first.key, std::move(flags)};
}

}  // namespace crema::scan
