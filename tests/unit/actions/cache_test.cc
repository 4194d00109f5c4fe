#include "builtins.h"
#include "cache_steps.h"
#include "job_double.h"

#include "crema/store/store.h"

#include <gtest/gtest.h>

namespace crema::actions {
namespace {

class CacheTest : public testing::Test {
 protected:
  CacheTest() : job_(testing::UnitTest::GetInstance()->current_test_info()->name()) {
    job_.write("workspace/deps/a", "A");
    job_.write("workspace/deps/skip/b", "B");
    job_.write("home/.cache/tool/c", "C");
  }
  void SetUp() override {
    auto store = store::Store::open(job_.root() / "store", job_.host());
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
    job_.cache_store = &store_->caches();
  }
  void save(const std::string& paths, const std::string& key) {
    job_.inputs = {{"path", paths}, {"key", key}};
    ASSERT_TRUE(job_.run_main(kCacheSave));
  }
  void lose_everything() {
    fs::remove_all(job_.workspace() / "deps");
    fs::remove_all(job_.home() / ".cache");
    job_.outputs.clear();
    job_.states.clear();
    job_.logged.clear();
  }

  JobDouble job_;
  std::unique_ptr<store::Store> store_;
};

TEST_F(CacheTest, RestoresWhatThePostStepSaved) {
  job_.inputs = {{"path", "deps\n~/.cache"}, {"key", "k-1"}};
  ASSERT_TRUE(job_.run_main(kCache));
  EXPECT_FALSE(job_.outputs.contains("cache-hit"));
  EXPECT_TRUE(job_.said("Cache not found for input keys: k-1"));
  ASSERT_TRUE(job_.run_post(kCache));
  EXPECT_TRUE(job_.said("Cache saved with key: k-1"));

  lose_everything();
  ASSERT_TRUE(job_.run_main(kCache));
  EXPECT_EQ(job_.outputs["cache-hit"], "true");
  EXPECT_EQ(job_.read("workspace/deps/a"), "A");
  EXPECT_EQ(job_.read("home/.cache/tool/c"), "C");
  ASSERT_TRUE(job_.run_post(kCache));
  EXPECT_TRUE(job_.said("Cache hit occurred on the primary key k-1, not saving cache."));
}

TEST_F(CacheTest, ARestoreKeyIsAHitThatIsNotExact) {
  save("deps", "linux-old");
  save("deps", "linux-new");
  lose_everything();
  job_.inputs = {{"path", "deps"}, {"key", "linux-x"}, {"restore-keys", "none-\nlinux-\n"}};
  ASSERT_TRUE(job_.run_main(kCache));
  EXPECT_EQ(job_.outputs["cache-hit"], "false");
  EXPECT_TRUE(job_.said("Cache restored from key: linux-new"));
  ASSERT_TRUE(job_.run_post(kCache));
  EXPECT_TRUE(job_.said("Cache saved with key: linux-x"));
}

TEST_F(CacheTest, SavesNothingAfterAFailure) {
  job_.inputs = {{"path", "deps"}, {"key", "k"}};
  ASSERT_TRUE(job_.run_main(kCache));
  job_.succeeded = false;
  ASSERT_TRUE(job_.run_post(kCache));
  EXPECT_FALSE(job_.said("saved"));
  EXPECT_EQ(kCache.post_condition, "success()");
}

TEST_F(CacheTest, OtherPathsDoNotSeeTheEntry) {
  save("deps", "k");
  job_.inputs = {{"path", "deps\n~/.cache"}, {"key", "k"}};
  ASSERT_TRUE(job_.run_main(kCacheRestore));
  EXPECT_FALSE(job_.outputs.contains("cache-hit"));
  EXPECT_EQ(job_.outputs["cache-primary-key"], "k");
}

TEST_F(CacheTest, LooksUpWithoutRestoring) {
  save("deps", "k");
  lose_everything();
  job_.inputs = {{"path", "deps"}, {"key", "k"}, {"lookup-only", "true"}};
  ASSERT_TRUE(job_.run_main(kCacheRestore));
  EXPECT_EQ(job_.outputs["cache-hit"], "true");
  EXPECT_EQ(job_.outputs["cache-matched-key"], "k");
  EXPECT_FALSE(job_.exists("workspace/deps"));
}

TEST_F(CacheTest, AMissFailsWhenAsked) {
  job_.inputs = {{"path", "deps"}, {"key", "k"}, {"fail-on-cache-miss", "true"}};
  const auto result = job_.run_main(kCacheRestore);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("Input key: k"), std::string::npos);
}

TEST_F(CacheTest, TakesPatternsWithExceptions) {
  save("deps/*\n! deps/skip", "k");
  lose_everything();
  job_.inputs = {{"path", "deps/*\n!deps/skip"}, {"key", "k"}};
  ASSERT_TRUE(job_.run_main(kCacheRestore));
  EXPECT_EQ(job_.read("workspace/deps/a"), "A");
  EXPECT_FALSE(job_.exists("workspace/deps/skip"));
}

TEST_F(CacheTest, SaysWhenThereIsNothingToSave) {
  save("nowhere", "k");
  EXPECT_TRUE(job_.warned("Path(s) specified in the action for caching do(es) not exist"));
  save("deps", "k");
  save("deps", "k");
  EXPECT_TRUE(job_.said("an entry with key k exists already"));
}

TEST_F(CacheTest, RefusesKeysThatGitHubRefuses) {
  for (const auto& key : {std::string("a,b"), std::string(513, 'k')}) {
    job_.inputs = {{"path", "deps"}, {"key", key}};
    const auto result = job_.run_main(kCache);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "actions/bad-cache-key");
  }
}

TEST_F(CacheTest, LeavesAloneWhatTheMachineKeepsAnyway) {
  job_.environment["GOMODCACHE"] = (job_.root() / "user/go/pkg/mod").string();
  job_.inputs = {{"path", "~/go/pkg/mod"}, {"key", "k"}};
  ASSERT_TRUE(job_.run_main(kCache));
  EXPECT_FALSE(job_.outputs.contains("cache-hit"));
  EXPECT_TRUE(job_.said("~/go/pkg/mod: the job uses " + job_.environment["GOMODCACHE"]));
  job_.write("user/go/pkg/mod/m", "module");
  ASSERT_TRUE(job_.run_post(kCache));
  EXPECT_TRUE(job_.annotations.empty());
  ASSERT_TRUE(job_.run_main(kCache));
  EXPECT_EQ(job_.outputs["cache-hit"], "true");

  job_.inputs = {{"path", "~/go/pkg/mod\ndeps"}, {"key", "k"}};
  ASSERT_TRUE(job_.run_main(kCacheSave));
  EXPECT_TRUE(job_.said("Cache saved with key: k"));
  lose_everything();
  ASSERT_TRUE(job_.run_main(kCacheRestore));
  EXPECT_EQ(job_.read("workspace/deps/a"), "A");
}

// A Go that answers `go env` only.
TEST_F(CacheTest, SetupGoKeepsItsModulesUnderTheRealKey) {
  job_.write("home/sdk/go1.99.1/VERSION", "go1.99.1\n");
  job_.write("home/sdk/go1.99.1/bin/go",
             "#!/bin/sh\ncase $2 in GOPATH) echo $HOME/go;; GOMODCACHE) echo $HOME/go/pkg/mod;; "
             "GOCACHE) echo $HOME/.cache/go-build;; esac\n");
  fs::permissions(job_.home() / "sdk/go1.99.1/bin/go", fs::perms::owner_all);
  job_.write("workspace/go.sum", "sum");
  job_.write("home/go/pkg/mod/m", "module");
  job_.environment["ImageOS"] = "ubuntu22";
  job_.set_github({{"action_ref", "v4"}});
  job_.inputs = {{"go-version", "1.99"}};
  ASSERT_TRUE(job_.run_main(kSetupGo));
  EXPECT_EQ(job_.outputs["cache-hit"], "false");
  const auto key = job_.states.at("dependency-cache-key");
  EXPECT_TRUE(key.starts_with("setup-go-Linux-x64-ubuntu22-go-1.99.1-")) << key;
  ASSERT_TRUE(job_.run_post(kSetupGo));

  fs::remove_all(job_.home() / "go");
  ASSERT_TRUE(job_.run_main(kSetupGo));
  EXPECT_EQ(job_.outputs["cache-hit"], "true");
  EXPECT_EQ(job_.read("home/go/pkg/mod/m"), "module");
}

}  // namespace
}  // namespace crema::actions
