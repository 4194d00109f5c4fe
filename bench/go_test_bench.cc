// How fast, and in how much memory, a `go test -json` stream becomes suites: `./dev bench go_test`.
// 500 MB of what a large suite prints: passes, logs, a few failures.
#include "crema/evidence/go_test.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace {

std::string package_stream(unsigned package) {
  std::string text;
  const auto name = fmt::format("example.org/platform/services/service-{}", package);
  const auto event = [&](std::string_view rest) {
    text += fmt::format("{{\"Time\":\"2026-11-23T21:00:00.123456789Z\",\"Package\":\"{}\",{}}}\n",
                        name, rest);
  };
  event("\"Action\":\"start\"");
  for (int test = 0; test < 200; ++test) {
    const auto of = fmt::format("\"Test\":\"TestOrders/case_{}\"", test);
    event(fmt::format("\"Action\":\"run\",{}", of));
    for (int line = 0; line < 20; ++line) {
      event(
          fmt::format("\"Action\":\"output\",{},\"Output\":\"    orders_test.go:{}: order {} is "
                      "\\\"ready\\\"\\n\"",
                      of, line, test));
    }
    event(fmt::format("\"Action\":\"{}\",{},\"Elapsed\":0.01", test % 50 == 49 ? "fail" : "pass",
                      of));
  }
  event("\"Action\":\"fail\",\"Elapsed\":2.5");
  return text;
}

}  // namespace

int main() {
  constexpr std::uint64_t kBytes = 500'000'000;
  std::uint64_t suites = 0;
  std::uint64_t cases = 0;
  crema::evidence::GoTestReader reader(
      {.on_run = {}, .on_case = {}, .on_suite = [&](crema::evidence::TestSuite&& suite) {
         ++suites;
         cases += suite.cases.size();
       }});
  std::uint64_t fed = 0;
  std::chrono::nanoseconds took{0};
  for (unsigned package = 0; fed < kBytes; ++package) {
    const auto text = package_stream(package);
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t at = 0; at < text.size(); at += 65536)
      reader.feed(std::string_view(text).substr(at, 65536));
    took += std::chrono::steady_clock::now() - begin;
    fed += text.size();
  }
  reader.finish();
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = std::chrono::duration<double>(took).count();
  fmt::print("{:.0f} MB, {} suites, {} cases: {:.2f} s, {:.0f} MB/s, peak {:.0f} MiB\n",
             static_cast<double>(fed) / 1e6, suites, cases, seconds,
             static_cast<double>(fed) / 1e6 / seconds, static_cast<double>(usage.ru_maxrss) / 1024);
  return 0;
}
