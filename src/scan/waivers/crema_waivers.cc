// The list `scan: waivers:` of crema.yml:
//
//     scan:
//       waivers:
//         - rule: GO-2024-2687
//           path: services/payment/**
//           subject: golang.org/x/net@*
//           claim: not-imported
//           reason: we do not serve HTTP/2
//           owner: platform
//           until: 2027-01-31
#include "entry.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::scan {
namespace {

using formats::YamlNode;

constexpr std::string_view kKeys[] = {"rule",  "path",   "subject", "fingerprint",
                                      "claim", "reason", "owner",   "until"};

auto wrong(const SourcePtr& file, const YamlNode& node, std::string message, std::string hint) {
  auto error = make_error("waiver/crema", std::move(message), Span{file, node.line, node.column});
  error.hint = std::move(hint);
  return fail(std::move(error));
}

Result<> check_keys(const SourcePtr& file, const YamlNode& entry) {
  for (const auto& [key, value] : entry.entries) {
    if (std::ranges::find(kKeys, key->text) == std::end(kKeys))
      return wrong(file, *key, fmt::format("a waiver has no key `{}`", key->text),
                   fmt::format("write one of {}", fmt::join(kKeys, ", ")));
  }
  for (const auto* key : {"reason", "owner", "until"}) {
    if (entry_of(entry, key) == nullptr)
      return wrong(file, entry, fmt::format("a waiver needs its `{}`", key),
                   "say why it is accepted, by whom, and until when");
  }
  return {};
}

Result<Waiver> waiver_of(const SourcePtr& file, const YamlNode& entry) {
  if (entry.kind != formats::YamlKind::mapping)
    return wrong(file, entry, "a waiver is a mapping", "write `rule:`, `reason:`, ...");
  CREMA_TRY(check_keys(file, entry));
  const auto text = [&](std::string_view key) {
    const auto* node = entry_of(entry, key);
    return node == nullptr ? std::string() : node->text;
  };
  Waiver waiver{.subject = text("subject"),
                .fingerprint = text("fingerprint"),
                .reason = text("reason"),
                .owner = text("owner"),
                .until = day_of(text("until")),
                .place = {file, entry.line, entry.column}};
  for (const auto& rule : names_in(entry_of(entry, "rule"))) waiver.rules.push_back(rule.name);
  for (const auto& path : names_in(entry_of(entry, "path"))) waiver.paths.push_back(path.name);
  if (waiver.until.empty())
    return wrong(file, *entry_of(entry, "until"), "this is no day", "write it as 2026-12-31");
  if (const auto* claim = entry_of(entry, "claim")) {
    const auto reach = evidence::reach_of(claim->text);
    if (!reach || *reach == evidence::Reach::unknown)
      return wrong(file, *claim, fmt::format("`{}` is no claim", claim->text),
                   "write not-imported, imported, mentioned or called");
    waiver.claim = *reach;
  }
  if (waiver.rules.empty() && waiver.fingerprint.empty() && waiver.subject.empty())
    return wrong(file, entry, "a waiver must name a rule, a subject or a fingerprint",
                 "one that covers everything would hide what nobody has seen yet");
  return waiver;
}

}  // namespace

Result<WaiverList> read_crema_waivers(const SourcePtr& file) {
  const auto root = CREMA_TRY(formats::parse_yaml(file));
  WaiverList list;
  const auto* scan = entry_of(*root, "scan");
  const auto* waivers = scan == nullptr ? nullptr : entry_of(*scan, "waivers");
  if (waivers == nullptr) return list;
  for (const auto& entry : waivers->items)
    list.waivers.push_back(CREMA_TRY(waiver_of(file, *entry)));
  return list;
}

}  // namespace crema::scan
