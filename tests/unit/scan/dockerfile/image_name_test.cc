#include "image_name.h"

#include <gtest/gtest.h>

namespace crema::scan {
namespace {

struct Row {
  std::string_view text, registry, path, tag, digest;
};

class ImageNames : public testing::TestWithParam<Row> {};

TEST_P(ImageNames, HaveParts) {
  const auto name = parse_image_name(GetParam().text);
  EXPECT_EQ(name.registry, GetParam().registry);
  EXPECT_EQ(name.path, GetParam().path);
  EXPECT_EQ(name.tag, GetParam().tag);
  EXPECT_EQ(name.digest, GetParam().digest);
}

INSTANTIATE_TEST_SUITE_P(All, ImageNames,
                         testing::Values(Row{"golang", "", "golang", "", ""},
                                         Row{"golang:1.22", "", "golang", "1.22", ""},
                                         Row{"a/b:1@sha256:0", "", "a/b", "1", "sha256:0"},
                                         Row{"ghcr.io/a/b", "ghcr.io", "a/b", "", ""},
                                         Row{"localhost/a:1", "localhost", "a", "1", ""},
                                         Row{"host:5000/a", "host:5000", "a", "", ""},
                                         Row{"host:5000/a:2", "host:5000", "a", "2", ""},
                                         Row{"a:${V:-1}", "", "a", "${V:-1}", ""},
                                         Row{"${A:-b}", "", "${A:-b}", "", ""}));

}  // namespace
}  // namespace crema::scan
