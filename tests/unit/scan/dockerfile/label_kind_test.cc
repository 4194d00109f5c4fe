#include "label_kind.h"

#include <gtest/gtest.h>

namespace crema::scan {
namespace {

struct Row {
  LabelKind kind;
  std::string_view value;
  bool fits;
};

class LabelValues : public testing::TestWithParam<Row> {};

TEST_P(LabelValues, FitTheirKinds) {
  EXPECT_EQ(is_label_value(GetParam().value, GetParam().kind), GetParam().fits) << GetParam().value;
}

INSTANTIATE_TEST_SUITE_P(
    All, LabelValues,
    testing::Values(Row{LabelKind::text, "", true}, Row{LabelKind::url, "https://a.b/c?d", true},
                    Row{LabelKind::url, "a.b", false},
                    Row{LabelKind::rfc3339, "2026-01-02T03:04:05.6+01:00", true},
                    Row{LabelKind::rfc3339, "2026-13-02T03:04:05Z", false},
                    Row{LabelKind::spdx, "Apache-2.0 OR MIT", true},
                    Row{LabelKind::spdx, "not a licence", false},
                    Row{LabelKind::hash, "0123abc", true}, Row{LabelKind::hash, "0123abcd", false},
                    Row{LabelKind::semver, "1.2.3-rc.1+5", true},
                    Row{LabelKind::semver, "1.2", false}, Row{LabelKind::semver, "01.2.3", false},
                    Row{LabelKind::email, "a.b@c.de", true}, Row{LabelKind::email, "a@b", false}));

TEST(LabelKinds, HaveHadolintsNames) {
  EXPECT_EQ(label_kind_of(""), LabelKind::text);
  EXPECT_EQ(label_kind_of("semver"), LabelKind::semver);
  EXPECT_FALSE(label_kind_of("colour"));
}

}  // namespace
}  // namespace crema::scan
