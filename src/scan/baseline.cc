#include "crema/scan/baseline.h"

#include "crema/evidence/sarif.h"
#include "crema/formats/json.h"
#include "crema/scan/waivers/waiver_files.h"
#include "crema/sys/files.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <utility>

namespace crema::scan {
namespace {

using Json = nlohmann::ordered_json;
using Prints = std::set<std::string, std::less<>>;

auto wrong(const SourcePtr& source, std::string message) {
  auto error = make_error("scan/baseline", std::move(message), {source, 1, 1});
  error.hint = "`crema scan --write-baseline FILE` writes one";
  return fail(std::move(error));
}

Result<Prints> prints_of_sarif(const SourcePtr& source) {
  Prints prints;
  for (const auto& scan : CREMA_TRY(evidence::read_sarif(source)))
    for (const auto& finding : scan.findings)
      if (!finding.fingerprint.empty()) prints.insert(finding.fingerprint);
  return prints;
}

}  // namespace

Result<Baseline> read_baseline(const std::filesystem::path& file, const std::string& key,
                               const std::filesystem::path& root) {
  const auto source = std::make_shared<SourceFile>(file.string(), CREMA_TRY(sys::read_file(file)));
  const auto json = CREMA_TRY(formats::parse_json(source));
  if (json.is_array()) {
    auto list = CREMA_TRY(read_gitleaks_report(source, {.key = key, .root = root.string()}));
    return Baseline{.waivers = std::move(list.waivers)};
  }
  if (json.is_object() && json.contains("failed_checks"))
    return Baseline{.waivers = CREMA_TRY(read_checkov_baseline(source)).waivers};
  if (json.is_object() && json.contains("runs"))
    return Baseline{.prints = CREMA_TRY(prints_of_sarif(source))};
  const auto findings = json.is_object() ? json.find("findings") : json.end();
  if (!json.is_object() || findings == json.end() || !findings->is_array())
    return wrong(source, "this is no baseline: it has no list `findings`");
  Prints prints;
  for (const auto& finding : *findings) {
    const auto print = finding.is_object() ? finding.find("fingerprint") : finding.end();
    if (!finding.is_object() || print == finding.end() || !print->is_string())
      return wrong(source, fmt::format("findings[{}] has no fingerprint", prints.size()));
    prints.insert(print->get<std::string>());
  }
  return Baseline{.prints = std::move(prints)};
}

std::string baseline_json(std::span<const Found> found) {
  std::map<std::string, Json> entries;
  for (const auto& one : found) {
    const auto& finding = one.finding;
    if (finding.state == evidence::FindingState::suppressed) continue;
    Json entry = {{"fingerprint", finding.fingerprint}, {"rule", finding.rule}};
    if (!finding.locations.empty()) entry["path"] = finding.locations.front().path;
    if (!finding.subject.empty()) entry["subject"] = finding.subject;
    entries.emplace(finding.rule + " " + finding.fingerprint, std::move(entry));
  }
  std::string text = "{\"schema\": 1, \"findings\": [";
  bool first = true;
  for (const auto& [key, entry] : entries) {
    text += fmt::format("{}\n  {}", first ? "" : ",",
                        formats::json_text(entry, formats::JsonLayout::compact));
    first = false;
  }
  return text + "\n]}\n";
}

}  // namespace crema::scan
