#include "crema/run/shims.h"

#include <algorithm>
#include <array>

namespace crema::run {
namespace {

constexpr std::array kShims = std::to_array<Shim>({
    {.name = "k6", .command = "load", .version = "2.2.0"},
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
