// A file is known by what is in it, and what nobody knows is said with what is known.
#include "crema/evidence/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::evidence {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;

struct Known {
  std::string format, kind, text;
};
class ImportFormat : public testing::TestWithParam<Known> {};

TEST_P(ImportFormat, IsRecognisedByItsContent) {
  const auto& [name, kind, text] = GetParam();
  const auto* format = find_format(text);
  ASSERT_NE(format, nullptr);
  EXPECT_EQ(format->name, name);
  const auto evidence = import_evidence(std::make_shared<SourceFile>("file", text));
  ASSERT_TRUE(evidence) << evidence.error().message;
  ASSERT_EQ(evidence->size(), 1U);
  EXPECT_EQ(kind_of(evidence->front()), kind);
}

INSTANTIATE_TEST_SUITE_P(
    All, ImportFormat,
    testing::Values(
        Known{"evidence of crema", "timing",
              "\n{\"schema\":1,\"kind\":\"timing\",\"stage\":\"build\",\"duration\":1}\n"},
        Known{"go test -json", "test_suite",
              "go: downloading example.org/x v1.0.0\n{\"Action\":\"start\",\"Package\":\"a\"}\n"
              "{\"Action\":\"pass\",\"Package\":\"a\"}\n"},
        Known{"JUnit XML", "test_suite",
              "\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- a < b -->\n"
              "<testsuite name='a'><testcase name='t'/></testsuite>"},
        Known{"JUnit XML", "test_suite", "\xFF\xFE<\0t\0e\0s\0t\0s\0u\0i\0t\0e\0/\0>\0"s},
        Known{"Go coverage profile", "coverage", "mode: set\na.go:1.1,2.2 1 1\n"},
        Known{"LCOV", "coverage", "TN:\nSF:a.c\nend_of_record\n"},
        Known{"Cobertura", "coverage",
              "<!DOCTYPE coverage SYSTEM 'x'>\n<coverage><packages/></coverage>"},
        Known{"JaCoCo", "coverage",
              "<!DOCTYPE report [<!ENTITY a \"b\"><!ENTITY c \"d\">]>\n<report name='a'/>"}));

TEST(Import, SaysWhatItKnows) {
  for (const auto* text : {"", "hello", "{}", "<html/>", "[1]", "text <testsuite/>"}) {
    const auto evidence = import_evidence(std::make_shared<SourceFile>("file", text));
    ASSERT_FALSE(evidence) << text;
    EXPECT_EQ(evidence.error().code, "evidence/unknown-format");
    EXPECT_THAT(evidence.error().hint, HasSubstr("JUnit XML"));
  }
}

TEST(Import, NamesTheLineOfAWrongRecord) {
  const auto evidence = import_evidence(std::make_shared<SourceFile>(
      "file", "{\"schema\":1,\"kind\":\"timing\",\"stage\":\"a\"}\n\n{\"schema\":1}\n"));
  ASSERT_FALSE(evidence);
  EXPECT_EQ(evidence.error().span.line, 3U);
}

TEST(Import, PlacesGoFilesByModuleOrByEnding) {
  const auto source =
      std::make_shared<SourceFile>("c.out", "mode: set\nm.org/a/b/x.go:1.1,2.2 1 1\n");
  const auto path = [&](const ReportRoot& root) {
    return std::get<Coverage>(import_evidence(source, root)->front()).files[0].path;
  };
  EXPECT_EQ(path({}), "m.org/a/b/x.go");
  EXPECT_EQ(path({.go_modules = {{"m.org/a", "services/a"}}}), "services/a/b/x.go");
  EXPECT_EQ(path({.exists = [](const std::string& file) { return file == "b/x.go"; }}), "b/x.go");
}

}  // namespace
}  // namespace crema::evidence
