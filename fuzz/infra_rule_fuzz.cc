// A page of a team's rules and a document it judges: no page and no document may break the scan.
#include "crema/scan/infra/infra_rule.h"
#include "crema/scan/infra/yaml_document.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace {

using namespace crema;

constexpr std::string_view kSubjects[] = {"resource"};
constexpr scan::Framework kFramework{
    .name = "kubernetes", .subjects = kSubjects, .has_kinds = true};

}  // namespace

// The page, a zero byte, the document.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(input.find('\0'), input.size());
  const auto metadata = std::string(input.substr(0, end));
  const auto rule = scan::parse_rule(std::make_shared<SourceFile>(
      "rule.md", "---\nid: X\ntitle: x\n" + metadata +
                     "\n---\nWhy.\n## Bad\n```\na\n```\n## Good\n```\nb\n```\n"));
  const auto documents = scan::read_yaml_documents(std::make_shared<SourceFile>(
      "file.yml", std::string(input.substr(std::min(end + 1, input.size())))));
  if (!documents) return 0;
  for (const auto& document : *documents) {
    const auto bytes = scan::encode_tree(*document);
    const auto again = scan::decode_tree(bytes);
    if (!again || scan::encode_tree(*again) != bytes) __builtin_trap();
  }
  (void)scan::decode_tree(input);
  if (!rule) return 0;
  const auto read = scan::InfraRule::read(*rule, kFramework);
  if (!read) return 0;
  for (const auto& document : *documents) {
    const scan::YamlPlace place{nullptr, document};
    (void)read->judge({.place = place, .beginnings = {{"$", place}}});
  }
  return 0;
}
