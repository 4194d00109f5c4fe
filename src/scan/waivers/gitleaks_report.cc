// A report of gitleaks as a baseline. It may hold secrets in the clear: nothing of them is kept but
// a keyed hash.
#include "entry.h"

#include "crema/formats/json.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace crema::scan {
namespace {

using Json = nlohmann::ordered_json;

// What gitleaks writes in the place of a secret, and parts of one.
bool is_hidden(std::string_view secret) {
  return secret.empty() || secret.find("REDACTED") != std::string_view::npos ||
         secret.ends_with("...");
}

std::string_view in_tree(std::string_view path, std::string_view root) {
  if (!root.empty() && path.starts_with(root)) path.remove_prefix(root.size());
  while (path.starts_with("./")) path.remove_prefix(2);
  while (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

Waiver waiver_of(const Json& leak, const SourcePtr& file, const GitleaksReport& report) {
  Waiver waiver{.rules = {leak.at("RuleID").get<std::string>()},
                .family = "secrets",
                .known = true,
                .place = {file, 1, 1}};
  const auto secret = leak.value("Secret", std::string());
  if (!report.key.empty() && !is_hidden(secret)) {
    waiver.content = keyed_hash(report.key, secret);
    return waiver;
  }
  waiver.paths = {"/" + std::string(in_tree(leak.at("File").get<std::string>(), report.root))};
  waiver.commit = leak.value("Commit", std::string());
  waiver.line = leak.value("StartLine", 0U);
  return waiver;
}

}  // namespace

Result<WaiverList> read_gitleaks_report(const SourcePtr& file, const GitleaksReport& report) {
  const auto root = CREMA_TRY(formats::parse_json(file));
  WaiverList list;
  try {
    if (!root.is_array() && !root.is_null())
      return fail(
          make_error("waiver/baseline", "this is no report of gitleaks in JSON", Span{file, 1, 1}));
    for (const auto& leak : root) list.waivers.push_back(waiver_of(leak, file, report));
  } catch (const Json::exception&) {
    auto error = make_error("waiver/baseline",
                            "this is no report of gitleaks: an entry has no RuleID or no File",
                            Span{file, 1, 1});
    error.hint = "write one with `gitleaks ... --report-format json`";
    return fail(std::move(error));
  }
  return list;
}

}  // namespace crema::scan
