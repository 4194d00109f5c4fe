// .trivyignore and .trivyignore.yaml, as trivy 0.5x reads them (pkg/result/ignore.go): ids match
// all kinds of findings, a day is the last one, there are no wildcards.
#include "entry.h"

#include "crema/base/strings.h"

#include <algorithm>

namespace crema::scan {
namespace {

// "pkg:golang/golang.org/x/crypto@v0.17.0?a=b" -> "golang.org/x/crypto@v0.17.0"
std::string package_of(std::string_view purl) {
  if (purl.starts_with("pkg:")) purl.remove_prefix(4);
  purl = purl.substr(0, purl.find_first_of("?#"));
  purl.remove_prefix(std::min(purl.size(), purl.find('/') + 1));
  std::string package(purl);
  return package.find('@') == std::string::npos ? package + "@*" : package;
}

std::string text_of(const formats::YamlNode& entry, std::string_view key) {
  const auto* node = entry_of(entry, key);
  return node == nullptr ? "" : node->text;
}

struct Section {
  std::string_view name;
  std::string_view family;
};
constexpr Section kSections[] = {{"vulnerabilities", "dependencies"},
                                 {"misconfigurations", "infrastructure"},
                                 {"secrets", "secrets"},
                                 {"licenses", "licences"}};

Waiver waiver_of(const SourcePtr& file, const formats::YamlNode& entry, std::string_view family) {
  Waiver waiver{.rules = {text_of(entry, "id")},
                .family = std::string(family),
                .reason = text_of(entry, "statement"),
                .until = day_of(text_of(entry, "expired_at")),
                .place = {file, entry.line, entry.column}};
  for (const auto& path : names_in(entry_of(entry, "paths")))
    waiver.paths.push_back(path.name.starts_with('/') ? path.name : "/" + path.name);
  return waiver;
}

void add_entry(const SourcePtr& file, const formats::YamlNode& entry, std::string_view family,
               WaiverList& list) {
  auto waiver = waiver_of(file, entry, family);
  if (waiver.rules.front().empty()) {
    list.warnings.push_back(
        entry_warning(file, entry.line, "an entry without `id` covers nothing", "add its `id`"));
    return;
  }
  const auto purls = names_in(entry_of(entry, "purls"));
  if (purls.empty()) return list.waivers.push_back(std::move(waiver));
  for (const auto& purl : purls) {
    waiver.subject = package_of(purl.name);
    list.waivers.push_back(waiver);
  }
}

}  // namespace

Result<WaiverList> read_trivyignore(const SourcePtr& file) {
  WaiverList list;
  for (std::uint32_t number = 1; number <= file->line_count(); ++number) {
    auto line = trim(file->line(number));
    if (line.empty() || line.starts_with('#')) continue;
    if (const auto comment = line.find(" #"); comment != std::string_view::npos)
      line = trim(line.substr(0, comment));
    Waiver waiver{.reason = "", .place = {file, number, 1}};
    const auto words = split(line, ' ');
    waiver.rules.emplace_back(words.front());
    bool right = true;
    for (const auto word : std::span(words).subspan(1)) {
      if (!word.starts_with("exp:")) continue;
      waiver.until = day_of(word.substr(4));
      right = !waiver.until.empty();
    }
    if (!right) {
      list.warnings.push_back(
          entry_warning(file, number, "the day of this entry cannot be read, so it covers nothing",
                        "write `exp:2026-12-31`"));
      continue;
    }
    if (waiver.rules.front().find('*') != std::string::npos) {
      list.warnings.push_back(
          entry_warning(file, number, "there are no wildcards here: this entry covers nothing",
                        "name each id on a line of its own"));
      continue;
    }
    list.waivers.push_back(std::move(waiver));
  }
  return list;
}

Result<WaiverList> read_trivyignore_yaml(const SourcePtr& file) {
  const auto root = CREMA_TRY(formats::parse_yaml(file));
  WaiverList list;
  for (const auto& [name, family] : kSections) {
    const auto* section = entry_of(*root, name);
    if (section == nullptr) continue;
    for (const auto& entry : section->items) add_entry(file, *entry, family, list);
  }
  return list;
}

}  // namespace crema::scan
