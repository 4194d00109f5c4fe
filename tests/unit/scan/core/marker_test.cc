#include "crema/scan/core/marker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

Found found(std::string family, std::string rule, std::uint32_t line) {
  return {.finding = {.rule = std::move(rule),
                      .aliases = {"CKV_K8S_16"},
                      .family = std::move(family),
                      .locations = {{.path = "f", .line = line}}},
          .first_line = 10,
          .last_line = 20};
}

struct Case {
  const char* path;
  const char* text;  // its marker stands on line 2
  const char* family;
  const char* rule;
  std::uint32_t line;
  bool covered;
};

TEST(Markers, TakeBackWhatTheirToolsLetThem) {
  const Case cases[] = {
      {"f", "\nx # crema:ignore R -- why\n", "code", "R", 2, true},
      {"f", "\nx # crema:ignore R -- why\n", "code", "R", 3, false},
      {"f", "\n# crema:ignore Q, R\n\n# more\nx\n", "code", "R", 5, true},
      {"f", "\n# crema:ignore Q\nx\n", "code", "R", 3, false},
      {"f", "\n# crema:ignore ckv_k8s_16\nx\n", "infrastructure", "R", 3, true},
      {"f", "\nkey # gitleaks:allow\n", "secrets", "R", 2, true},
      {"f", "\nkey # gitleaks:allow\n", "code", "R", 2, false},
      {"a/Dockerfile", "\n# checkov:skip=R:why\n", "infrastructure", "R", 9, true},
      {"f.yaml", "\n# trivy:ignore:R\nx", "infrastructure", "R", 3, true},
      {"Dockerfile", "\n# hadolint ignore=DL1,R\nRUN x", "infrastructure", "R", 3, true},
      {"Dockerfile", "\n# hadolint ignore=DL1,R\nRUN x", "infrastructure", "R", 4, false},
      {"Dockerfile", "\n# hadolint global ignore=R\n", "infrastructure", "R", 44, true},
      {"f.go", "\nx() // #nosec G101 -- why\n", "code", "G101", 2, true},
      {"f.go", "\nx() // #nosec G101 -- why\n", "code", "G102", 2, false},
      {"f.go", "\nx() // #nosec\n", "code", "G102", 2, true},
      {"f.go", "\nx() //nolint:errcheck,gosec // why\n", "code", "R", 2, true},
      {"f.go", "\nx() //nolint:errcheck\n", "code", "R", 2, false},
      {"f.py", "\nx() # nosemgrep: a.b.R\n", "code", "a.b.R", 2, true},
      {"f.py", "\n# nosem\nx()\n", "code", "R", 3, true},
      {"f.yml", "\n  uses: a # zizmor: ignore[R]\n", "infrastructure", "R", 2, true},
      {"f.go", "\nx() // NOSONAR\n", "code", "R", 2, true},
  };
  for (const auto& one : cases) {
    const auto markers = find_markers(one.path, one.text);
    const bool covered = std::ranges::any_of(markers, [&](const auto& marker) {
      return covers(marker, found(one.family, one.rule, one.line));
    });
    EXPECT_EQ(covered, one.covered) << one.text << one.line;
  }
}

TEST(Markers, OfCheckovCoverTheResourceAround) {
  auto marker = find_markers("f.yaml", "# checkov:skip=CKV_K8S_16:it must\n").at(0);
  EXPECT_EQ(marker.reason, "it must");
  for (const auto& [line, covered] :
       {std::pair{8U, false}, {9U, true}, {15U, true}, {21U, false}}) {
    marker.line = line;
    EXPECT_EQ(covers(marker, found("infrastructure", "R", 12)), covered) << line;
  }
}

TEST(Markers, AboveAnInstructionCoverItsLinesFurtherDown) {
  const auto marker =
      find_markers("Dockerfile", "# hadolint ignore=DL3008\nRUN a && \\\n b\n").at(0);
  auto one = found("infrastructure", "DL3008", 3);
  EXPECT_FALSE(covers(marker, one));
  one.first_line = 2;
  one.last_line = 3;
  EXPECT_TRUE(covers(marker, one));
}

TEST(Markers, HaveReasonsAndDays) {
  const auto own = find_markers("f", "# crema:ignore A,B until 2026-12-31 -- it is a test key\n");
  ASSERT_THAT(own, SizeIs(1));
  EXPECT_THAT(own[0].rules, ElementsAre("A", "B"));
  EXPECT_EQ(own[0].until, "2026-12-31");
  EXPECT_EQ(own[0].reason, "it is a test key");
  EXPECT_EQ(find_markers("f", "#trivy:ignore:A:exp:2027-01-02\n").at(0).until, "2027-01-02");
  EXPECT_THAT(find_markers("f", "# crema:ignore -- all of it\n"), SizeIs(0));
}

}  // namespace
}  // namespace crema::scan
