#include "crema/scan/advisories/osv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

Result<OsvAdvisory> parse(std::string text) {
  return parse_osv(std::make_shared<SourceFile>("a.json", std::move(text)));
}

TEST(Osv, KeepsTheFacts) {
  const auto advisory = parse(R"({
    "id": "GO-1", "aliases": ["CVE-2024-1", "GHSA-1"], "summary": "Short",
    "modified": "0001-01-01T00:00:00Z", "published": "2024-05-06T07:08:09Z",
    "affected": [{
      "package": {"ecosystem": "Go", "name": "example.org/a"},
      "ranges": [
        {"type": "GIT", "events": [{"introduced": "0"}]},
        {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.3"}]}],
      "versions": ["1.0.0"],
      "ecosystem_specific": {"imports": [
        {"path": "example.org/a/b", "symbols": ["F", "T.M"], "goos": ["windows"]}]}
    }],
    "database_specific": {"review_status": "REVIEWED"}})");
  ASSERT_TRUE(advisory);
  EXPECT_EQ(advisory->id, "GO-1");
  EXPECT_THAT(advisory->aliases, ElementsAre("CVE-2024-1", "GHSA-1"));
  EXPECT_EQ(advisory->modified, "");
  EXPECT_EQ(advisory->published, "2024-05-06");
  EXPECT_EQ(advisory->review, OsvAdvisory::Review::reviewed);
  EXPECT_FALSE(advisory->severity);
  ASSERT_THAT(advisory->affected, SizeIs(1));
  const auto& affected = advisory->affected[0];
  EXPECT_EQ(affected.package, "example.org/a");
  ASSERT_THAT(affected.ranges, SizeIs(1));
  EXPECT_EQ(affected.ranges[0][1].version, "1.2.3");
  EXPECT_THAT(affected.versions, ElementsAre("1.0.0"));
  ASSERT_THAT(affected.imports, SizeIs(1));
  EXPECT_THAT(affected.imports[0].symbols, ElementsAre("F", "T.M"));
  EXPECT_THAT(affected.imports[0].platforms, ElementsAre("windows"));
}

TEST(Osv, TakesTheHighestScoreAndElseTheWord) {
  const auto scored = parse(R"({"id": "A", "severity": [
    {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"},
    {"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "database_specific": {"severity": "LOW"}})");
  ASSERT_TRUE(scored);
  EXPECT_EQ(scored->score, 9.8);
  EXPECT_EQ(scored->severity, evidence::FindingSeverity::critical);
  const auto rated = parse(R"({"id": "A", "database_specific": {"severity": "MODERATE"}})");
  ASSERT_TRUE(rated);
  EXPECT_EQ(rated->severity, evidence::FindingSeverity::medium);
}

TEST(Osv, SaysWhatIsNoAdvisory) {
  const auto broken = parse("{\"id\": \"A\",\n \"affected\": [}");
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, "json/syntax");
  EXPECT_EQ(broken.error().span.line, 2);
  for (const auto* text : {"[]", "{}", R"({"id": "A", "affected": 3})", R"({"id": 3})"}) {
    const auto refused = parse(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, "osv/advisory") << text;
  }
}

TEST(Osv, PassesOverPartsOfAnotherType) {
  const auto advisory = parse(R"({"id": "A", "aliases": [1, "B"], "affected": [
    3, {"package": "no"}, {"package": {"ecosystem": "Go"}},
    {"package": {"ecosystem": "Go", "name": "m"}, "ranges": {}, "ecosystem_specific": []}]})");
  ASSERT_TRUE(advisory);
  EXPECT_THAT(advisory->aliases, ElementsAre("B"));
  ASSERT_THAT(advisory->affected, SizeIs(1));
  EXPECT_THAT(advisory->affected[0].ranges, IsEmpty());
}

}  // namespace
}  // namespace crema::scan
