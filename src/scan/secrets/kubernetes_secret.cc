// The values of Kubernetes Secrets, found in YAML by its lines: charts and templates are no YAML,
// and hold Secrets all the same.
#include "crema/base/strings.h"
#include "crema/scan/secrets/secret_match.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace crema::scan {
namespace {

struct Line {
  std::size_t begin = 0;  // in the text
  std::string_view text;  // without its end
  std::size_t indent = 0;

  bool blank() const {
    const auto rest = text.substr(indent);
    return rest.empty() || rest.starts_with('#');
  }
  bool ends_document() const { return text.starts_with("---") || text.starts_with("..."); }
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('\n', begin), text.size());
    auto line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto indent = std::min(line.find_first_not_of(" \t"), line.size());
    if (indent < line.size()) lines.push_back({begin, line, indent});
    begin = end + 1;
  }
  return lines;
}

// What is behind `key:`, with its place in the text.
struct Entry {
  std::string_view key;
  std::string_view value;
  std::size_t value_begin = 0;
};

std::string_view unquoted(std::string_view text) {
  for (const char quote : {'"', '\''})
    if (text.size() >= 2 && text.front() == quote && text.back() == quote)
      return text.substr(1, text.size() - 2);
  return text;
}

std::optional<Entry> entry_of(const Line& line) {
  const auto rest = line.text.substr(line.indent);
  const auto colon = rest.find(':');
  if (colon == std::string_view::npos || rest.starts_with('-')) return std::nullopt;
  if (colon + 1 < rest.size() && rest[colon + 1] != ' ' && rest[colon + 1] != '\t')
    return std::nullopt;
  auto value = rest.substr(colon + 1);
  const auto space = std::min(value.find_first_not_of(" \t"), value.size());
  value.remove_prefix(space);
  const auto begin = line.begin + line.indent + colon + 1 + space;
  if (const auto comment = value.find(" #"); comment != std::string_view::npos)
    value = value.substr(0, comment);
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  return Entry{unquoted(trim(rest.substr(0, colon))), value, begin};
}

bool is_template(std::string_view value) {
  return value.find("{{") != std::string_view::npos || value.find("${") != std::string_view::npos ||
         value.starts_with('$') || value.starts_with('<') || value.starts_with("ENC[");
}

class Document {
 public:
  Document(std::span<const Line> lines, std::vector<SecretValue>& found)
      : lines_(lines), found_(found) {}

  void read() {
    if (!is_secret()) return;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].blank() || lines_[i].indent != top_) continue;
      const auto entry = entry_of(lines_[i]);
      if (!entry || !entry->value.empty()) continue;
      if (entry->key == "data") map(i + 1, true);
      if (entry->key == "stringData") map(i + 1, false);
    }
  }

 private:
  std::span<const Line> lines_;
  std::vector<SecretValue>& found_;
  std::size_t top_ = 0;  // where `kind:` stands

  bool is_secret() {
    for (const auto& line : lines_) {
      const auto entry = entry_of(line);
      if (!entry || entry->key != "kind" || to_lower(unquoted(entry->value)) != "secret") continue;
      top_ = line.indent;
      // Within something else it is a reference, or a list's item.
      return std::ranges::none_of(lines_, [&](const Line& other) {
        if (other.blank() || other.indent >= top_) return false;
        const auto parent = entry_of(other);
        return parent && parent->value.empty();
      });
    }
    return false;
  }

  void map(std::size_t at, bool encoded) {
    std::size_t indent = 0;
    for (; at < lines_.size(); ++at) {
      const auto& line = lines_[at];
      if (line.blank()) continue;
      if (line.indent <= top_) return;
      if (indent == 0) indent = line.indent;
      if (line.indent != indent) continue;
      const auto entry = entry_of(line);
      if (!entry) continue;
      if (entry->value.starts_with('|') || entry->value.starts_with('>'))
        block(at + 1, indent, entry->key, encoded);
      else
        add(*entry, encoded);
    }
  }

  void add(const Entry& entry, bool encoded) {
    const auto value = unquoted(entry.value);
    const auto begin = entry.value_begin + (value.size() == entry.value.size() ? 0 : 1);
    keep(entry.key, std::string(value), {begin, begin + value.size()}, encoded);
  }

  void block(std::size_t at, std::size_t indent, std::string_view key, bool encoded) {
    std::string value;
    TextRange place;
    for (; at < lines_.size(); ++at) {
      const auto& line = lines_[at];
      if (trim(line.text).empty()) continue;
      if (line.indent <= indent) break;
      if (value.empty()) place.begin = line.begin + line.indent;
      place.end = line.begin + line.text.size();
      if (!value.empty() && !encoded) value += '\n';
      value += trim(line.text);
    }
    keep(key, std::move(value), place, encoded);
  }

  void keep(std::string_view key, std::string value, TextRange place, bool encoded) {
    if (value.empty() || is_template(value)) return;
    if (encoded) {
      auto decoded = decode_base64(value);
      if (!decoded || decoded->empty()) return;
      value = std::move(*decoded);
      if (is_template(value)) return;
    }
    found_.push_back({.place = place, .key = std::string(key), .value = std::move(value)});
  }
};

}  // namespace

std::vector<SecretValue> kubernetes_secret_values(std::string_view text) {
  std::vector<SecretValue> found;
  if (text.size() > kLargestManifest) return found;
  const auto lines = lines_of(text);
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= lines.size(); ++i) {
    if (i < lines.size() && !lines[i].ends_document()) continue;
    Document(std::span(lines).subspan(begin, i - begin), found).read();
    begin = i + 1;
  }
  return found;
}

}  // namespace crema::scan
