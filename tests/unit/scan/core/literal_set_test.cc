#include "crema/scan/core/literal_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(LiteralSet, FindsEveryPlaceAndWhich) {
  const Literal literals[] = {{"akia", true}, {"ab", false}, {"b", false}, {"ab", false}};
  const auto set = LiteralSet::create(literals).value();
  auto search = set.make_search().value();
  std::vector<LiteralHit> hits;
  set.find("AKIAab.B", search, hits);
  EXPECT_THAT(hits,
              ElementsAre(LiteralHit{0, 4}, LiteralHit{1, 6}, LiteralHit{2, 6}, LiteralHit{3, 6}));
  std::vector<std::uint32_t> which;
  set.find_which("xababab", search, which);
  EXPECT_THAT(which, ElementsAre(1, 2, 3));
  set.find_which("", search, which);
  EXPECT_THAT(which, IsEmpty());
}

TEST(LiteralSet, MayBeEmptyButNoLiteralMay) {
  const auto set = LiteralSet::create({}).value();
  auto search = set.make_search().value();
  std::vector<LiteralHit> hits;
  set.find("text", search, hits);
  EXPECT_THAT(hits, IsEmpty());
  const Literal none[] = {{"", false}};
  EXPECT_EQ(LiteralSet::create(none).error().code, "scan/literals");
}

TEST(LiteralSet, FindsWhatALookAtEachByteFinds) {
  std::mt19937 random(7);
  const auto text_of = [&](std::size_t length) {
    std::string text;
    while (text.size() < length) text += "abAB\n"[random() % 5];
    return text;
  };
  for (int round = 0; round < 50; ++round) {
    std::vector<Literal> literals;
    for (int i = 0; i < 30; ++i) literals.push_back({text_of(1 + random() % 5), random() % 2 == 0});
    const auto text = text_of(500);
    std::vector<LiteralHit> wanted;
    const auto same = [](bool any_case, char a, char b) {
      return any_case ? std::tolower(a) == std::tolower(b) : a == b;
    };
    for (std::size_t end = 1; end <= text.size(); ++end) {
      for (std::uint32_t i = 0; i < literals.size(); ++i) {
        const auto& [word, any_case] = literals[i];
        if (word.size() <= end &&
            std::equal(word.begin(), word.end(),
                       text.begin() + static_cast<std::ptrdiff_t>(end - word.size()),
                       [&, any = any_case](char a, char b) { return same(any, a, b); }))
          wanted.push_back({i, end});
      }
    }
    const auto set = LiteralSet::create(literals);
    ASSERT_TRUE(set) << set.error().message;
    auto search = set->make_search().value();
    std::vector<LiteralHit> hits;
    set->find(text, search, hits);
    ASSERT_EQ(hits, wanted);
  }
}

}  // namespace
}  // namespace crema::scan
