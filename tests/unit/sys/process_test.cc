// Real processes: what a ProcessTree promises about their output, their end, and their leftovers.
#include "crema/sys/process.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <thread>

namespace crema::sys {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

class ProcessTreeTest : public testing::Test {
 protected:
  Host host = real_host();
  std::unique_ptr<ProcessTree> tree = ProcessTree::create(host).value();
  TemporaryDirectory folder = TemporaryDirectory::create("/tmp", "crema-test-").value();

  Command shell(std::string script) const {
    return {.argv = {"bash", "-c", std::move(script)},
            .environment = {{"PATH", "/usr/bin:/bin"}},
            .working_directory = folder.path()};
  }
  std::pair<Exit, std::string> run(const Command& command, RunLimits limits = {}) {
    std::string out;
    auto exit = tree->run(command, limits, [&](std::string_view text) { out += text; });
    if (!exit) return {Exit{Exit::Why::exited, -1}, exit.error().message};
    return {*exit, out};
  }
  // The process ids a script wrote, one a line.
  std::vector<pid_t> written(const std::string& name) const {
    std::ifstream file(folder.path() / name);
    std::vector<pid_t> processes;
    for (pid_t process = 0; file >> process;) processes.push_back(process);
    return processes;
  }
  static bool alive(pid_t process) {
    std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    std::getline(stat, text);
    return !text.empty() && text.find(") Z ") == std::string::npos;
  }
};

TEST_F(ProcessTreeTest, GivesOutputOfBothStreamsInOrderAndTheExitCode) {
  const auto [exit, out] = run(shell("echo one; echo two >&2; echo three; exit 7"));
  EXPECT_EQ(out, "one\ntwo\nthree\n");
  EXPECT_EQ(exit.code, 7);
  EXPECT_EQ(exit.why, Exit::Why::exited);
}

TEST_F(ProcessTreeTest, TellsSignalsFromExits) {
  const auto [exit, out] = run(shell("kill -TERM $$"));
  EXPECT_EQ(exit.why, Exit::Why::signalled);
  EXPECT_EQ(exit.code, 143);
}

TEST_F(ProcessTreeTest, PassesInputEnvironmentAndFolder) {
  auto command = shell("cat; echo $WORD; pwd");
  command.input = "given\n";
  command.environment["WORD"] = std::string(1'000'00, 'x');
  const auto [exit, out] = run(command);
  EXPECT_EQ(out, "given\n" + std::string(1'000'00, 'x') + "\n" + folder.path().string() + "\n");
}

TEST_F(ProcessTreeTest, SaysWhyACommandCannotStart) {
  EXPECT_THAT(run({.argv = {"no-such-program-here"}, .environment = {{"PATH", "/bin"}}}).second,
              HasSubstr("no program 'no-such-program-here'"));
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
  GTEST_SKIP()
      << "ThreadSanitizer makes a fork of vfork, whose child then cannot say why it failed";
#endif
#endif
  auto lost = shell("true");
  lost.working_directory = folder.path() / "nowhere";
  EXPECT_THAT(run(lost).second, HasSubstr("nowhere does not exist"));
}

TEST_F(ProcessTreeTest, StopsByInterruptThenTerminateThenKill) {
  const StopPatience quick{milliseconds(400), milliseconds(400)};
  const auto limits = [&](int after) {
    RunLimits limits;
    limits.deadline = host.clock->monotonic() + milliseconds(after);
    limits.patience = quick;
    return limits;
  };
  const auto polite = run(
      shell("trap 'echo int; exit 3' INT; echo up; while :; do sleep 0.01; done"), limits(1000));
  EXPECT_EQ(polite.first.why, Exit::Why::timed_out);
  EXPECT_EQ(polite.second, "up\nint\n");
  const auto deaf =
      run(shell("trap '' INT; trap 'echo term; exit 0' TERM; while :; do sleep 0.01; done"),
          limits(1000));
  EXPECT_THAT(deaf.second, HasSubstr("term\n"));
  const auto begin = host.clock->monotonic();
  const auto stubborn = run(shell("trap '' INT TERM; while :; do sleep 0.01; done"), limits(100));
  EXPECT_EQ(stubborn.first.code, 128 + SIGKILL);
  EXPECT_LT(host.clock->monotonic() - begin, std::chrono::seconds(3));
}

TEST_F(ProcessTreeTest, StopsWhenAsked) {
  std::stop_source stop;
  std::jthread asker([&] {
    std::this_thread::sleep_for(milliseconds(100));
    stop.request_stop();
  });
  RunLimits limits;
  limits.stop = stop.get_token();
  const auto [exit, out] = run(shell("sleep 60"), limits);
  EXPECT_EQ(exit.why, Exit::Why::stopped);
}

TEST_F(ProcessTreeTest, DoesNotWaitForADaemonThatHoldsThePipe) {
  const auto begin = host.clock->monotonic();
  const auto [exit, out] = run(shell("sleep 60 & echo done"));
  EXPECT_EQ(out, "done\n");
  EXPECT_LT(host.clock->monotonic() - begin, std::chrono::seconds(5));
}

TEST_F(ProcessTreeTest, KillsEverythingLeftBehindDaemonsIncluded) {
  run(
      shell("setsid -f bash -c 'echo $$ >> pids; exec sleep 300'; (bash -c 'trap \"\" INT TERM "
            "HUP; echo $$ >> pids; sleep 300 & wait' &) ; "
            "while [ $(wc -l < pids 2>/dev/null || echo 0) -lt 2 ]; do sleep 0.01; done"));
  const auto left = written("pids");
  ASSERT_EQ(left.size(), 2U);
  for (const pid_t process : left) EXPECT_TRUE(alive(process));
  EXPECT_GE(tree->kill_all(), 2U);
  for (const pid_t process : left) EXPECT_FALSE(alive(process));
  EXPECT_EQ(run(shell("echo still usable")).second, "still usable\n");
}

TEST_F(ProcessTreeTest, LeavesNothingWhenItsOwnerIsKilled) {
  const pid_t owner = ::fork();
  if (owner == 0) {
    auto own = ProcessTree::create(host).value();
    (void)own
        ->run(shell("setsid -f bash -c 'echo $$ > daemon; exec sleep 300'; while [ ! -s daemon ]; "
                    "do sleep 0.01; done; sleep 300"),
              {}, {})
        .has_value();
    ::_exit(0);
  }
  for (int i = 0; i < 500 && written("daemon").empty(); ++i)
    std::this_thread::sleep_for(milliseconds(10));
  const auto daemon = written("daemon");
  ASSERT_EQ(daemon.size(), 1U);
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  for (int i = 0; i < 100 && alive(daemon[0]); ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_FALSE(alive(daemon[0]));
}

TEST_F(ProcessTreeTest, RunsServicesUntilTheyAreStopped) {
  const auto log = folder.path() / "log";
  const auto process = tree->start(shell("echo up; exec sleep 300"), log);
  ASSERT_TRUE(process);
  for (int i = 0; i < 500 && read_file(log).value_or("").empty(); ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  EXPECT_FALSE(tree->poll(*process));
  tree->stop(*process, {milliseconds(200), milliseconds(200)});
  const auto end = tree->poll(*process);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, 128 + SIGINT);
  EXPECT_EQ(read_file(log).value(), "up\n");
}

TEST_F(ProcessTreeTest, RunsManyAtOnce) {
  std::vector<std::jthread> threads;
  std::atomic<int> right{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        std::string out;
        const auto exit = tree->run(shell("echo " + std::to_string(t * 100 + i)), {},
                                    [&](std::string_view text) { out += text; });
        right += exit && exit->ok() && out == std::to_string(t * 100 + i) + "\n";
      }
    });
  }
  threads.clear();
  EXPECT_EQ(right, 200);
}

TEST_F(ProcessTreeTest, CarriesMuchOutput) {
  std::size_t bytes = 0;
  const auto exit = tree->run(shell("head -c 50000000 /dev/zero"), {},
                              [&](std::string_view text) { bytes += text.size(); });
  EXPECT_TRUE(exit && exit->ok());
  EXPECT_EQ(bytes, 50'000'000U);
}

TEST(Capture, KeepsStreamsApartAndTimesOut) {
  const Environment environment{{"PATH", "/usr/bin:/bin"}};
  const auto captured = capture(
      {.argv = {"bash", "-c", "echo out; echo err >&2; exit 4"}, .environment = environment},
      milliseconds(5000));
  ASSERT_TRUE(captured);
  EXPECT_EQ(captured->output, "out\n");
  EXPECT_EQ(captured->error, "err\n");
  EXPECT_EQ(captured->exit.code, 4);
  const auto late =
      capture({.argv = {"sleep", "60"}, .environment = environment}, milliseconds(50));
  EXPECT_EQ(late->exit.why, Exit::Why::timed_out);
}

TEST(CopyTree, KeepsModesLinksAndTimesAndSkips) {
  const auto folder = TemporaryDirectory::create("/tmp", "crema-test-").value();
  const auto from = folder.path() / "from";
  std::filesystem::create_directories(from / "sub/skipped");
  ASSERT_TRUE(write_file(from / "sub/run.sh", "#!/bin/sh\n"));
  ASSERT_TRUE(write_file(from / "sub/skipped/x", "x"));
  std::filesystem::permissions(from / "sub/run.sh", std::filesystem::perms(0755));
  std::filesystem::create_symlink("run.sh", from / "sub/link");
  std::filesystem::permissions(from / "sub", std::filesystem::perms(0555));
  const auto count =
      copy_tree(from, folder.path() / "to", [](const auto& path) { return path == "sub/skipped"; });
  ASSERT_TRUE(count) << count.error().message;
  EXPECT_EQ(count->files, 1U);
  const auto to = folder.path() / "to/sub";
  EXPECT_EQ(std::filesystem::status(to / "run.sh").permissions(), std::filesystem::perms(0755));
  EXPECT_EQ(std::filesystem::status(to).permissions(), std::filesystem::perms(0555));
  EXPECT_EQ(std::filesystem::read_symlink(to / "link"), "run.sh");
  EXPECT_EQ(std::filesystem::last_write_time(to / "run.sh"),
            std::filesystem::last_write_time(from / "sub/run.sh"));
  EXPECT_FALSE(std::filesystem::exists(to / "skipped"));
}

}  // namespace
}  // namespace crema::sys
