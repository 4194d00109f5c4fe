#include "crema/scan/baseline.h"

#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAre;

class BaselineTest : public testing::Test {
 protected:
  sys::TemporaryDirectory folder =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "baseline-").value();

  Result<Baseline> read(std::string_view text) const {
    const auto file = folder.path() / "baseline.json";
    EXPECT_TRUE(sys::write_file(file, text));
    return read_baseline(file, "key", "/repository");
  }
};

TEST_F(BaselineTest, ReadsWhatItWrites) {
  const std::vector<Found> found = {
      {.finding = {.rule = "B", .fingerprint = "2", .state = evidence::FindingState::known}},
      {.finding = {.rule = "A", .locations = {{.path = "a.go"}}, .fingerprint = "1"}},
      {.finding = {.rule = "C", .fingerprint = "3", .state = evidence::FindingState::suppressed}}};
  const auto text = baseline_json(found);
  EXPECT_EQ(text,
            "{\"schema\": 1, \"findings\": [\n"
            "  {\"fingerprint\":\"1\",\"rule\":\"A\",\"path\":\"a.go\"},\n"
            "  {\"fingerprint\":\"2\",\"rule\":\"B\"}\n]}\n");
  EXPECT_THAT(read(text).value().prints, UnorderedElementsAre("1", "2"));
}

TEST_F(BaselineTest, ReadsSarif) {
  EXPECT_THAT(read(R"({"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "crema"}},
      "results": [{"message": {"text": "m"},
                   "partialFingerprints": {"cremaFingerprint/v1": "f"}}]}]})")
                  .value()
                  .prints,
              UnorderedElementsAre("f"));
}

TEST_F(BaselineTest, ReadsWhatGitleaksAndCheckovWrite) {
  const auto gitleaks = read(R"([{"RuleID": "github-pat", "File": "a.go", "StartLine": 3,
      "Secret": "REDACTED", "Commit": ""}])");
  ASSERT_TRUE(gitleaks) << gitleaks.error().message;
  ASSERT_EQ(gitleaks->waivers.size(), 1U);
  EXPECT_TRUE(gitleaks->waivers[0].known);
  const auto checkov = read(R"({"failed_checks": [{"file": "/a.yaml", "findings": [
      {"resource": "Pod.default.a", "check_ids": ["CKV_K8S_8"]}]}]})");
  ASSERT_TRUE(checkov) << checkov.error().message;
  ASSERT_EQ(checkov->waivers.size(), 1U);
  EXPECT_TRUE(checkov->waivers[0].known);
}

TEST_F(BaselineTest, SaysWhatIsWrong) {
  EXPECT_THAT(read("{}").error().message, HasSubstr("no list `findings`"));
  EXPECT_THAT(read(R"({"findings": [{"rule": "A"}]})").error().message,
              HasSubstr("findings[0] has no fingerprint"));
  EXPECT_EQ(read("{").error().code, "json/syntax");
  EXPECT_EQ(read_baseline(folder.path() / "missing", "", "").error().code, "sys/cannot-read");
}

}  // namespace
}  // namespace crema::scan
