#include "crema/base/hash.h"
#include "crema/scan/secrets/secret_match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> values(std::string_view text) {
  std::vector<std::string> all;
  for (const auto& one : kubernetes_secret_values(text)) {
    EXPECT_LE(one.place.begin, one.place.end);
    EXPECT_LE(one.place.end, text.size());
    all.push_back(one.key + "=" + one.value);
  }
  return all;
}

TEST(KubernetesSecret, GivesItsValues) {
  const auto text =
      "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n  # a comment\n  b: " +
      base64_encode("one") + " # said\n  'c': \"" + base64_encode("two") + "\"\n  d: |\n    " +
      base64_encode("three") +
      "\nstringData:\n  e: four\n  f: >\n    five\n    six\ntype: Opaque\n";
  EXPECT_THAT(values(text), ElementsAre("b=one", "c=two", "d=three", "e=four", "f=five\nsix"));
}

TEST(KubernetesSecret, IsWhereverTheKindStands) {
  EXPECT_THAT(values("data:\n  a: b25l\nkind: Secret\n---\nkind: ConfigMap\ndata:\n  b: b25l\n"),
              ElementsAre("a=one"));
  EXPECT_THAT(values("kind: Secret\r\nstringData:\r\n\ta: b\r\n"), ElementsAre("a=b"));
}

TEST(KubernetesSecret, IsNotWhatRefersToOne) {
  EXPECT_THAT(values("spec:\n  ref:\n    kind: Secret\n    data:\n      a: b25l\n"), IsEmpty());
  EXPECT_THAT(values("kind: ExternalSecret\ndata:\n  a: b25l\n"), IsEmpty());
  EXPECT_THAT(values("kind: Secret\ndata:\n  a: {{ .Values.a }}\n  b: no base64!\n  c: ''\n"),
              IsEmpty());
  EXPECT_THAT(values("kind: Secret\nstringData:\n  a: ${A}\n  b: <b>\n"), IsEmpty());
}

}  // namespace
}  // namespace crema::scan
