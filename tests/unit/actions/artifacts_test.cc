#include "builtins.h"
#include "job_double.h"

#include "crema/store/store.h"

#include <gtest/gtest.h>

namespace crema::actions {
namespace {

class ArtifactsTest : public testing::Test {
 protected:
  ArtifactsTest() : job_(testing::UnitTest::GetInstance()->current_test_info()->name()) {
    for (const auto* file :
         {"dist/app", "dist/lib/x.so", "dist/.hidden", "docs/a.md", "docs/b.txt", "top"}) {
      job_.write(fs::path("workspace") / file, file);
    }
    use_major(4);
  }
  void SetUp() override {
    auto store = store::Store::open(job_.root() / "store", job_.host());
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
    auto run = store_->begin_run("{}");
    ASSERT_TRUE(run) << run.error().message;
    run_ = std::move(*run);
    job_.artifact_store = &run_->artifacts();
  }
  void use_major(int major) {
    job_.set_github({{"action_ref", "v" + std::to_string(major)}, {"run_number", "7"}});
  }

  // The paths inside an artifact after uploading `inputs`; the error's code when that fails.
  std::vector<std::string> upload(std::map<std::string, std::string> inputs) {
    job_.inputs = std::move(inputs);
    const auto result = job_.run_main(kUploadArtifact);
    if (!result) return {result.error().code};
    const auto name = job_.inputs.contains("name") ? job_.inputs["name"] : "artifact";
    return inside(name);
  }
  std::vector<std::string> inside(const std::string& name) {
    const auto folder = job_.root() / "inside";
    fs::remove_all(folder);
    fs::create_directories(folder);
    if (const auto got = run_->artifacts().extract(name, folder); !got) return {got.error().code};
    std::vector<std::string> paths;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file())
        paths.push_back(entry.path().lexically_relative(folder).string());
    }
    std::ranges::sort(paths);
    return paths;
  }
  void download(std::map<std::string, std::string> inputs) {
    job_.inputs = std::move(inputs);
    const auto result = job_.run_main(kDownloadArtifact);
    ASSERT_TRUE(result) << result.error().message;
  }

  JobDouble job_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<store::RunRecorder> run_;
};

using Paths = std::vector<std::string>;

TEST_F(ArtifactsTest, OnePathIsTheRootOfTheArtifact) {
  EXPECT_EQ(upload({{"path", "dist"}}), (Paths{"app", "lib/x.so"}));
  EXPECT_EQ(upload({{"path", "dist/**/*.so"}, {"name", "b"}}), (Paths{"lib/x.so"}));
  EXPECT_EQ(upload({{"path", "docs/a.md"}, {"name", "c"}}), (Paths{"a.md"}));
  EXPECT_EQ(upload({{"path", "."}, {"name", "d"}}),
            (Paths{"dist/app", "dist/lib/x.so", "docs/a.md", "docs/b.txt", "top"}));
}

TEST_F(ArtifactsTest, SeveralPathsKeepWhatIsBelowTheirCommonFolder) {
  EXPECT_EQ(upload({{"path", "dist/app\ndocs/*.md"}}), (Paths{"dist/app", "docs/a.md"}));
  EXPECT_EQ(upload({{"path", "dist/lib\ndist/app"}, {"name", "b"}}), (Paths{"app", "lib/x.so"}));
  EXPECT_EQ(upload({{"path", "docs\n!docs/*.txt"}, {"name", "c"}}), (Paths{"a.md"}));
}

TEST_F(ArtifactsTest, HiddenFilesComeOnlyWhenAsked) {
  EXPECT_EQ(upload({{"path", "dist"}, {"include-hidden-files", "true"}}),
            (Paths{".hidden", "app", "lib/x.so"}));
}

TEST_F(ArtifactsTest, SetsItsOutputs) {
  upload({{"path", "dist"}});
  EXPECT_EQ(job_.outputs["artifact-id"], "1");
  EXPECT_EQ(job_.outputs["artifact-url"], "crema:artifact/7/artifact");
  EXPECT_EQ(job_.outputs["artifact-digest"].size(), 64u);
}

TEST_F(ArtifactsTest, NothingFoundWarnsFailsOrIsIgnored) {
  EXPECT_EQ(upload({{"path", "none"}}), (Paths{"store/no-such-artifact"}));
  EXPECT_TRUE(job_.warned("No files were found with the provided path: none."));
  EXPECT_EQ(upload({{"path", "none"}, {"if-no-files-found", "error"}}),
            (Paths{"actions/no-files-found"}));
  job_.annotations.clear();
  EXPECT_EQ(upload({{"path", "none"}, {"if-no-files-found", "ignore"}}),
            (Paths{"store/no-such-artifact"}));
  EXPECT_TRUE(job_.annotations.empty());
  EXPECT_EQ(upload({{"path", "none"}, {"if-no-files-found", "odd"}}), (Paths{"actions/bad-input"}));
}

TEST_F(ArtifactsTest, V4RefusesATakenNameUnlessItOverwrites) {
  EXPECT_EQ(upload({{"path", "dist"}}), (Paths{"app", "lib/x.so"}));
  EXPECT_EQ(upload({{"path", "docs"}}), (Paths{"actions/artifact-exists"}));
  EXPECT_EQ(upload({{"path", "docs"}, {"overwrite", "true"}}), (Paths{"a.md", "b.txt"}));
}

TEST_F(ArtifactsTest, V3AddsToATakenName) {
  use_major(3);
  EXPECT_EQ(upload({{"path", "dist"}}), (Paths{"app", "lib/x.so"}));
  EXPECT_EQ(upload({{"path", "docs"}}), (Paths{"a.md", "app", "b.txt", "lib/x.so"}));
}

TEST_F(ArtifactsTest, RefusesNamesThatAreNoFileNames) {
  EXPECT_EQ(upload({{"path", "dist"}, {"name", "a/b"}}), (Paths{"actions/bad-artifact-name"}));
}

TEST_F(ArtifactsTest, ANamedArtifactGoesStraightIntoThePath) {
  upload({{"path", "dist"}, {"name", "x"}});
  download({{"name", "x"}, {"path", "got"}});
  EXPECT_EQ(job_.read("workspace/got/lib/x.so"), "dist/lib/x.so");
  EXPECT_EQ(job_.outputs["download-path"], (job_.workspace() / "got").string());
  download({{"name", "x"}, {"path", "~/got"}});
  EXPECT_TRUE(job_.exists("home/got/app"));
}

TEST_F(ArtifactsTest, AllArtifactsGetFoldersOfTheirNames) {
  upload({{"path", "dist"}, {"name", "x-1"}});
  download({{"path", "one"}});
  EXPECT_TRUE(job_.exists("workspace/one/x-1/app"));
  use_major(5);
  download({{"path", "straight"}});
  EXPECT_TRUE(job_.exists("workspace/straight/app"));
  upload({{"path", "docs"}, {"name", "x-2"}});
  upload({{"path", "top"}, {"name", "y"}});
  download({{"path", "some"}, {"pattern", "x-*"}});
  EXPECT_TRUE(job_.exists("workspace/some/x-2/a.md"));
  EXPECT_FALSE(job_.exists("workspace/some/y"));
  download({{"path", "merged"}, {"pattern", "{x-2,y}"}, {"merge-multiple", "true"}});
  EXPECT_TRUE(job_.exists("workspace/merged/a.md"));
  EXPECT_TRUE(job_.exists("workspace/merged/top"));
  EXPECT_FALSE(job_.exists("workspace/merged/app"));
}

TEST_F(ArtifactsTest, DownloadsByNumber) {
  upload({{"path", "dist"}, {"name", "x"}});
  upload({{"path", "docs"}, {"name", "y"}});
  use_major(5);
  download({{"artifact-ids", "2, 9"}, {"path", "got"}});
  EXPECT_TRUE(job_.exists("workspace/got/a.md"));
  EXPECT_TRUE(job_.warned("9"));
}

TEST_F(ArtifactsTest, SaysWhichArtifactsThereAreWhenOneIsMissing) {
  upload({{"path", "dist"}, {"name", "x"}});
  job_.inputs = {{"name", "z"}};
  const auto result = job_.run_main(kDownloadArtifact);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "Artifact 'z' not found; artifacts of this run: x");
  job_.inputs = {{"name", "x"}, {"repository", "someone/else"}};
  EXPECT_EQ(job_.run_main(kDownloadArtifact).error().code, "actions/not-supported");
}

TEST_F(ArtifactsTest, SarifBecomesAnArtifactAnnotationsAndASummary) {
  constexpr std::string_view kSarif =
      R"json({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "My Scan"}},
    "results": [{"ruleId": "R", "level": "error", "message": {"text": "bad"}, "locations": [{"physicalLocation":
      {"artifactLocation": {"uri": "a.go"}, "region": {"startLine": 3}}}]}]}]})json";
  job_.write("workspace/out/a.sarif", kSarif);
  job_.write("workspace/out/deep/a.sarif", kSarif);
  job_.inputs = {{"sarif_file", "out"}};
  const auto result = job_.run_main(kUploadSarif);
  ASSERT_TRUE(result) << result.error().message;
  ASSERT_EQ(job_.annotations.size(), 2u);
  EXPECT_EQ(job_.annotations[0].file, "a.go");
  EXPECT_EQ(job_.annotations[0].line, 3u);
  EXPECT_EQ(job_.annotations[0].level, evidence::AnnotationLevel::error);
  EXPECT_EQ(job_.annotations[0].title, "My Scan: R");
  EXPECT_NE(job_.summary.find("| My Scan | R | high | 2 |"), std::string::npos) << job_.summary;
  EXPECT_EQ(inside("sarif-my-scan"), (Paths{"1/a.sarif", "a.sarif"}));
  EXPECT_TRUE(job_.said("My Scan: 2 findings (2 high)")) << job_.logged;

  job_.inputs = {{"sarif_file", "out/a.sarif"}, {"category", "my scan"}};
  ASSERT_TRUE(job_.run_main(kUploadSarif));
  EXPECT_EQ(inside("sarif-my-scan-2"), (Paths{"a.sarif"}));
  job_.inputs = {{"sarif_file", "none.sarif"}};
  EXPECT_EQ(job_.run_main(kUploadSarif).error().message, "Path does not exist: none.sarif");
}

}  // namespace
}  // namespace crema::actions
