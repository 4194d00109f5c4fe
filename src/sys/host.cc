#include "crema/sys/host.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <random>

extern char** environ;  // NOLINT: the process's environment, as POSIX names it

namespace crema::sys {
namespace {

class SystemClock : public Clock {
 public:
  WallTime wall() const override { return std::chrono::system_clock::now(); }
  MonotonicTime monotonic() const override { return std::chrono::steady_clock::now(); }
};

std::string random_digits(std::size_t count) {
  std::string bytes((count + 1) / 2, '\0');
  const int source = ::open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  std::size_t got = 0;
  while (source >= 0 && got < bytes.size()) {
    const auto more = ::read(source, bytes.data() + got, bytes.size() - got);
    if (more > 0) got += static_cast<std::size_t>(more);
  }
  if (source >= 0) ::close(source);
  return to_hex(bytes).substr(0, count);
}

}  // namespace

std::optional<std::string> Host::variable(std::string_view name) const {
  const auto found = environment.find(std::string(name));
  if (found == environment.end()) return std::nullopt;
  return found->second;
}

std::optional<std::filesystem::path> Host::find_program(std::string_view name) const {
  const std::string path = variable("PATH").value_or("/usr/bin:/bin");
  for (const auto folder : split(path, ':')) {
    const auto candidate = std::filesystem::path(folder.empty() ? "." : folder) / name;
    struct stat facts{};
    if (::stat(candidate.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) &&
        ::access(candidate.c_str(), X_OK) == 0) {
      return candidate;
    }
  }
  return std::nullopt;
}

Host real_host() {
  static const SystemClock clock;
  Host host;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto at = text.find('=');
    if (at != std::string_view::npos)
      host.environment[std::string(text.substr(0, at))] = text.substr(at + 1);
  }
  std::error_code ignored;
  host.working_directory = std::filesystem::current_path(ignored);
  host.clock = &clock;
  host.random_hex = random_digits;
  host.executable = std::filesystem::read_symlink("/proc/self/exe", ignored);
  host.temporary_directory = host.variable("TMPDIR").value_or("/tmp");
  return host;
}

void FakeClock::advance(std::chrono::nanoseconds by) {
  wall_ += std::chrono::duration_cast<WallTime::duration>(by);
  monotonic_ += by;
}

Host fake_host(const Clock& clock, Environment environment, unsigned seed) {
  Host host;
  host.environment = std::move(environment);
  host.working_directory = "/";
  host.clock = &clock;
  host.random_hex = [random = std::make_shared<std::mt19937>(seed)](std::size_t count) {
    std::string digits;
    while (digits.size() < count) digits += "0123456789abcdef"[(*random)() % 16];
    return digits;
  };
  host.temporary_directory = "/tmp";
  return host;
}

}  // namespace crema::sys
