#include "crema/scan/kubernetes/kubernetes_scanner.h"

#include "kubernetes_rules.h"
#include "manifest.h"
#include "manifest_notes.h"
#include "tree_judgement.h"

#include "crema/base/hash.h"
#include "crema/scan/core/rule_pages.h"
#include "crema/scan/infra/yaml_document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace crema::scan {

std::span<const RulePage> kubernetes_pages();

namespace {

// Changed with what look_at answers for the same rules.
constexpr std::string_view kMethod = "1";
constexpr std::size_t kLongestPatch = 256 * 1024;

enum WordPlace : std::uint32_t { kApiVersion, kKind, kOperation };
constexpr std::array<std::string_view, 3> kWords = {"apiVersion", "kind", "op"};

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_kustomization(std::string_view path) {
  const auto name = name_of(path);
  return name == "kustomization.yaml" || name == "kustomization.yml" || name == "Kustomization";
}

// Where Helm has its templates, if a chart is around.
bool may_be_template(std::string_view path) {
  return path.starts_with("templates/") || path.find("/templates/") != std::string_view::npos;
}

// Begins a line, as it does in what is meant to be a manifest.
bool has_line(std::string_view text, std::string_view key) {
  for (auto at = text.find(key); at != std::string_view::npos; at = text.find(key, at + 1))
    if ((at == 0 || text[at - 1] == '\n') && text.substr(at + key.size()).starts_with(':'))
      return true;
  return false;
}

bool is_patch(const std::vector<formats::YamlPtr>& documents) {
  return documents.size() == 1 && documents[0]->kind == formats::YamlKind::sequence &&
         std::ranges::all_of(documents[0]->items, [](const auto& item) {
           return !text_at(item, "op").empty() && !text_at(item, "path").empty();
         });
}

// Definitions of kinds are long, and nothing asks for them again but by name.
formats::YamlPtr shortened(const formats::YamlPtr& document) {
  if (text_at(document, "kind") != "CustomResourceDefinition") return document;
  auto made = std::make_shared<formats::YamlNode>(*document);
  std::erase_if(made->entries, [](const auto& entry) { return entry.first->text == "spec"; });
  return made;
}

class KubernetesScanner : public Scanner {
 public:
  KubernetesScanner(KubernetesRules rules, KubernetesSettings settings)
      : rules_(std::move(rules)), settings_(std::move(settings)) {
    std::string all(kMethod);
    all += settings_.selection.takes_framework(kubernetes_framework().name) ? "+" : "-";
    for (const auto& rule : rules_.pages()) {
      all += settings_.selection.takes(rule) ? "+" : "-";
      all += rule.page->text();
    }
    version_ = sha256_hex(all).substr(0, 16);
  }

  std::string_view name() const override { return "kubernetes"; }
  std::string version() const override { return version_; }
  std::span<const Rule> rules() const override { return rules_.pages(); }

  std::vector<Literal> literals() const override {
    std::vector<Literal> all;
    for (const auto word : kWords) all.push_back({.text = std::string(word)});
    return all;
  }

  bool takes(const TreeFile& file) const override {
    const std::string_view path(file.path);
    return path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".json") ||
           is_kustomization(path);
  }

  FileAnswer look_at(const FileView& view) const override;

  TreeAnswer conclude(std::span<const FileNotes> notes) const override {
    ManifestFiles files;
    for (const auto& file : notes) files.emplace(file.path, decode_notes(file.notes));
    return TreeJudgement(rules_, files, settings_.render_chart).judge();
  }

 private:
  KubernetesRules rules_;
  KubernetesSettings settings_;
  std::string version_;

  void judge(const std::string& path, ManifestNotes& notes) const;
};

bool has(const FileView& view, std::uint32_t word) {
  return std::ranges::binary_search(view.literals, word);
}

FileAnswer KubernetesScanner::look_at(const FileView& view) const {
  const auto& path = view.file.path;
  ManifestNotes notes;
  if (name_of(path) == "Chart.yaml") notes.kind = FileKind::chart;
  if (is_kustomization(path)) notes.kind = FileKind::kustomization;
  const bool is_manifest = has(view, kApiVersion) && has(view, kKind);
  const bool is_small = view.text.size() < kLongestPatch;
  const bool may_patch = has(view, kOperation) && is_small && !has(view, kApiVersion);
  if (notes.kind == FileKind::manifest && !is_manifest && !may_patch) return {};
  auto documents = read_yaml_documents(std::make_shared<SourceFile>(path, std::string(view.text)));
  const bool said = is_manifest && (path.ends_with(".json") || (has_line(view.text, "apiVersion") &&
                                                                has_line(view.text, "kind")));
  if (!documents) {
    if (notes.kind == FileKind::manifest && !said) return {};
    if (view.text.find("{{") != std::string_view::npos) notes.kind = FileKind::template_;
    const auto& error = documents.error();
    notes.not_scanned = NotScanned{
        path, notes.kind == FileKind::template_ ? "kubernetes/template" : error.code,
        notes.kind == FileKind::template_
            ? fmt::format("it is a template, and no YAML before it is rendered (line {})",
                          error.span.line)
        : error.span.line == 0 ? error.message
                               : fmt::format("line {}: {}", error.span.line, error.message)};
  } else if (is_patch(*documents)) {
    notes.kind = FileKind::patch;
  } else if (!is_manifest && notes.kind == FileKind::manifest) {
    return {};
  }
  if (documents) notes.documents = std::move(*documents);
  if (notes.kind == FileKind::manifest && documents) {
    judge(path, notes);
    if (notes.documents.empty()) return {};
  }
  if (may_be_template(path) && is_small) notes.text = view.text;
  return {.notes = encode_notes(notes)};
}

void KubernetesScanner::judge(const std::string& path, ManifestNotes& notes) const {
  std::erase_if(notes.documents,
                [](const auto& document) { return resources_of(document).empty(); });
  for (const auto& document : notes.documents)
    for (const auto& resource : resources_of(document))
      notes.found.push_back(rules_.judge(resource, [&](const auto&) { return &path; }));
  for (auto& document : notes.documents) document = shortened(document);
}

}  // namespace

Result<std::unique_ptr<Scanner>> make_kubernetes_scanner(KubernetesSettings settings) {
  auto pages = CREMA_TRY(parse_rules(kubernetes_pages()));
  std::ranges::copy(settings.extra_rules, std::back_inserter(pages));
  auto rules = CREMA_TRY(KubernetesRules::read(std::move(pages), settings.selection));
  return std::make_unique<KubernetesScanner>(std::move(rules), std::move(settings));
}

}  // namespace crema::scan
