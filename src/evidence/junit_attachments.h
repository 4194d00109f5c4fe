// Files that tests left to look at, as JUnit XML names them.
#pragma once

#include "crema/evidence/test_suite.h"

#include <string_view>
#include <vector>

namespace crema::evidence {

// "[[ATTACHMENT|path]]" in what a test printed, as Jenkins and Playwright have it. A path is
// relative to the report.
std::vector<TestAttachment> junit_attachments(std::string_view printed, std::string_view report);

}  // namespace crema::evidence
