// What a sample costs a load test: `./dev bench load_metrics`. The nine samples of one request,
// with one set of tags and with 1,000; the tags put together anew for each request, as a client
// does.
#include "crema/load/metrics/collector.h"
#include "crema/load/metrics/output.h"
#include "crema/load/metrics/recorder.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <time.h>

#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace {

using namespace crema::load;

// Of this thread alone: what else the machine does must not count.
struct Clock {
  static std::chrono::nanoseconds now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
};

constexpr int kRequests = 2'000'000;
constexpr int kDelta = 50'000;  // requests between two deltas

struct Load {
  std::vector<std::string> urls;
  std::vector<double> waits;
};

Load make_load(std::size_t urls) {
  Load load;
  for (std::size_t i = 0; i < urls; ++i)
    load.urls.push_back(fmt::format("http://orders.example.org/items/{}", i));
  std::uint64_t state = 88172645463325252U;
  for (int i = 0; i < 65536; ++i) {
    state ^= state << 13U;
    state ^= state >> 7U;
    state ^= state << 17U;
    load.waits.push_back(1.0 + static_cast<double>(state % 100'000) / 1000);
  }
  return load;
}

const TagSet* request_tags(TagStore& tags, const TagSet* base, const std::string& url) {
  const std::array<Tag, 6> request = {{{"method", "GET"},
                                       {"url", url},
                                       {"name", url},
                                       {"status", "200"},
                                       {"proto", "HTTP/1.1"},
                                       {"expected_response", "true"}}};
  return tags.with_all(base, request);
}

void measure(std::size_t sets, bool points) {
  Registry registry;
  const Builtins builtins(registry);
  TagStore tags;
  Recorder recorder(registry, builtins, tags, points);
  Collector collector(registry);
  const Load load = make_load(sets);
  const TagSet* base = tags.with(tags.with(tags.empty(), "scenario", "default"), "group", "");
  std::vector<const TagSet*> known;
  for (const auto& url : load.urls) known.push_back(request_tags(tags, base, url));

  std::chrono::nanoseconds tagging{0};
  {
    const auto begin = Clock::now();
    for (int i = 0; i < kRequests; ++i)
      recorder.http_series(request_tags(tags, base, load.urls[static_cast<std::size_t>(i) % sets]));
    tagging = Clock::now() - begin;
  }
  std::chrono::nanoseconds adding{0};
  std::chrono::nanoseconds leaving{0};
  crema::sys::WallTime now(std::chrono::seconds(1'700'000'000));
  for (int at = 0; at < kRequests; at += kDelta) {
    const auto begin = Clock::now();
    for (int i = at; i < at + kDelta; ++i) {
      const auto number = static_cast<std::size_t>(i);
      recorder.add_request(
          recorder.http_series(known[number % sets]),
          {.sending = 0.01, .waiting = load.waits[number % load.waits.size()], .receiving = 0.02},
          false, now);
      now += std::chrono::microseconds(10);
    }
    const auto taking = Clock::now();
    adding += taking - begin;
    auto delta = recorder.take();
    recorder.take_points();
    leaving += Clock::now() - taking;
    collector.add(std::move(delta));
  }
  const auto a_request = [](std::chrono::nanoseconds all) {
    return static_cast<double>(all.count()) / kRequests;
  };
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "{:5} sets{}: {:6.1f} ns a request ({:.1f} ns a sample), {:.1f} ns to leave, "
      "{:.1f} ns for its tags; peak {} MiB\n",
      sets, points ? ", points kept" : "", a_request(adding), a_request(adding) / 9,
      a_request(leaving), a_request(tagging), usage.ru_maxrss / 1024);
}

// What the writer's thread does of it.
void measure_output(const std::string& output) {
  Registry registry;
  const Builtins builtins(registry);
  TagStore tags;
  Recorder recorder(registry, builtins, tags, true);
  const TagSet* set = request_tags(tags, tags.empty(), "http://orders.example.org/items/1");
  for (int i = 0; i < kDelta; ++i)
    recorder.add_request(recorder.http_series(set), {.waiting = 0.37 * i}, false,
                         crema::sys::WallTime(std::chrono::microseconds(10 * i)));
  const auto points = recorder.take_points();
  const auto made = make_output(output, {.registry = &registry, .system_tags = {"method", "url"}});
  if (!made) return;
  const auto begin = Clock::now();
  for (int i = 0; i < 10; ++i) {
    if (!(*made)->write(points)) return;
  }
  const auto took = static_cast<double>((Clock::now() - begin).count());
  fmt::print("{}: {:.0f} ns a sample\n", output, took / 10 / static_cast<double>(points.size()));
}

}  // namespace

int main() {
  measure(1, false);
  measure(1000, false);
  measure(1, true);
  measure_output("json=/dev/null");
  measure_output("csv=/dev/null");
  return 0;
}
