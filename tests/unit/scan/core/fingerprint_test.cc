#include "crema/scan/core/fingerprint.h"

#include <gtest/gtest.h>

#include <set>

namespace crema::scan {
namespace {

Found found(std::string path, std::uint32_t line, std::string content) {
  return {.finding = {.rule = "R",
                      .family = "code",
                      .locations = {{.path = std::move(path), .line = line}}},
          .subject = "f",
          .content = std::move(content)};
}

std::set<std::string> fingerprints(std::vector<Found> all) {
  set_fingerprints(all);
  std::set<std::string> set;
  for (const auto& one : all) set.insert(one.finding.fingerprint);
  return set;
}

TEST(Fingerprint, StaysWhereLinesMoveAndFilesAreRenamed) {
  const auto before = fingerprints({found("a", 1, "x"), found("a", 9, "x"), found("b", 1, "y")});
  EXPECT_EQ(before.size(), 3U);
  EXPECT_EQ(before, fingerprints({found("z", 5, "y"), found("a", 2, "x"), found("c", 7, "x")}));
}

TEST(Fingerprint, IsAnotherForAnotherContent) {
  EXPECT_NE(fingerprints({found("a", 1, "x")}), fingerprints({found("a", 1, "y")}));
  auto one = found("a", 1, "bc");
  one.subject = "a";
  auto other = found("a", 1, "c");
  other.subject = "ab";
  EXPECT_NE(fingerprints({one}), fingerprints({other}));
}

TEST(KeyedHash, IsTheOneOfRfc4231) {
  EXPECT_EQ(keyed_hash("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace crema::scan
