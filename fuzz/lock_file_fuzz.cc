// Feeds any text to the readers of npm's and pnpm's lock files. Errors have a code, those of
// JSON a place; what was noted is read again the same.
#include "lock_notes.h"

#include "crema/scan/deps/locked_package.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace {

using namespace crema;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Result<scan::LockFile>& lock) {
  if (!lock) return require(!lock.error().code.empty());
  const auto once = scan::decode_lock(scan::encode(*lock));
  require(once.packages.size() == lock->packages.size());
  require(scan::encode(scan::decode_lock(scan::encode(once))) == scan::encode(once));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file =
      std::make_shared<SourceFile>("lock", std::string(reinterpret_cast<const char*>(data), size));
  const auto npm = scan::parse_package_lock(file);
  require(npm || npm.error().span.known());
  check(npm);
  check(scan::parse_pnpm_lock(file));
  return 0;
}
