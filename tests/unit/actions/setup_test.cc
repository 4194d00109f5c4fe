#include "builtins.h"
#include "go_toolchains.h"
#include "job_double.h"
#include "node_versions.h"
#include "python_versions.h"

#include <gtest/gtest.h>

namespace crema::actions {
namespace {

class SetupTest : public testing::Test {
 protected:
  SetupTest() : job_(testing::UnitTest::GetInstance()->current_test_info()->name()) {
    job_.inputs["cache"] = "false";
  }
  // A Go that is only its name: enough to be found and chosen.
  void install_go(const std::string& version) {
    job_.write("home/sdk/go" + version + "/VERSION",
               "go" + version + "\ntime 2024-01-01T00:00:00Z\n");
    const auto program = "home/sdk/go" + version + "/bin/go";
    job_.write(program, "#!/bin/sh\n[ \"$1 $2\" = \"env GOPATH\" ] && echo \"$HOME/go\"\n");
    fs::permissions(job_.root() / program, fs::perms::owner_all);
  }
  void install_node(const std::string& version) {
    job_.write("home/.nvm/versions/node/v" + version + "/bin/node",
               "#!/bin/sh\necho v" + version + "\n");
    fs::permissions(job_.root() / ("home/.nvm/versions/node/v" + version + "/bin/node"),
                    fs::perms::owner_all);
  }

  JobDouble job_;
};

TEST_F(SetupTest, GoTakesTheNewestInstalledOfARange) {
  install_go("1.99.1");
  install_go("1.99.10");
  job_.inputs["go-version"] = "1.99.x";
  const auto result = job_.run_main(kSetupGo);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(job_.outputs["go-version"], "1.99.10");
  ASSERT_EQ(job_.paths.size(), 2u);
  EXPECT_EQ(job_.paths[0], job_.root() / "home/sdk/go1.99.10/bin");
  EXPECT_EQ(job_.paths[1], job_.root() / "home/go/bin");
  EXPECT_EQ(job_.variables.count("GOROOT"), 0u);
  ASSERT_EQ(job_.matchers.size(), 1u);
  EXPECT_TRUE(expr::from_json(*sys::read_file(job_.matchers[0])));
}

TEST_F(SetupTest, GoReadsItsVersionFile) {
  install_go("1.98.2");
  install_go("1.97.5");
  job_.write("workspace/go.mod", "module x\n\ngo 1.97\n\ntoolchain go1.98.2 // newer\n");
  job_.inputs["go-version-file"] = "go.mod";
  ASSERT_TRUE(job_.run_main(kSetupGo));
  EXPECT_EQ(job_.outputs["go-version"], "1.98.2");
  job_.environment["GOTOOLCHAIN"] = "local";
  ASSERT_TRUE(job_.run_main(kSetupGo));
  EXPECT_EQ(job_.outputs["go-version"], "1.97.5");
}

TEST_F(SetupTest, GoThatNobodyHasFailsWithWhatIsInstalled) {
  job_.environment["PATH"] = "/nowhere";
  install_go("1.97.5");
  job_.environment["GOPROXY"] = "off";
  job_.inputs["go-version"] = "1.55";
  const auto result = job_.run_main(kSetupGo);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "actions/no-such-go");
  EXPECT_NE(result.error().message.find("1.97.5"), std::string::npos) << result.error().message;
}

TEST_F(SetupTest, OnlyNewGoActionsPinTheToolchain) {
  install_go("1.99.1");
  job_.inputs["go-version"] = "1.99";
  job_.set_github({{"action_ref", "v5.0.1"}});
  ASSERT_TRUE(job_.run_main(kSetupGo));
  EXPECT_EQ(job_.variables.count("GOTOOLCHAIN"), 0u);
  job_.set_github({{"action_ref", "v6"}});
  ASSERT_TRUE(job_.run_main(kSetupGo));
  EXPECT_EQ(job_.variables["GOTOOLCHAIN"], "local");
}

TEST(GoVersionFiles, AreReadAsTheToolsWriteThem) {
  EXPECT_EQ(go_version_in("go.mod", "module m\ngo 1.21.3\n", true), "1.21.3");
  EXPECT_EQ(go_version_in("go.work", "go 1.22\ntoolchain go1.22rc1\n", true), "1.22rc1");
  EXPECT_EQ(go_version_in("go.mod", "module m\ngo 1.21\ntoolchain default\n", true), "1.21");
  EXPECT_EQ(go_version_in(".tool-versions", "nodejs 20\ngolang 1.20.1 # why\n", true), "1.20.1");
  EXPECT_EQ(go_version_in(".go-version", " 1.19\n", true), "1.19");
}

TEST_F(SetupTest, NodeTakesTheNewestInstalledOfARange) {
  install_node("18.9.1");
  install_node("18.20.4");
  install_node("19.1.0");
  job_.inputs.erase("cache");
  job_.inputs["node-version"] = "18";
  const auto result = job_.run_main(kSetupNode);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(job_.outputs["node-version"], "v18.20.4");
  EXPECT_EQ(job_.paths[0], job_.root() / "home/.nvm/versions/node/v18.20.4/bin");
  ASSERT_EQ(job_.matchers.size(), 1u);
  const auto matchers = expr::from_json(*sys::read_file(job_.matchers[0]));
  ASSERT_TRUE(matchers);
  EXPECT_EQ(matchers->member("problemMatcher").as_array().size(), 3u);
}

TEST_F(SetupTest, NodeWritesTheRegistrysConfiguration) {
  install_node("18.9.1");
  job_.inputs = {{"node-version", "18.9.1"},
                 {"registry-url", "https://npm.example.com/own"},
                 {"scope", "Team"}};
  ASSERT_TRUE(job_.run_main(kSetupNode));
  EXPECT_EQ(job_.read("temp/.npmrc"),
            "//npm.example.com/own/:_authToken=${NODE_AUTH_TOKEN}\n@team:registry=https://"
            "npm.example.com/own/\n");
  EXPECT_EQ(job_.variables["NPM_CONFIG_USERCONFIG"], (job_.root() / "temp/.npmrc").string());
  EXPECT_FALSE(job_.variables["NODE_AUTH_TOKEN"].empty());
}

TEST_F(SetupTest, NodeVersionFilesAreReadAsTheToolsWriteThem) {
  const auto in = [&](const std::string& name, const std::string& text) {
    job_.write("workspace/" + name, text);
    return node_version_in(job_.workspace() / name).value_or("(failed)");
  };
  EXPECT_EQ(in(".nvmrc", "# ours\nv20.1.0\n"), "20.1.0");
  EXPECT_EQ(in(".nvmrc", "lts/iron\n"), "lts/iron");
  EXPECT_EQ(in(".tool-versions", "golang 1.20\nnodejs 18.3.0\n"), "18.3.0");
  EXPECT_EQ(in("package.json", R"({"engines": {"node": ">=18 <21"}})"), ">=18 <21");
  EXPECT_EQ(in("package.json", R"({"engines": {"node": "18"}, "volta": {"node": "20.2.0"}})"),
            "20.2.0");
  EXPECT_EQ(
      in("package.json", R"({"devEngines": {"runtime": [{"name": "node", "version": "22"}]}})"),
      "22");
  job_.write("workspace/base.json", R"({"volta": {"node": "16.1.0"}})");
  EXPECT_EQ(in("package.json", R"({"volta": {"extends": "./base.json"}})"), "16.1.0");
}

TEST_F(SetupTest, NodeWithoutALockFileCannotCache) {
  install_node("18.9.1");
  job_.inputs = {{"node-version", "18"}, {"cache", "npm"}};
  const auto result = job_.run_main(kSetupNode);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("package-lock.json"), std::string::npos);
}

TEST_F(SetupTest, PythonGetsAnEnvironmentOfItsOwn) {
  job_.inputs = {{"python-version", "3.x"}};
  const auto result = job_.run_main(kSetupPython);
  ASSERT_TRUE(result) << result.error().message;
  const auto program = job_.outputs["python-path"];
  EXPECT_TRUE(program.starts_with((job_.root() / "temp").string())) << program;
  EXPECT_EQ(
      job_.shell("'" + program + "' -c 'import sys; print(sys.prefix != sys.base_prefix)'", "."),
      "True\n");
  EXPECT_TRUE(job_.shell("'" + program + "' --version", ".").find(job_.outputs["python-version"]) !=
              std::string::npos);
  EXPECT_EQ(job_.variables["pythonLocation"],
            fs::path(program).parent_path().parent_path().string());
  EXPECT_EQ(job_.shell("'" + job_.paths.at(0).string() + "/pip' --version | cut -d' ' -f1", "."),
            "pip\n");
}

TEST_F(SetupTest, PythonThatIsNotThereFailsWithWhatIs) {
  job_.inputs = {{"python-version", "3.1"}};
  const auto result = job_.run_main(kSetupPython);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "actions/no-such-python");
  EXPECT_NE(result.error().message.find("installed: 3."), std::string::npos)
      << result.error().message;
}

TEST_F(SetupTest, PythonVersionFilesAreReadAsTheToolsWriteThem) {
  const auto in = [&](const std::string& name, const std::string& text) {
    job_.write("workspace/" + name, text);
    const auto versions = python_versions_in(job_.workspace() / name);
    return versions ? join(*versions, " ") : versions.error().code;
  };
  EXPECT_EQ(in(".python-version", "3.11.4\n3.12\n"), "3.11.4 3.12");
  EXPECT_EQ(in("pyproject.toml", "[project]\nname = 'x'\nrequires-python = \">=3.9,<3.13\"\n"),
            ">=3.9,<3.13");
  EXPECT_EQ(in("pyproject.toml", "[tool.poetry.dependencies]\npython = '^3.10'\n"), "^3.10");
  EXPECT_EQ(in("pyproject.toml", "[tool.black]\npython = '3.1'\n"), "actions/no-version");
  EXPECT_EQ(in(".tool-versions", "python 3.10.1 # x\nnodejs 20\n"), "3.10.1");
  EXPECT_EQ(in("Pipfile", "[requires]\npython_version = \"3.9\"\n"), "3.9");
}

}  // namespace
}  // namespace crema::actions
