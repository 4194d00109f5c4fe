#include "crema/scan/deps/dependency_scanner.h"

#include "crema/scan/advisories/index_builder.h"
#include "crema/scan/core/tree_scan.h"
#include "crema/scan/deps/dependency_hit.h"
#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

namespace crema::scan {
namespace {

using evidence::FindingSeverity;
using evidence::Reach;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Kind = OsvEvent::Kind;

struct Row {
  std::string id;
  std::string package;
  std::string fixed;
  std::vector<OsvImport> imports;
  std::vector<std::string> aliases;
  std::string ecosystem = "Go";
};

std::shared_ptr<const Advisories> advisories_of(const std::vector<Row>& rows) {
  IndexBuilder builder({});
  for (const auto& row : rows) {
    std::vector<OsvEvent> events = {{Kind::introduced, "0"}};
    if (!row.fixed.empty()) events.push_back({Kind::fixed, row.fixed});
    builder.add({.id = row.id,
                 .aliases = row.aliases,
                 .published = "2026-01-01",
                 .review = OsvAdvisory::Review::reviewed,
                 .affected = {{.ecosystem = row.ecosystem,
                               .package = row.package,
                               .ranges = {events},
                               .imports = row.imports}}});
  }
  builder.set_exploited({"CVE-2026-9"}, "2026-01-01");
  return std::make_shared<const Advisories>(
      AdvisoryIndex::from_bytes(builder.build(), "test").value());
}

// A tree with a module cache beside it.
class Dependencies : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    const auto file = folder_.path() / path;
    ASSERT_TRUE(sys::make_directories(file.parent_path()));
    ASSERT_TRUE(sys::write_file(file, text));
  }

  TreeScan scan(const std::vector<Row>& rows, DependencySettings settings = {}) {
    settings.advisories = advisories_of(rows);
    settings.root = folder_.path() / "tree";
    settings.module_cache = folder_.path() / "cache";
    const auto scanner = make_dependency_scanner(std::move(settings)).value();
    const Scanner* const scanners[] = {scanner.get()};
    return scan_tree({.root = folder_.path() / "tree", .scanners = scanners, .threads = 2}).value();
  }

  // The only finding's.
  static const evidence::Finding& only(const TreeScan& scan) {
    EXPECT_THAT(scan.found, SizeIs(1));
    static const evidence::Finding kNone;
    return scan.found.empty() ? kNone : scan.found[0].finding;
  }

  sys::TemporaryDirectory folder_ =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "test-").value();
};

const Row kVulnerable = {.id = "GO-1",
                         .package = "dep.org/a",
                         .fixed = "1.2.0",
                         .imports = {{.path = "dep.org/a/bad", .symbols = {"Run"}}},
                         .aliases = {"CVE-2026-1"}};

TEST_F(Dependencies, SayAllOfAFinding) {
  write("tree/go.mod", "module m\ngo 1.20\n\nrequire dep.org/a v1.1.0\n");
  write("tree/main.go", "package main\n\nimport \"dep.org/a/bad\"\n\nfunc main() { bad.Run() }\n");
  write("cache/dep.org/a@v1.1.0/bad/bad.go", "package bad\n");
  const auto done = scan({kVulnerable});
  const auto& finding = only(done);
  EXPECT_EQ(finding.rule, "GO-1");
  EXPECT_THAT(finding.aliases, ElementsAre("CVE-2026-1"));
  EXPECT_EQ(finding.family, "dependencies");
  EXPECT_EQ(finding.subject, "dep.org/a@v1.1.0");
  EXPECT_EQ(finding.reach, Reach::mentioned);
  EXPECT_EQ(finding.severity, FindingSeverity::high);
  EXPECT_EQ(finding.fix.version, "v1.2.0");
  EXPECT_EQ(finding.incident, "advisory:CVE-2026-1");
  EXPECT_EQ(finding.published, "2026-01-01");
  EXPECT_THAT(finding.message, HasSubstr("bad.Run is named in main.go:5"));
  ASSERT_THAT(finding.locations, SizeIs(2));
  EXPECT_EQ(finding.locations[0].path, "go.mod");
  EXPECT_EQ(finding.locations[0].line, 4);
  EXPECT_EQ(finding.locations[1].path, "main.go");
}

TEST_F(Dependencies, AreImportedThroughOthers) {
  write("tree/go.mod", "module m\ngo 1.20\nrequire dep.org/a v1.1.0\nrequire dep.org/b v1.0.0\n");
  write("tree/main.go", "package main\nimport \"dep.org/b\"\n");
  write("cache/dep.org/b@v1.0.0/b.go", "package b\nimport \"dep.org/a\"\n");
  write("cache/dep.org/a@v1.1.0/a.go", "package a\nimport \"dep.org/a/bad\"\n");
  write("cache/dep.org/a@v1.1.0/bad/bad.go", "package bad\n");
  const auto done = scan({kVulnerable});
  const auto& finding = only(done);
  EXPECT_EQ(finding.reach, Reach::imported);
  EXPECT_EQ(finding.severity, FindingSeverity::medium);
  EXPECT_THAT(finding.message, HasSubstr("imported by main.go:2 through dep.org/b and dep.org/a"));
}

TEST_F(Dependencies, AreNotImportedWhereAllWasRead) {
  write("tree/go.mod", "module m\ngo 1.20\nrequire dep.org/a v1.1.0\n");
  write("tree/main.go", "package main\nimport \"dep.org/a\"\n");
  write("tree/main_test.go", "package main\nimport \"dep.org/a/bad\"\n");
  write("tree/other_windows.go", "package main\nimport \"dep.org/a/bad\"\n");
  write("tree/testdata/x.go", "package x\nimport \"dep.org/a/bad\"\n");
  write("cache/dep.org/a@v1.1.0/a.go", "package a\n");
  write("cache/dep.org/a@v1.1.0/bad/bad.go", "package bad\n");
  const auto done = scan({kVulnerable});
  EXPECT_EQ(only(done).reach, Reach::not_imported);
  EXPECT_EQ(only(done).severity, FindingSeverity::low);
  EXPECT_THAT(only(done).message, HasSubstr("only tests import dep.org/a/bad"));
}

TEST_F(Dependencies, AreUnknownWhereSourcesAreMissing) {
  write("tree/go.mod", "module m\ngo 1.20\nrequire dep.org/a v1.1.0\nrequire dep.org/b v1.0.0\n");
  write("tree/main.go", "package main\nimport \"dep.org/b\"\n");
  const auto done = scan({kVulnerable});
  EXPECT_EQ(only(done).reach, Reach::unknown);
  EXPECT_THAT(only(done).message,
              HasSubstr("the sources of dep.org/b@v1.0.0 are not in the module cache"));
  // Its go.mod alone tells that it cannot.
  write("cache/cache/download/dep.org/b/@v/v1.0.0.mod", "module dep.org/b\ngo 1.20\n");
  const auto again = scan({kVulnerable});
  EXPECT_EQ(only(again).reach, Reach::not_imported);
}

TEST_F(Dependencies, AreUnknownWhereTheAdvisoryNamesNoPackages) {
  write("tree/go.mod", "module m\ngo 1.20\nrequire dep.org/a v1.1.0\n");
  write("tree/main.go", "package main\n");
  auto row = kVulnerable;
  row.imports.clear();
  EXPECT_EQ(only(scan({row})).reach, Reach::not_imported);
  write("tree/main.go", "package main\nimport \"dep.org/a\"\n");
  write("cache/dep.org/a@v1.1.0/a.go", "package a\n");
  const auto done = scan({row});
  EXPECT_EQ(only(done).reach, Reach::unknown);
  EXPECT_THAT(only(done).message, HasSubstr("names no packages, and dep.org/a is imported"));
}

TEST_F(Dependencies, RespectThePlatform) {
  write("tree/go.mod", "module m\ngo 1.20\nrequire dep.org/a v1.1.0\n");
  write("tree/main.go", "package main\nimport \"dep.org/a/bad\"\n");
  auto row = kVulnerable;
  row.imports[0].platforms = {"windows", "amd64"};
  EXPECT_EQ(only(scan({row})).reach, Reach::not_imported);
  EXPECT_EQ(only(scan({row}, {.target = {.os = "windows"}})).reach, Reach::imported);
}

TEST_F(Dependencies, FollowTheStandardLibrary) {
  write("tree/go.mod", "module m\ngo 1.20\ntoolchain go1.21.0\n");
  write("tree/main.go", "package main\nimport \"net/http\"\nvar _ = http.Serve\n");
  const auto row = [](std::string path) {
    return Row{.id = "GO-2",
               .package = "stdlib",
               .fixed = "1.21.5",
               .imports = {{.path = std::move(path), .symbols = {"Serve"}}}};
  };
  EXPECT_EQ(only(scan({row("net/http")})).reach, Reach::mentioned);
  EXPECT_EQ(only(scan({row("crypto/x509")})).reach, Reach::imported);
  const auto done = scan({row("archive/zip")});
  EXPECT_EQ(only(done).reach, Reach::not_imported);
  EXPECT_EQ(only(done).subject, "stdlib@1.21.0");
  EXPECT_EQ(only(done).locations[0].line, 3);
  EXPECT_EQ(only(done).confidence, evidence::Confidence::medium);
  EXPECT_THAT(scan({row("net/http")}, {.standard_library = false}).found, IsEmpty());
}

TEST_F(Dependencies, ForksAreLookedUpByTheirNamesAndImportedByTheOld) {
  write("tree/go.mod",
        "module m\ngo 1.20\nrequire old.org/a v1.0.0\nreplace old.org/a => dep.org/a v1.1.0\n");
  write("tree/main.go", "package main\nimport \"old.org/a/bad\"\nvar _ = bad.Run\n");
  write("cache/dep.org/a@v1.1.0/bad/bad.go", "package bad\n");
  const auto done = scan({kVulnerable, {.id = "GO-3", .package = "old.org/a", .fixed = "9.0.0"}});
  EXPECT_EQ(only(done).rule, "GO-1");
  EXPECT_EQ(only(done).reach, Reach::imported);
}

TEST_F(Dependencies, FoldersInTheTreeAreGoneInto) {
  write("tree/go.mod",
        "module m\ngo 1.20\nrequire n v0.0.0\nreplace n => ./n\nrequire dep.org/a v1.1.0\n");
  write("tree/main.go", "package main\nimport \"n/p\"\n");
  write("tree/n/go.mod", "module n\ngo 1.20\n");
  write("tree/n/p/p.go", "package p\nimport \"dep.org/a/bad\"\nvar _ = bad.Run\n");
  const auto done = scan({kVulnerable});
  EXPECT_EQ(only(done).reach, Reach::mentioned);
  EXPECT_THAT(done.not_scanned, IsEmpty());
  ASSERT_TRUE(sys::remove_tree(folder_.path() / "tree/n"));
  EXPECT_THAT(scan({kVulnerable}).not_scanned,
              ElementsAre(testing::Field(&NotScanned::code, "deps/local-replacement")));
}

TEST_F(Dependencies, VendoredSourcesAreRead) {
  write("tree/go.mod", "module m\ngo 1.20\nrequire dep.org/a v1.1.0\n");
  write("tree/main.go", "package main\nimport \"dep.org/a\"\n");
  write("tree/vendor/modules.txt", "# dep.org/a v1.1.0\n## explicit\ndep.org/a\ndep.org/a/bad\n");
  write("tree/vendor/dep.org/a/a.go", "package a\nimport \"dep.org/a/bad\"\nvar _ = bad.Run\n");
  write("tree/vendor/dep.org/a/bad/bad.go", "package bad\n");
  const auto done = scan({kVulnerable});
  EXPECT_EQ(only(done).reach, Reach::mentioned);
  EXPECT_THAT(only(done).message, HasSubstr("vendor/dep.org/a/a.go:3"));
}

TEST_F(Dependencies, OneVulnerabilityIsOneFindingWhicheverDatabasesKnowIt) {
  write("tree/go.mod", "module m\ngo 1.20\nrequire dep.org/a v1.1.0\n");
  const auto done =
      scan({kVulnerable,
            {.id = "GHSA-1", .package = "dep.org/a", .fixed = "1.2.0", .aliases = {"CVE-2026-1"}}});
  EXPECT_EQ(only(done).rule, "GO-1");
  EXPECT_THAT(only(done).aliases, ElementsAre("CVE-2026-1", "GHSA-1"));
}

TEST_F(Dependencies, WhatIsExploitedIsCritical) {
  write("tree/go.mod", "module m\ngo 1.20\nrequire dep.org/a v1.1.0\n");
  auto row = kVulnerable;
  row.aliases = {"CVE-2026-9"};
  const auto done = scan({row});
  EXPECT_TRUE(only(done).exploited);
  EXPECT_EQ(only(done).severity, FindingSeverity::critical);
}

TEST_F(Dependencies, AnUpgradeIsWithoutAllThatHasAFix) {
  write("tree/go.mod", "module m\ngo 1.20\nrequire dep.org/a v1.1.0\n");
  write("tree/n/go.mod", "module n\ngo 1.20\nrequire dep.org/a v1.2.5\n");
  const std::vector<Row> rows = {kVulnerable,
                                 {.id = "GO-4", .package = "dep.org/a", .fixed = "1.3.0"},
                                 {.id = "GO-5", .package = "dep.org/a", .fixed = ""}};
  const auto done = scan(rows);
  ASSERT_THAT(done.found, SizeIs(5));
  for (const auto& found : done.found)
    EXPECT_EQ(found.finding.fix.version, found.finding.rule == "GO-5" ? "" : "v1.3.0");
  const auto inventory =
      read_inventory(folder_.path() / "tree", ModuleCache(std::filesystem::path())).value();
  const auto advisories = advisories_of(rows);
  std::vector<NotScanned> not_scanned;
  const auto hits = find_hits(inventory, *advisories, true, not_scanned);
  const auto upgrades = plan_upgrades(hits, *advisories);
  ASSERT_THAT(upgrades, SizeIs(1));
  EXPECT_EQ(upgrades[0].version, "v1.3.0");
  EXPECT_THAT(upgrades[0].places, SizeIs(2));
  EXPECT_THAT(upgrades[0].fixed, ElementsAre("CVE-2026-1", "GO-4"));
  EXPECT_THAT(upgrades[0].unfixed, ElementsAre("GO-5"));
}

TEST_F(Dependencies, LockFilesAreNotCleanWithoutAdvisories) {
  write("tree/package-lock.json",
        R"({"packages": {"node_modules/a": {"version": "1.0.0"},
                         "node_modules/g": {"resolved": "git+https://h/g#1"}}})");
  const auto without = scan({kVulnerable});
  EXPECT_THAT(without.found, IsEmpty());
  ASSERT_THAT(without.not_scanned, SizeIs(1));
  EXPECT_EQ(without.not_scanned[0].code, "deps/no-advisories");
  const auto with = scan({{.id = "GHSA-2", .package = "a", .fixed = "1.0.1", .ecosystem = "npm"}});
  EXPECT_EQ(only(with).subject, "a@1.0.0");
  EXPECT_EQ(only(with).fix.version, "1.0.1");
  ASSERT_THAT(with.not_scanned, SizeIs(1));
  EXPECT_EQ(with.not_scanned[0].code, "deps/no-version");
}

TEST_F(Dependencies, WhatCannotBeReadIsSaid) {
  write("tree/go.mod", "module m\nrequire (\n");
  write("tree/a/package-lock.json", "{");
  write("tree/b/pnpm-lock.yaml", "a: [");
  write("tree/c/yarn.lock", "");
  write("tree/d/go.mod", "module d\nrequire e v1.0.0\n");
  std::vector<std::string> codes;
  for (const auto& one : scan({kVulnerable}).not_scanned) codes.push_back(one.code);
  EXPECT_THAT(codes, ElementsAre("json/syntax", "yaml/syntax", "deps/not-yet", "deps/incomplete",
                                 "deps/go.mod"));
}

TEST_F(Dependencies, ModulesAreReadOnce) {
  write("tree/go.mod", "module m\ngo 1.20\nrequire dep.org/a v1.1.0\nrequire dep.org/b v1.0.0\n");
  write("tree/main.go", "package main\nimport \"dep.org/b\"\n");
  write("cache/dep.org/b@v1.0.0/b.go", "package b\nimport \"dep.org/a/bad\"\nvar _ = bad.Run\n");
  write("cache/dep.org/a@v1.1.0/bad/bad.go", "package bad\n");
  const DependencySettings settings{.package_cache = folder_.path() / "kept/packages"};
  EXPECT_EQ(only(scan({kVulnerable}, settings)).reach, Reach::mentioned);
  // It is not the repository's own code that does.
  EXPECT_EQ(only(scan({kVulnerable}, settings)).severity, FindingSeverity::medium);
  ASSERT_TRUE(sys::remove_tree(folder_.path() / "cache"));
  EXPECT_EQ(only(scan({kVulnerable}, settings)).reach, Reach::mentioned);
  // What was kept for other advisories, or is damaged, does not count.
  auto other = kVulnerable;
  other.imports[0].symbols = {"Stop"};
  EXPECT_EQ(only(scan({other}, settings)).reach, Reach::unknown);
  write("kept/packages", "crema go packages 1");
  EXPECT_EQ(only(scan({kVulnerable}, settings)).reach, Reach::unknown);
}

TEST_F(Dependencies, WhatIsTooLargeIsSaid) {
  write("tree/go.mod", "module m\n" + std::string(std::size_t{3} << 20U, '\n'));
  const auto done = scan({kVulnerable});
  ASSERT_THAT(done.not_scanned, SizeIs(1));
  EXPECT_EQ(done.not_scanned[0].code, "deps/too-large");
}

TEST_F(Dependencies, OldDataIsSaid) {
  write("tree/go.mod", "module m\ngo 1.20\n");
  const auto done = scan({kVulnerable}, {.today = "2026-03-01", .oldest_data = 30});
  ASSERT_THAT(done.not_scanned, SizeIs(1));
  EXPECT_EQ(done.not_scanned[0].code, "deps/old-advisories");
  EXPECT_THAT(scan({kVulnerable}, {.today = "2026-01-20", .oldest_data = 30}).not_scanned,
              IsEmpty());
}

TEST_F(Dependencies, AFingerprintHoldsWhenFilesMoveAndLinesToo) {
  write("tree/go.mod", "module m\ngo 1.20\nrequire dep.org/a v1.1.0\n");
  const auto before = only(scan({kVulnerable})).fingerprint;
  ASSERT_TRUE(sys::remove_tree(folder_.path() / "tree"));
  write("tree/moved/go.mod", "module m\n\n\ngo 1.20\nrequire dep.org/a v1.1.5\n");
  EXPECT_EQ(only(scan({kVulnerable})).fingerprint, before);
}

}  // namespace
}  // namespace crema::scan
