#include "crema/scan/core/rule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kPage = R"(---
id: CRM-DOCKER-001
title: The last user is root
severity: high
aliases: [CKV_DOCKER_8, CWE-250]
references:
  - https://example.org/a
match: {instruction: USER}
---
Who breaks out of the program is root.

## Fix
Add a `USER` line.

```dockerfile
USER app
```

## Bad
```dockerfile Dockerfile.test
FROM alpine
USER root
```

## Good
```dockerfile
FROM alpine
USER app
```
)";

SourcePtr page(std::string text) {
  return std::make_shared<SourceFile>("rules/x.md", std::move(text));
}

TEST(RulePage, HasMetadataManualAndExamples) {
  const auto rule = parse_rule(page(std::string(kPage)));
  ASSERT_TRUE(rule) << rule.error().message;
  EXPECT_EQ(rule->id, "CRM-DOCKER-001");
  EXPECT_EQ(rule->severity, evidence::FindingSeverity::high);
  EXPECT_THAT(rule->aliases, ElementsAre("CKV_DOCKER_8", "CWE-250"));
  EXPECT_EQ(rule->why, "Who breaks out of the program is root.");
  EXPECT_THAT(rule->fix, HasSubstr("USER app"));
  ASSERT_EQ(rule->examples.size(), 2U);
  EXPECT_TRUE(rule->examples[0].bad);
  EXPECT_EQ(rule->examples[0].name, "Dockerfile.test");
  EXPECT_EQ(rule->examples[0].language, "dockerfile");
  EXPECT_EQ(rule->examples[0].text, "FROM alpine\nUSER root\n");
  EXPECT_EQ(rule->examples[0].line, 21U);
  EXPECT_TRUE(rule->is_called("ckv_docker_8"));
  EXPECT_FALSE(rule->is_called("CKV_DOCKER_80"));
}

struct WrongPage {
  std::string_view from, to;
  std::string_view code;
  std::uint32_t line;
};

TEST(RulePage, SaysWhatIsWrongAndWhere) {
  const WrongPage pages[] = {
      {"severity: high", "severity: grave", "rule/severity", 4},
      {"id: CRM-DOCKER-001\n", "", "rule/metadata", 1},
      {"aliases: [CKV_DOCKER_8, CWE-250]", "aliases: CKV_DOCKER_8", "rule/metadata", 5},
      {"## Good", "## Fine", "rule/heading", 25},
      {"USER app\n```\n", "USER app\n", "rule/example", 26},
      {"Who breaks out of the program is root.\n", "", "rule/page", 1},
      {"---\nid", "id", "rule/metadata", 1},
      {"title: The", "title: [The", "yaml/syntax", 5},
  };
  for (const auto& wrong : pages) {
    std::string text(kPage);
    const auto at = text.rfind(wrong.from);
    ASSERT_NE(at, std::string::npos) << wrong.from;
    const auto rule = parse_rule(page(text.replace(at, wrong.from.size(), wrong.to)));
    ASSERT_FALSE(rule) << wrong.to;
    EXPECT_EQ(rule.error().code, wrong.code) << rule.error().message;
    EXPECT_EQ(rule.error().span.line, wrong.line) << rule.error().message;
  }
}

}  // namespace
}  // namespace crema::scan
