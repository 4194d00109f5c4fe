// .checkov.yaml (skip-check, skip-path) and .checkov.baseline (what checkov's --create-baseline
// writes).
#include "entry.h"

#include "crema/formats/json.h"

#include <nlohmann/json.hpp>
#include <re2/re2.h>

namespace crema::scan {
namespace {

using Json = nlohmann::ordered_json;

// A path is "/deploy/a.yaml", a resource "Deployment.shop.api".
void add_failed(const SourcePtr& file, const Json& failed, WaiverList& list) {
  const auto path = failed.value("file", "");
  for (const auto& finding : failed.value("findings", Json::array())) {
    Waiver waiver{.family = "infrastructure",
                  .paths = {path.starts_with('/') ? path : "/" + path},
                  .reason = "in the baseline",
                  .known = true,
                  .place = {file, 1, 1}};
    for (const auto& id : finding.value("check_ids", Json::array()))
      if (id.is_string()) waiver.rules.push_back(id.get<std::string>());
    if (!waiver.rules.empty()) list.waivers.push_back(std::move(waiver));
  }
}

}  // namespace

Result<WaiverList> read_checkov_settings(const SourcePtr& file) {
  const auto root = CREMA_TRY(formats::parse_yaml(file));
  WaiverList list;
  for (const auto& [name, line] : names_in(entry_of(*root, "skip-check")))
    list.waivers.push_back({.rules = {name}, .place = {file, line, 1}});
  for (const auto& [expression, line] : names_in(entry_of(*root, "skip-path"))) {
    if (!RE2(expression, RE2::Quiet).ok()) {
      list.warnings.push_back(entry_warning(file, line,
                                            "this is no regular expression, so it covers nothing",
                                            "write one that RE2 knows"));
      continue;
    }
    list.waivers.push_back(
        {.family = "infrastructure", .path_expressions = {expression}, .place = {file, line, 1}});
  }
  return list;
}

Result<WaiverList> read_checkov_baseline(const SourcePtr& file) {
  const auto root = CREMA_TRY(formats::parse_json(file));
  WaiverList list;
  try {
    for (const auto& failed : root.value("failed_checks", Json::array()))
      add_failed(file, failed, list);
  } catch (const Json::exception&) {
    return fail(make_error("waiver/baseline", "this is no baseline of checkov", Span{file, 1, 1}));
  }
  return list;
}

}  // namespace crema::scan
