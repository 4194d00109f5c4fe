#include "label_kind.h"

#include <re2/re2.h>

#include <algorithm>
#include <iterator>

namespace crema::scan {
namespace {

struct Kind {
  LabelKind kind;
  std::string_view name;
  std::string_view text;
  const char* pattern;  // of the whole value
};

// The licence list of SPDX is long and grows: what looks like an identifier is taken for one, and
// so is an expression of them.
constexpr Kind kKinds[] = {
    {LabelKind::text, "text", "text", "(?s).*"},
    {LabelKind::url, "url", "URL", R"([A-Za-z][A-Za-z0-9+.-]*://[^\s/?#]+[^\s]*)"},
    {LabelKind::rfc3339, "rfc3339", "time (RFC 3339)",
     R"(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d))"},
    {LabelKind::spdx, "spdx", "licence (SPDX)",
     R"(\(?(0BSD|[A-Z][A-Za-z]*|zlib-acknowledgement|[a-z]+tex[a-z]*)([-.][A-Za-z0-9.]+)*\+?\)?( (AND|OR|WITH) \(?[A-Za-z0-9.+-]+\)?)*)"},
    {LabelKind::hash, "hash", "git hash", "[0-9a-f]{7}([0-9a-f]{33})?"},
    {LabelKind::semver, "semver", "semantic version",
     R"((0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?)"},
    {LabelKind::email, "email", "mail address",
     R"([A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+)"},
};

const Kind& kind_of(LabelKind kind) { return *std::ranges::find(kKinds, kind, &Kind::kind); }

}  // namespace

std::string_view to_text(LabelKind kind) { return kind_of(kind).text; }

std::optional<LabelKind> label_kind_of(std::string_view name) {
  if (name.empty()) return LabelKind::text;
  const auto found = std::ranges::find(kKinds, name, &Kind::name);
  if (found == std::end(kKinds)) return std::nullopt;
  return found->kind;
}

bool is_label_value(std::string_view value, LabelKind kind) {
  return RE2::FullMatch(re2::StringPiece(value.data(), value.size()), kind_of(kind).pattern);
}

}  // namespace crema::scan
