// The examples of docs/evidence.md are records, and the page names every kind.
#include "crema/base/strings.h"
#include "crema/evidence/record.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace crema::evidence {
namespace {

TEST(EvidencePage, TellsWhatIsSo) {
  std::ostringstream page;
  page << std::ifstream(std::string(CREMA_SOURCE_DIR) + "/docs/evidence.md").rdbuf();
  const std::string text = page.str();
  std::size_t examples = 0;
  for (const auto line : split_lines(text)) {
    if (!line.starts_with('{')) continue;
    const auto record = record_from_json(line);
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_EQ(to_json(*record), line);
    ++examples;
  }
  EXPECT_GE(examples, 1U);
  for (const auto& kind :
       {Evidence(TestSuite{}), Evidence(Coverage{}), Evidence(Scan{}), Evidence(LoadRun{}),
        Evidence(Deployment{}), Evidence(HealthCheck{}), Evidence(Timing{}), Evidence(Image{})}) {
    EXPECT_NE(text.find("### `" + std::string(kind_of(kind)) + "`"), std::string::npos)
        << kind_of(kind);
  }
}

}  // namespace
}  // namespace crema::evidence
