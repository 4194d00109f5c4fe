#include "crema/scan/secrets/fingerprint_key.h"

#include "crema/base/strings.h"
#include "crema/sys/descriptor.h"
#include "crema/sys/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace crema::scan {
namespace {

constexpr std::size_t kDigits = 64;
constexpr std::string_view kVariable = "CREMA_FINGERPRINT_KEY";
constexpr mode_t kOwnerOnly = 0600;

tl::unexpected<Diagnostic> no_key(std::string message) {
  auto error = make_error("secrets/fingerprint-key", std::move(message));
  error.hint = fmt::format("set {} to a text that nobody can guess", kVariable);
  return fail(std::move(error));
}

std::filesystem::path key_file(const sys::Host& host) {
  if (const auto data = host.variable("XDG_DATA_HOME"); data && !data->empty())
    return std::filesystem::path(*data) / "crema" / "fingerprint.key";
  if (const auto home = host.variable("HOME"); home && !home->empty())
    return std::filesystem::path(*home) / ".local" / "share" / "crema" / "fingerprint.key";
  return {};
}

// Whole before it has its name: of two programs that make one at once, both take the first.
Result<> make_key(const std::filesystem::path& path, const sys::Host& host) {
  CREMA_TRY(sys::make_directories(path.parent_path()));
  const auto draft = path.string() + "." + host.random_hex(12);
  const auto key = host.random_hex(kDigits) + "\n";
  {
    const sys::Descriptor file(
        ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
    if (!file.open() ||
        ::write(file.get(), key.data(), key.size()) != static_cast<ssize_t>(key.size()) ||
        ::fsync(file.get()) != 0) {
      const int reason = errno;
      (void)::unlink(draft.c_str());
      return no_key(fmt::format("cannot write {}: {}", draft, std::strerror(reason)));
    }
  }
  const bool named = ::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST;
  const int reason = errno;
  (void)::unlink(draft.c_str());
  if (!named)
    return no_key(fmt::format("cannot write {}: {}", path.string(), std::strerror(reason)));
  return {};
}

}  // namespace

Result<std::string> fingerprint_key(const sys::Host& host) {
  if (auto given = host.variable(kVariable); given && !given->empty()) return std::move(*given);
  const auto path = key_file(host);
  if (path.empty())
    return no_key("there is no folder for the key of fingerprints: HOME is not set");
  std::error_code error;
  if (!std::filesystem::exists(path, error)) CREMA_TRY(make_key(path, host));
  auto text = sys::read_file(path);
  if (!text) return no_key(text.error().message);
  const std::string key(trim(*text));
  if (key.size() < kDigits / 2)
    return no_key(
        fmt::format("{} holds no key: remove it, and baselines must be made anew", path.string()));
  // A copy may have brought other rights along.
  (void)::chmod(path.c_str(), kOwnerOnly);
  return key;
}

}  // namespace crema::scan
