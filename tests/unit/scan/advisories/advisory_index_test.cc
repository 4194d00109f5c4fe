#include "crema/scan/advisories/advisory_index.h"

#include "crema/scan/advisories/advisories.h"
#include "crema/scan/advisories/index_builder.h"
#include "crema/scan/advisories/osv_files.h"
#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using Kind = OsvEvent::Kind;

OsvAdvisory advisory(std::string id, std::vector<OsvEvent> events, std::string package = "m") {
  return {.id = std::move(id),
          .published = "2026-01-02",
          .affected = {
              {.ecosystem = "Go", .package = std::move(package), .ranges = {std::move(events)}}}};
}

std::string built(std::vector<OsvAdvisory> all, IndexOptions options = {}) {
  IndexBuilder builder(std::move(options));
  for (auto& one : all) builder.add(std::move(one));
  return builder.build();
}

AdvisoryIndex index_of(std::vector<OsvAdvisory> all) {
  return AdvisoryIndex::from_bytes(built(std::move(all)), "test").value();
}

bool affects(std::vector<OsvEvent> events, std::string_view version) {
  const auto index = index_of({advisory("A", std::move(events))});
  return index.of_package("Go", "m").at(0).affects(version);
}

TEST(AdvisoryIndex, WalksEventsInTheOrderOfTheirVersions) {
  // As they come in the wild: not sorted.
  const std::vector<OsvEvent> events = {{Kind::introduced, "2.0.0"},
                                        {Kind::fixed, "1.5.0"},
                                        {Kind::introduced, "0"},
                                        {Kind::fixed, "2.1.0"}};
  EXPECT_TRUE(affects(events, "v0.0.0-20200101000000-abcdefabcdef"));
  EXPECT_TRUE(affects(events, "v1.4.9"));
  EXPECT_FALSE(affects(events, "v1.5.0"));
  EXPECT_FALSE(affects(events, "v1.9.0"));
  EXPECT_TRUE(affects(events, "v2.0.5"));
  EXPECT_FALSE(affects(events, "v2.1.0"));
}

TEST(AdvisoryIndex, KnowsLastAffectedVersions) {
  const std::vector<OsvEvent> events = {{Kind::introduced, "1.0.0"},
                                        {Kind::last_affected, "1.3.0"}};
  EXPECT_FALSE(affects(events, "0.9.0"));
  EXPECT_TRUE(affects(events, "1.3.0"));
  EXPECT_FALSE(affects(events, "1.3.1"));
}

TEST(AdvisoryIndex, ARangeIsNotUndoneByAnother) {
  auto two = advisory("A", {{Kind::introduced, "0"}, {Kind::fixed, "1.5.0"}});
  two.affected[0].ranges.push_back({{Kind::introduced, "3.0.0"}});
  two.affected[0].versions = {"9.9.9-custom"};
  const auto index = index_of({std::move(two)});
  const auto package = index.of_package("Go", "m").at(0);
  EXPECT_TRUE(package.affects("1.0.0"));
  EXPECT_FALSE(package.affects("2.0.0"));
  EXPECT_TRUE(package.affects("3.0.0"));
}

TEST(AdvisoryIndex, GivesTheLowestFixAbove) {
  const auto index = index_of({advisory("A", {{Kind::introduced, "0"},
                                              {Kind::fixed, "1.5.0"},
                                              {Kind::introduced, "2.0.0"},
                                              {Kind::fixed, "2.1.0"}})});
  const auto package = index.of_package("Go", "m").at(0);
  EXPECT_EQ(package.fix_of("1.0.0"), "1.5.0");
  EXPECT_EQ(package.fix_of("2.0.0"), "2.1.0");
  EXPECT_EQ(package.fix_of("2.1.0"), std::nullopt);
}

TEST(AdvisoryIndex, KeepsWhatItWasGiven) {
  auto one = advisory("GO-1", {{Kind::introduced, "0"}});
  one.aliases = {"CVE-1"};
  one.summary = "Short";
  one.review = OsvAdvisory::Review::unreviewed;
  one.severity = evidence::FindingSeverity::note;
  one.score = 0.0;
  one.affected[0].imports = {{.path = "m/p", .symbols = {"F"}, .platforms = {"windows"}}};
  auto withdrawn = advisory("GO-2", {{Kind::introduced, "0"}});
  withdrawn.withdrawn = true;
  const auto bytes = built({one, withdrawn}, {.source = "here"});
  const auto index = AdvisoryIndex::from_bytes(bytes, "test").value();
  ASSERT_THAT(index.of_package("Go", "m"), SizeIs(1));
  EXPECT_THAT(index.of_package("Go", "n"), IsEmpty());
  EXPECT_THAT(index.of_package("npm", "m"), IsEmpty());
  const auto package = index.of_package("Go", "m")[0];
  const auto facts = package.advisory();
  EXPECT_EQ(facts.id, "GO-1");
  EXPECT_THAT(facts.aliases, ElementsAre("CVE-1"));
  EXPECT_EQ(facts.summary, "Short");
  EXPECT_EQ(facts.published, "2026-01-02");
  EXPECT_EQ(facts.review, OsvAdvisory::Review::unreviewed);
  EXPECT_EQ(facts.severity, evidence::FindingSeverity::note);
  EXPECT_EQ(facts.score, 0.0);
  ASSERT_THAT(package.imports(), SizeIs(1));
  EXPECT_THAT(package.imports()[0].symbols, ElementsAre("F"));
  EXPECT_THAT(package.imports()[0].platforms, ElementsAre("windows"));
  ASSERT_THAT(index.ecosystems(), SizeIs(1));
  EXPECT_EQ(index.ecosystems()[0].source, "here");
  EXPECT_EQ(index.ecosystems()[0].newest, "2026-01-02");
  EXPECT_EQ(index.ecosystems()[0].advisories, 2U);
}

TEST(AdvisoryIndex, IsTheSameInWhateverOrderItsAdvisoriesCome) {
  const auto one = advisory("A", {{Kind::introduced, "0"}}, "m");
  const auto two = advisory("B", {{Kind::introduced, "1"}}, "n");
  EXPECT_EQ(built({one, two}), built({two, one}));
}

TEST(AdvisoryIndex, LeavesOutProseOnRequest) {
  auto one = advisory("A", {{Kind::introduced, "0"}});
  one.summary = "Prose that is somebody's";
  EXPECT_THAT(built({one}, {.summaries = false}), testing::Not(testing::HasSubstr("Prose")));
}

TEST(AdvisoryIndex, KnowsWhatIsExploited) {
  IndexBuilder builder({});
  builder.set_exploited({"CVE-2024-1", "CVE-2023-7"}, "2026-02-03");
  const auto index = AdvisoryIndex::from_bytes(builder.build(), "test").value();
  EXPECT_TRUE(index.is_exploited("CVE-2023-7"));
  EXPECT_FALSE(index.is_exploited("CVE-2023-70"));
  EXPECT_EQ(index.exploited_day(), "2026-02-03");
  EXPECT_EQ(index.exploited_count(), 2U);
}

TEST(AdvisoryIndex, RefusesDamage) {
  const auto whole = built({advisory("A", {{Kind::introduced, "0"}})});
  EXPECT_TRUE(AdvisoryIndex::from_bytes(whole, "test"));
  const auto packed = packed_index(whole);
  EXPECT_TRUE(AdvisoryIndex::from_bytes(packed, "test"));
  EXPECT_FALSE(AdvisoryIndex::from_bytes(packed.substr(0, packed.size() - 5), "test"));
  for (std::size_t size = 0; size < whole.size(); size += 7)
    EXPECT_FALSE(AdvisoryIndex::from_bytes(whole.substr(0, size), "test")) << size;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    const auto index = AdvisoryIndex::from_bytes(std::move(bytes), "test");
    ASSERT_FALSE(index) << at;
    EXPECT_EQ(index.error().code, "advisories/damaged");
  }
}

TEST(Advisories, HaveTheSnapshotAndTakeWhatIsNewer) {
  const auto folder =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "test-").value();
  const auto alone = Advisories::load(folder.path() / "none");
  ASSERT_TRUE(alone);
  EXPECT_TRUE(alone->knows("Go"));
  EXPECT_FALSE(alone->knows("npm"));
  EXPECT_FALSE(alone->of_package("Go", "golang.org/x/crypto").empty());
  auto newer = advisory("GO-9", {{Kind::introduced, "0"}});
  newer.published = "2999-01-01";
  ASSERT_TRUE(sys::write_file(folder.path() / "Go.advisories", built({newer})));
  const auto both = Advisories::load(folder.path());
  ASSERT_TRUE(both);
  EXPECT_THAT(both->of_package("Go", "golang.org/x/crypto"), IsEmpty());
  EXPECT_THAT(both->of_package("Go", "m"), SizeIs(1));
  ASSERT_TRUE(sys::write_file(folder.path() / "npm.advisories", "no index at all"));
  const auto damaged = Advisories::load(folder.path());
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, "advisories/damaged");
}

TEST(Days, AreCounted) {
  EXPECT_EQ(days_between("2026-02-27", "2026-03-01"), 2);
  EXPECT_EQ(days_between("2026-03-01", "2026-02-27"), -2);
  EXPECT_FALSE(days_between("", "2026-02-27"));
  EXPECT_FALSE(days_between("2026-02-30", "2026-02-27"));
}

TEST(OsvFiles, ComeFromAFolderAndSayWhichAreNone) {
  const auto folder =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "test-").value();
  ASSERT_TRUE(sys::write_file(folder.path() / "a.json", R"({"id": "A"})"));
  ASSERT_TRUE(sys::write_file(folder.path() / "b.json", "{"));
  ASSERT_TRUE(sys::write_file(folder.path() / "c.txt", "no"));
  std::vector<std::string> ids;
  const auto read =
      read_osv_files(folder.path(), [&](OsvAdvisory one) { ids.push_back(std::move(one.id)); });
  ASSERT_TRUE(read);
  EXPECT_THAT(ids, ElementsAre("A"));
  EXPECT_THAT(read->refused, SizeIs(1));
  const auto none = read_osv_files(folder.path() / "c.txt", [](const OsvAdvisory&) {});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, "advisories/unreadable");
}

TEST(Exploited, IsReadFromTheCatalogue) {
  const auto parse = [](std::string text) {
    return parse_exploited(std::make_shared<SourceFile>("kev.json", std::move(text)));
  };
  const auto list = parse(R"({"dateReleased": "2026-01-02T03:04:05Z",
                              "vulnerabilities": [{"cveID": "CVE-1"}, {"cveID": 3}, 4]})");
  ASSERT_TRUE(list);
  EXPECT_THAT(list->cves, ElementsAre("CVE-1"));
  EXPECT_EQ(list->day, "2026-01-02");
  EXPECT_EQ(parse("{}").error().code, "advisories/exploited");
}

}  // namespace
}  // namespace crema::scan
