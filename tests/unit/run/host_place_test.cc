// Places of one run begin together.
#include "crema/run/executor.h"
#include "crema/sys/files.h"
#include "crema/sys/host.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <latch>
#include <thread>

namespace crema::run {
namespace {

namespace fs = std::filesystem;

TEST(HostPlaceTest, JobsThatBeginTogetherAllFindCrema) {
  constexpr int kJobs = 12;
  const auto& host = sys::real_host();
  const auto executor = make_host_executor(host);
  const auto folder = *sys::TemporaryDirectory::create(host.temporary_directory, "places-");
  const Repository repository{.root = folder.path(), .name = "shop"};
  const workflow::Settings settings;
  for (int round = 0; round < 4; ++round) {
    const auto store = folder.path() / std::to_string(round);
    std::latch together(kJobs);
    std::vector<Result<>> outcomes(kJobs, Result<>{});
    std::vector<std::jthread> threads;
    for (int job = 0; job < kJobs; ++job) {
      threads.emplace_back([&, job] {
        const PlaceRequest request{.folder = store / "runs/1/jobs" / std::to_string(job),
                                   .shared = store / "jobs",
                                   .name = fmt::format("test ({})", job),
                                   .repository = repository,
                                   .settings = settings};
        together.arrive_and_wait();
        auto place = executor->open(request);
        if (!place) {
          outcomes[job] = place.error();
          return;
        }
        if (!(*place)->find_program("crema", (*place)->environment().at("PATH"))) {
          outcomes[job] = fail("test", "no crema on the job's PATH");
        }
        if (!(*place)->find_program("k6", (*place)->environment().at("PATH"))) {
          outcomes[job] = fail("test", "no k6 on the job's PATH");
        }
        (*place)->close();
      });
    }
    threads.clear();
    for (const auto& outcome : outcomes) {
      EXPECT_TRUE(outcome) << outcome.error().message;
    }
    EXPECT_EQ(fs::read_symlink(store / "bin/crema"), host.executable);
  }
}

}  // namespace
}  // namespace crema::run
