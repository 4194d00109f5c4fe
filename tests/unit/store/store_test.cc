// The store on a real disk: what was recorded is there afterwards, also when the process was
// killed.
#include "crema/store/store.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <thread>

namespace crema::store {
namespace {

using namespace evidence;
using testing::ElementsAre;
using testing::HasSubstr;

class StoreTest : public testing::Test {
 protected:
  sys::Host host = sys::real_host();
  sys::TemporaryDirectory folder = sys::TemporaryDirectory::create("/tmp", "crema-test-").value();
  std::filesystem::path home = folder.path() / ".crema";

  std::unique_ptr<Store> open() {
    auto store = Store::open(home, host);
    EXPECT_TRUE(store) << store.error().message;
    return std::move(*store);
  }
  void send(RunListener& listener, auto body) const {
    listener.on_event({host.clock->wall(), body});
  }
  static void say(RunListener& listener, JobIndex job, StepIndex step,
                  const std::vector<std::string>& texts) {
    std::vector<LogLine> lines;
    for (const auto& text : texts)
      lines.push_back({Time(std::chrono::seconds(1)), LineKind::output, text});
    listener.on_log(job, step, lines);
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    ASSERT_TRUE(sys::write_file(folder.path() / name, text));
  }
};

TEST_F(StoreTest, KeepsEvidenceAndTheHistoryOfTestsBeyondTheirRuns) {
  auto store = open();
  const auto suite = [](TestOutcome outcome) {
    TestSuite made{.name = "example.org/a", .framework = "go", .project = "a"};
    made.cases.push_back(
        {.name = "TestA", .outcome = outcome, .duration = std::chrono::seconds(2)});
    return made;
  };
  for (const auto outcome : {TestOutcome::failed, TestOutcome::passed}) {
    auto run = store->begin_run("{}").value();
    const auto added = run->add_record(
        {.origin = {.job = "unit", .commit = "abc", .time = Time(std::chrono::hours(1))},
         .evidence = suite(outcome)});
    ASSERT_TRUE(added) << added.error().message;
    ASSERT_TRUE(run->add_record({.origin = {}, .evidence = Timing{.stage = "tests"}}));
    send(*run, RunFinished{Outcome::success, false});
  }
  const auto records = store->records(1).value();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(kind_of(records[0].evidence), "test_suite");
  EXPECT_EQ(records[0].origin.run, 1U);
  EXPECT_EQ(records[0].origin.job, "unit");
  EXPECT_EQ(std::get<TestSuite>(records[0].evidence).cases.at(0).name, "TestA");
  EXPECT_EQ(store->records(9).error().code, "store/no-such-run");

  ASSERT_TRUE(store->prune(1));
  EXPECT_FALSE(store->records(1));
  const auto history = store->test_history(10).value();
  ASSERT_EQ(history.size(), 1U);
  ASSERT_EQ(history[0].results.size(), 2U);
  EXPECT_EQ(history[0].results[0].run, 2U);
  EXPECT_EQ(history[0].results[1].outcome, TestOutcome::failed);
  EXPECT_EQ(history[0].results[1].commit, "abc");
  EXPECT_EQ(store->test_history(1).value().at(0).results.size(), 1U);
}

TEST_F(StoreTest, RemembersARun) {
  auto store = open();
  {
    auto run = store->begin_run(R"({"event":"push"})").value();
    send(*run, RunStarted{1, "CI", "ci.yml", "push", "refs/heads/main", "abc", "title"});
    send(*run, JobPlanned{.job = 0, .id = "a", .name = "a (1)", .needs = {}});
    send(*run, JobPlanned{.job = 1, .id = "b", .name = "b", .needs = {0}});
    send(*run, JobStarted{0});
    send(*run, StepStarted{0, 0, "__run", "Run x"});
    say(*run, 0, 0, {"hello", "", "wor ld"});
    send(*run, Annotation{.job = 0,
                          .step = 0,
                          .level = AnnotationLevel::error,
                          .message = "bad",
                          .file = "f.go",
                          .line = 3});
    send(*run, SummaryWritten{0, 0, "# one"});
    send(*run, StepFinished{0, 0, Outcome::failure, Outcome::success, 2, ""});
    send(*run, OutputsSet{0, {{"k", "v"}}});
    send(*run, JobFinished{0, Outcome::success, ""});
    send(*run, Remark{-1, Severity::note, "x/y", "said"});
    ASSERT_TRUE(run->save_journal(0, "{}", std::vector<JournalStep>{{2, "two"}}, true));
    send(*run, RunFinished{Outcome::failure, false});
  }
  const auto run = store->find_run(1).value();
  EXPECT_EQ(run.state, RunState::failure);
  EXPECT_EQ(run.title, "title");
  ASSERT_EQ(run.jobs.size(), 2U);
  EXPECT_THAT(run.jobs[1].needs, ElementsAre(0U));
  EXPECT_THAT(run.jobs[0].outputs, ElementsAre(testing::Pair("k", "v")));
  ASSERT_EQ(run.jobs[0].steps.size(), 1U);
  EXPECT_EQ(run.jobs[0].steps[0].outcome, Outcome::failure);
  EXPECT_EQ(run.jobs[0].steps[0].conclusion, Outcome::success);
  EXPECT_EQ(run.annotations.at(0).file, "f.go");
  EXPECT_EQ(run.summaries.at(0).markdown, "# one");
  EXPECT_EQ(run.remarks.at(0).message, "said");
  EXPECT_EQ(store->journal(1, 0)->job_text, "{}");
  EXPECT_EQ(store->journal(1, 0)->steps.at(0).text, "two");
  const auto lines = store->read_log(1, 0, 0, 1, 10).value();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1].text, "wor ld");
  EXPECT_FALSE(store->find_run(7));
}

TEST_F(StoreTest, FindsAPageOfALongLogAtOnce) {
  auto store = open();
  auto run = store->begin_run("{}").value();
  std::vector<std::string> texts;
  for (int i = 0; i < 100'000; ++i) {
    texts.push_back("line " + std::to_string(i));
    if (texts.size() == 1000) {
      say(*run, 0, 0, texts);
      texts.clear();
    }
  }
  const auto lines = store->read_log(1, 0, 0, 98'765, 3).value();
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].text, "line 98765");
  EXPECT_EQ(lines[2].text, "line 98767");
}

TEST_F(StoreTest, CallsARunInterruptedOnlyWhenItsProcessIsGone) {
  auto store = open();
  auto run = store->begin_run("{}").value();
  EXPECT_EQ(open()->find_run(1)->state, RunState::running);
  EXPECT_FALSE(open()->reopen_run(1));
  run.reset();
  EXPECT_EQ(open()->find_run(1)->state, RunState::interrupted);
  EXPECT_TRUE(open()->reopen_run(1));
}

TEST_F(StoreTest, LosesNothingToKillNine) {
  auto store = open();
  for (int round = 0; round < 30; ++round) {
    std::array<int, 2> acknowledged{};
    ASSERT_EQ(::pipe(acknowledged.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      auto own = Store::open(home, host).value();
      auto run = own->begin_run("{}").value();
      send(*run, JobPlanned{.job = 0, .id = "a", .name = "a"});
      for (StepIndex step = 0;; ++step) {
        send(*run, StepStarted{0, step, "s", "s"});
        say(*run, 0, step, {"said " + std::to_string(step)});
        if (!run->save_journal(0, std::to_string(step), {}, false)) ::_exit(2);
        send(*run, StepFinished{0, step});
        if (::write(acknowledged[1], &step, sizeof step) < 0) ::_exit(1);
      }
    }
    ::close(acknowledged[1]);
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + (round * 37) % 90));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    StepIndex last = 0;
    std::size_t count = 0;
    for (StepIndex step = 0; ::read(acknowledged[0], &step, sizeof step) == sizeof step; ++count)
      last = step;
    ::close(acknowledged[0]);
    if (count == 0) continue;
    auto after = open();
    const auto run = after->find_run(after->latest_run().value().value()).value();
    EXPECT_EQ(run.state, RunState::interrupted);
    ASSERT_GE(run.jobs.at(0).steps.size(), count);
    EXPECT_TRUE(run.jobs[0].steps[last].finished);
    EXPECT_GE(std::stoul(after->journal(run.number, 0)->job_text), last);
    for (StepIndex step = 0; step < last; ++step)
      EXPECT_EQ(after->count_log_lines(run.number, 0, step).value(), 1U);
    EXPECT_EQ(after->read_log(run.number, 0, last, 0, 9)->at(0).text,
              "said " + std::to_string(last));
  }
}

TEST_F(StoreTest, KeepsArtifactsUnderTheirNames) {
  auto store = open();
  auto run = store->begin_run("{}").value();
  write("out/a.txt", "one");
  write("out/run.sh", "#!/bin/sh\n");
  std::filesystem::permissions(folder.path() / "out/run.sh", std::filesystem::perms(0755));
  const std::vector<ArtifactFile> files{{folder.path() / "out/a.txt", "deep/a.txt"},
                                        {folder.path() / "out/run.sh", "run.sh"}};
  const auto saved = run->artifacts().save("result", files, false);
  ASSERT_TRUE(saved) << saved.error().message;
  EXPECT_EQ(saved->bytes, 13U);
  EXPECT_EQ(run->artifacts().save("result", files, false).error().code, "store/artifact-exists");
  EXPECT_TRUE(run->artifacts().save("result", files, true));
  EXPECT_EQ(run->artifacts().list()->size(), 1U);
  const auto listed = run->artifacts().files("result");
  ASSERT_TRUE(listed);
  for (const auto& file : *listed) EXPECT_TRUE(std::filesystem::exists(file.source)) << file.path;
  EXPECT_FALSE(listed->empty());
  EXPECT_EQ(run->artifacts().files("nothing").error().code, "store/no-such-artifact");
  ASSERT_TRUE(run->artifacts().extract("result", folder.path() / "back"));
  EXPECT_EQ(sys::read_file(folder.path() / "back/deep/a.txt").value(), "one");
  EXPECT_EQ(std::filesystem::status(folder.path() / "back/run.sh").permissions() &
                std::filesystem::perms::owner_exec,
            std::filesystem::perms::owner_exec);
  EXPECT_EQ(run->artifacts().extract("nothing", folder.path()).error().code,
            "store/no-such-artifact");
}

TEST_F(StoreTest, FindsCachesByKeyThenByPrefixNewestFirst) {
  auto store = open();
  auto& caches = store->caches();
  const auto home_one = folder.path() / "one";
  const auto home_two = folder.path() / "two";
  write("one/cache/file", "kept");
  std::filesystem::create_symlink("file", home_one / "cache/link");
  const std::vector<std::filesystem::path> paths{home_one / "cache"};
  const std::vector<CacheRoot> roots{{"home", home_one}};
  const std::vector<std::string> prefixes{"linux-go-", "linux-"};
  EXPECT_TRUE(caches.save("linux-go-1", "v", paths, roots).value());
  EXPECT_TRUE(caches.save("linux-go-2", "v", paths, roots).value());
  EXPECT_FALSE(caches.save("linux-go-2", "v", paths, roots).value());
  EXPECT_TRUE(caches.find("linux-go-1", {}, "v").value()->exact);
  const auto hit = caches.find("linux-go-3", prefixes, "v").value();
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->key, "linux-go-2");
  EXPECT_FALSE(hit->exact);
  EXPECT_FALSE(caches.find("linux-go-3", prefixes, "other").value());
  const std::vector<CacheRoot> elsewhere{{"home", home_two}};
  const auto restored = caches.restore(*hit, "v", elsewhere);
  ASSERT_TRUE(restored) << restored.error().message;
  EXPECT_EQ(sys::read_file(home_two / "cache/link").value(), "kept");
  EXPECT_EQ(caches.find("a,b", {}, "v").error().code, "store/cache-key");
  EXPECT_FALSE(caches.restore(*hit, "v", {}));
}

TEST_F(StoreTest, LetsSeveralProcessesRecordAtOnce) {
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (int round = 0; round < 5; ++round) {
        auto own = Store::open(home, host);  // the first ones make it
        if (!own) ::_exit(2);
        auto run = (*own)->begin_run("{}");
        if (!run) ::_exit(3);
        send(**run, JobPlanned{.job = 0, .id = "a", .name = "a"});
        send(**run, StepStarted{0, 0, "s", "s"});
        say(**run, 0, 0, {std::to_string((*run)->number())});
        send(**run, StepFinished{0, 0});
        send(**run, RunFinished{Outcome::success, false});
        if ((*run)->failure()) ::_exit(4);
      }
      ::_exit(0);
    }
    children.push_back(child);
  }
  for (const auto child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  auto store = open();
  const auto runs = store->list_runs(99).value();
  ASSERT_EQ(runs.size(), 30U);
  for (const auto& run : runs) {
    EXPECT_EQ(run.state, RunState::success);
    EXPECT_EQ(store->read_log(run.number, 0, 0, 0, 9)->at(0).text, std::to_string(run.number));
  }
}

TEST_F(StoreTest, SeesThatARunDiedWithoutBeingOpenedAnew) {
  std::array<int, 2> begun{};
  ASSERT_EQ(::pipe(begun.data()), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto run = Store::open(home, host).value()->begin_run("{}");
    if (!run || ::write(begun[1], "x", 1) != 1) ::_exit(2);
    ::pause();
  }
  ::close(begun[1]);
  char byte = 0;
  ASSERT_EQ(::read(begun[0], &byte, 1), 1);
  ::close(begun[0]);
  const auto watching = open();
  EXPECT_EQ(watching->find_run(1)->state, RunState::running);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(watching->find_run(1)->state, RunState::interrupted);
}

TEST_F(StoreTest, AddsWhatAStepSaysAfterItsEnd) {
  auto store = open();
  auto run = store->begin_run("{}").value();
  send(*run, JobPlanned{.job = 0, .id = "a", .name = "a"});
  send(*run, StepStarted{0, 0, "s", "s"});
  say(*run, 0, 0, {"one"});
  send(*run, StepFinished{0, 0});
  say(*run, 0, 0, {"two"});
  EXPECT_EQ(store->count_log_lines(1, 0, 0).value(), 2U);
}

TEST_F(StoreTest, ReplacesWhatRunsAgain) {
  auto store = open();
  {
    auto run = store->begin_run("{}").value();
    send(*run, JobPlanned{.job = 0, .id = "a", .name = "a"});
    for (const StepIndex step : {0, 1}) {
      send(*run, StepStarted{0, step, "s", "s"});
      say(*run, 0, step, {"first"});
      send(*run, Annotation{.job = 0, .step = step, .message = "first"});
      send(*run, StepFinished{0, step, Outcome::failure, Outcome::failure, 1, ""});
    }
    send(*run, RunFinished{Outcome::failure, false});
  }
  {
    auto run = store->reopen_run(1).value();
    send(*run, StepStarted{0, 1, "s", "s"});
    send(*run, StepFinished{0, 1});
    send(*run, RunFinished{Outcome::success, false});
  }
  const auto run = store->find_run(1).value();
  EXPECT_EQ(run.state, RunState::success);
  EXPECT_EQ(run.jobs[0].steps.size(), 2U);
  EXPECT_EQ(run.annotations.size(), 1U);
  EXPECT_EQ(store->count_log_lines(1, 0, 0).value(), 1U);
  EXPECT_EQ(store->count_log_lines(1, 0, 1).value(), 0U);
}

TEST_F(StoreTest, ForgetsOldRunsWithAllTheyHad) {
  auto store = open();
  write("kept.txt", "the same in all");
  for (int i = 1; i <= 4; ++i) {
    auto run = store->begin_run("{}").value();
    write("own.txt", "run " + std::to_string(i));
    send(*run, JobPlanned{.job = 0, .id = "a", .name = "a"});
    say(*run, 0, 0, {"x"});
    const std::vector<ArtifactFile> files{{folder.path() / "kept.txt", "kept.txt"},
                                          {folder.path() / "own.txt", "own.txt"}};
    ASSERT_TRUE(run->artifacts().save("result", files, false));
    send(*run, RunFinished{Outcome::success, false});
  }
  write(".crema/blobs/new.1.0", "left by a killed writer");
  auto going_on = store->reopen_run(1).value();
  ASSERT_TRUE(store->prune(2));
  const auto runs = store->list_runs(9).value();
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0].number, 4U);
  EXPECT_EQ(runs[1].number, 3U);
  EXPECT_EQ(runs[2].number, 1U);  // somebody is at it
  EXPECT_FALSE(std::filesystem::exists(home / "logs/2"));
  EXPECT_FALSE(std::filesystem::exists(home / "runs/2"));
  EXPECT_FALSE(std::filesystem::exists(home / "blobs/new.1.0"));
  for (const RunNumber number : {1, 3, 4}) {
    const auto target = folder.path() / "back" / std::to_string(number);
    ASSERT_TRUE(store->artifacts_of(number).value()->extract("result", target));
    EXPECT_EQ(sys::read_file(target / "own.txt").value(), "run " + std::to_string(number));
    EXPECT_EQ(sys::read_file(target / "kept.txt").value(), "the same in all");
  }
  std::size_t blobs = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(home / "blobs"))
    blobs += entry.is_regular_file() && entry.path().filename() != "lock" ? 1 : 0;
  EXPECT_EQ(blobs, 4U);
}

TEST_F(StoreTest, CountsOnWhenItsDatabaseWasMovedAway) {
  open()->begin_run("{}").value();
  open()->begin_run("{}").value();
  std::filesystem::remove(home / "crema.db");
  EXPECT_EQ(open()->begin_run("{}").value()->number(), 3U);
}

TEST_F(StoreTest, SaysWhatCouldNotBeRecorded) {
  auto store = open();
  auto run = store->begin_run("{}").value();
  EXPECT_FALSE(run->failure());
  std::filesystem::create_directories(home / "logs/1/0");
  std::filesystem::create_symlink("/dev/full", home / "logs/1/0/0.log");
  say(*run, 0, 0, {"lost"});
  ASSERT_TRUE(run->failure());
  EXPECT_THAT(run->failure()->hint, HasSubstr("free some disk space"));
}

TEST_F(StoreTest, SaysWhatToDoWithoutAFolder) {
  write("file", "not a folder");
  const auto store = Store::open(folder.path() / "file/.crema", host);
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().hint, HasSubstr("CREMA_HOME"));
}

TEST_F(StoreTest, SaysWhatToDoAboutADamagedDatabase) {
  std::filesystem::create_directories(home);
  ASSERT_TRUE(sys::write_file(home / "crema.db", std::string(5000, 'x')));
  const auto store = Store::open(home, host);
  ASSERT_FALSE(store);
  EXPECT_THAT(store.error().hint, HasSubstr("move "));
}

}  // namespace
}  // namespace crema::store
