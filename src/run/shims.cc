#include "crema/run/shims.h"

#include <algorithm>
#include <array>

namespace crema::run {
namespace {

constexpr std::array kShims = std::to_array<Shim>({
    {.name = "k6", .command = "load", .version = "2.2.0"},
    {.name = "trivy", .command = "scan-as", .version = "0.65.0", .named = true},
    {.name = "gitleaks", .command = "scan-as", .version = "8.28.0", .named = true},
    {.name = "checkov", .command = "scan-as", .version = "3.2.0", .named = true},
    {.name = "snyk", .command = "scan-as", .version = "1.1298.0", .named = true},
    {.name = "osv-scanner", .command = "scan-as", .version = "2.2.0", .named = true},
    {.name = "govulncheck", .command = "scan-as", .version = "1.1.4", .named = true},
    {.name = "hadolint", .command = "scan-as", .version = "2.12.0", .named = true},
    {.name = "kube-linter", .command = "scan-as", .version = "0.7.0", .named = true},
});

// What may stand beside a word that is a command of a shell.
constexpr std::string_view kBorders = " \t\r\n;|&()`'\"";

}  // namespace

std::span<const Shim> shims() { return kShims; }

const Shim* find_shim(std::string_view name) {
  const auto* found = std::ranges::find(kShims, name, &Shim::name);
  return found == kShims.end() ? nullptr : found;
}

bool mentions(std::string_view script, std::string_view name) {
  const auto border = [&](std::size_t at) {
    return at >= script.size() || kBorders.find(script[at]) != std::string_view::npos;
  };
  for (auto at = script.find(name); at != std::string_view::npos; at = script.find(name, at + 1))
    if ((at == 0 || border(at - 1)) && border(at + name.size())) return true;
  return false;
}

}  // namespace crema::run
