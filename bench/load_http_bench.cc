// What one request costs without any script: a fiber a user that sends GET in a loop, on one core.
// `./dev bench load_http [URL]`: without a URL it starts nginx on a core of its own, and runs wrk
// beside itself in turn.
#include "crema/load/protocol/http_client.h"
#include "crema/sys/files.h"
#include "crema/sys/ports.h"

#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

using namespace crema;
using namespace crema::load;
using namespace std::chrono_literals;

namespace {

constexpr int kClientCore = 0;
constexpr int kServerCore = 1;

void pin(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  ::sched_setaffinity(0, sizeof cores, &cores);
}

// nginx with a 45-byte answer, as a child process on the server's core.
class Nginx {
 public:
  explicit Nginx(std::uint16_t port) {
    folder_ = std::filesystem::temp_directory_path() / fmt::format("crema-nginx-{}", ::getpid());
    std::filesystem::create_directories(folder_);
    const auto configuration = folder_ / "nginx.conf";
    std::ofstream(configuration) << fmt::format(
        "daemon off; worker_processes 1; pid {0}/pid; error_log {0}/error.log;\n"
        "events {{ worker_connections 20000; }}\n"
        "http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 600;\n"
        "  client_body_temp_path {0}; proxy_temp_path {0}; fastcgi_temp_path {0};\n"
        "  uwsgi_temp_path {0}; scgi_temp_path {0};\n"
        "  server {{ listen 127.0.0.1:{1} backlog=20000;\n"
        "    location / {{ default_type application/json;\n"
        "      return 200 '{{\"status\":\"ok\",\"service\":\"bench\",\"number\":12345}}'; }} }} "
        "}}\n",
        folder_.string(), port);
    child_ = ::fork();
    if (child_ == 0) {
      pin(kServerCore);
      ::execlp("nginx", "nginx", "-c", configuration.c_str(), "-p", folder_.c_str(), nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 200 && !sys::port_answers(port); ++i) ::usleep(10'000);
  }
  ~Nginx() {
    ::kill(child_, SIGTERM);
    ::waitpid(child_, nullptr, 0);
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

 private:
  std::filesystem::path folder_;
  pid_t child_ = -1;
};

long resident_kilobytes() {
  std::ifstream file("/proc/self/statm");
  long size = 0;
  long resident = 0;
  file >> size >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

struct Outcome {
  double rate = 0;
  std::uint64_t failed = 0;
  double cpu_microseconds = 0;  // of the client, a request
};

double cpu_seconds(int whose) {
  rusage usage{};
  ::getrusage(whose, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::optional<Outcome> wrk(const std::string& url, int users, int seconds) {
  const auto cpu = cpu_seconds(RUSAGE_CHILDREN);
  const auto command = fmt::format("taskset -c {} wrk -t1 -c{} -d{}s {} 2>/dev/null", kClientCore,
                                   users, seconds, url);
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::optional<Outcome> outcome;
  double requests = 0;
  char line[256];
  while (::fgets(line, sizeof line, pipe) != nullptr) {
    double value = 0;
    if (::sscanf(line, " %lf requests in", &value) == 1) requests = value;
    if (::sscanf(line, "Requests/sec: %lf", &value) == 1) outcome = Outcome{.rate = value};
  }
  ::pclose(pipe);
  if (outcome) outcome->cpu_microseconds = (cpu_seconds(RUSAGE_CHILDREN) - cpu) * 1e6 / requests;
  return outcome;
}

struct Setup {
  sys::Host host = sys::real_host();
  std::unique_ptr<Loop> loop = Loop::create(*host.clock).value();
  std::unique_ptr<Resolver> resolver = Resolver::create({}).value();
};

Outcome loop_of_gets(const std::string& url, int users, std::chrono::seconds duration) {
  Setup setup;
  HttpContext context(*setup.loop, *setup.host.clock, *setup.resolver, nullptr,
                      {.user_agent = "crema"});
  const auto start = setup.loop->now();
  const auto end = start + duration;
  const auto cpu = cpu_seconds(RUSAGE_THREAD);
  std::uint64_t requests = 0;
  Outcome outcome;
  for (int i = 0; i < users; ++i) {
    setup.loop->spawn([&] {
      HttpClient client(context);
      HttpResponse response;
      CookieJar jar;
      while (setup.loop->turn_time() < end) {
        client.send({.url = url, .jar = &jar}, response);
        ++requests;
        if (response.status != 200) ++outcome.failed;
      }
    });
  }
  setup.loop->run_until_done();
  const std::chrono::duration<double> took = setup.loop->now() - start;
  outcome.rate = static_cast<double>(requests) / took.count();
  outcome.cpu_microseconds =
      (cpu_seconds(RUSAGE_THREAD) - cpu) * 1e6 / static_cast<double>(requests);
  return outcome;
}

// Users that made a request and then sleep, each with its connection kept.
void idle_users(const std::string& url, int users) {
  Setup setup;
  HttpContext context(*setup.loop, *setup.host.clock, *setup.resolver, nullptr,
                      {.user_agent = "crema"});
  const auto before = resident_kilobytes();
  int ready = 0;
  for (int i = 0; i < users; ++i) {
    setup.loop->spawn([&] {
      HttpClient client(context);
      HttpResponse response;
      client.send({.url = url}, response);
      if (++ready == users) {
        const auto after = resident_kilobytes();
        fmt::print("{} idle users: {:.1f} KB each\n", users,
                   static_cast<double>(after - before) / users);
      }
      setup.loop->sleep_until(setup.loop->now() + 1s);
    });
  }
  setup.loop->run_until_done();
}

void compare(const std::string& url, int users, int rounds) {
  for (int round = 0; round < rounds; ++round) {
    const auto peer = wrk(url, users, 3);
    const auto outcome = loop_of_gets(url, users, 3s);
    fmt::print("HttpClient {:8.0f} req/s ({:.2f} us of CPU each, {} failed)", outcome.rate,
               outcome.cpu_microseconds, outcome.failed);
    if (peer) {
      fmt::print("   wrk {:8.0f} req/s ({:.2f} us)   ratio {:.2f}, by CPU {:.2f}", peer->rate,
                 peer->cpu_microseconds, outcome.rate / peer->rate,
                 peer->cpu_microseconds / outcome.cpu_microseconds);
    }
    fmt::print("\n");
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::optional<Nginx> nginx;
  std::string url = argc > 1 ? argv[1] : "";
  if (url.empty()) {
    const auto port = sys::free_port();
    if (!port) return 1;
    nginx.emplace(*port);
    url = fmt::format("http://127.0.0.1:{}/", *port);
  }
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  pin(kClientCore);
  compare(url, 64, 3);
  idle_users(url, 5000);
  return 0;
}
