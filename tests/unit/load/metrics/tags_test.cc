// Tag sets: one object for one content, whatever the way to it, and an end to their number.
#include "crema/load/metrics/tags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::load {
namespace {

std::string text_of(const TagSet* set) {
  std::string text;
  for (const Tag& tag : set->tags())
    text += std::string(tag.key) + "=" + std::string(tag.value) + ";";
  return text;
}

TEST(Tags, AreOneObjectForOneContent) {
  TagStore tags;
  const auto* a = tags.with(tags.with(tags.empty(), "url", "/a"), "method", "GET");
  const auto* b = tags.with(tags.with(tags.empty(), "method", "GET"), "url", "/a");
  EXPECT_EQ(a, b);
  EXPECT_EQ(text_of(a), "method=GET;url=/a;");
  EXPECT_EQ(tags.with(a, "url", "/a"), a);
  EXPECT_EQ(tags.with(tags.with(a, "url", "/b"), "url", "/a"), a);
  EXPECT_EQ(tags.without(tags.with(a, "x", "1"), "x"), a);
  EXPECT_EQ(tags.without(a, "none"), a);
  EXPECT_EQ(tags.with(tags.empty(), "", "")->find(""), "");
  const std::vector<Tag> all = {{"url", "/x"}, {"method", "GET"}, {"url", "/a"}};
  EXPECT_EQ(tags.with_all(tags.empty(), all), a);
}

TEST(Tags, AreFoundByKey) {
  TagStore tags;
  const TagSet* set = tags.empty();
  for (int i = 0; i < 50; ++i) set = tags.with(set, "k" + std::to_string(i), std::to_string(i));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(set->find("k" + std::to_string(i)), std::to_string(i));
  EXPECT_EQ(set->find("k"), std::nullopt);
  EXPECT_EQ(tags.empty()->find("k1"), std::nullopt);
}

TEST(Tags, RememberTheWayOfARequest) {
  TagStore tags({.values_of_a_key = 100, .sets = 500});
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 100; ++i) {
      const auto url = "http://orders.example.org/items/" + std::to_string(i);
      const std::vector<Tag> request = {{"url", url}, {"method", "GET"}, {"name", url}};
      EXPECT_EQ(text_of(tags.with_all(tags.empty(), request)),
                "method=GET;name=" + url + ";url=" + url + ";");
    }
  }
  const auto size = tags.size();
  const auto many = std::vector<Tag>{{"url", "beyond"}, {"method", "GET"}};
  EXPECT_EQ(text_of(tags.with_all(tags.empty(), many)), "method=GET;url=(overflow);");
  EXPECT_EQ(text_of(tags.with_all(tags.empty(), many)), "method=GET;url=(overflow);");
  EXPECT_EQ(tags.overflows(), 2U);
  EXPECT_LE(tags.size(), size + 2);
}

TEST(Tags, HaveDenseNumbers) {
  TagStore tags;
  EXPECT_EQ(tags.empty()->id(), 0U);
  for (std::uint32_t i = 1; i <= 1000; ++i)
    EXPECT_EQ(tags.with(tags.empty(), "url", "/" + std::to_string(i))->id(), i);
  EXPECT_EQ(tags.size(), 1001U);
  EXPECT_EQ(tags.overflows(), 0U);
}

TEST(Tags, PutTooManyValuesOfAKeyTogether) {
  TagStore tags({.values_of_a_key = 10, .sets = 1000});
  const auto* base = tags.with(tags.empty(), "scenario", "smoke");
  const TagSet* last = nullptr;
  for (int i = 0; i < 100; ++i) last = tags.with(base, "url", "/" + std::to_string(i));
  EXPECT_EQ(text_of(last), "scenario=smoke;url=(overflow);");
  EXPECT_TRUE(last->overflow());
  EXPECT_EQ(tags.overflows(), 90U);
  EXPECT_EQ(tags.size(), 2U + 10U + 1U);
  // What was seen before keeps its own, and another key has its own limit.
  EXPECT_FALSE(tags.with(base, "url", "/3")->overflow());
  EXPECT_FALSE(tags.with(base, "name", "/77")->overflow());
}

TEST(Tags, StopAtALimitOfSets) {
  TagStore tags({.values_of_a_key = 100, .sets = 20});
  const TagSet* set = nullptr;
  for (int i = 0; i < 100; ++i) set = tags.with(tags.empty(), "url", "/" + std::to_string(i));
  EXPECT_EQ(text_of(set), "overflow=true;");
  EXPECT_TRUE(set->overflow());
  EXPECT_LE(tags.size(), 21U);
  EXPECT_EQ(tags.with(tags.empty(), "url", "/98"), set);
}

TEST(Tags, LimitKeysToo) {
  TagStore tags({.values_of_a_key = 10, .sets = 1000});
  const TagSet* set = nullptr;
  for (int i = 0; i < 100; ++i) set = tags.with(tags.empty(), "key" + std::to_string(i), "x");
  EXPECT_LE(tags.size(), 13U);
  EXPECT_EQ(text_of(set), "overflow=x;");
}

}  // namespace
}  // namespace crema::load
