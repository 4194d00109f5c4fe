// The parts of a repository's tests, one after another: unit, integration and e2e, the latter two
// with their services.
#pragma once

#include "project.h"
#include "test_progress.h"

#include "crema/testing/test_run.h"

#include <span>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::cli {

struct PartsRequest {
  const sys::Host& host;
  const Project& project;
  std::vector<std::string> parts;    // "unit", "integration", "e2e"
  testing::TestRequest tests;        // its part is not looked at
  std::string compose;               // instead of the one that is found; "none": no services
  TestProgress* progress = nullptr;  // null: nobody watches
  std::stop_token stop;
};

// What came of it, project by project. A part that the repository does not have is an error when it
// is the only one asked for; a part whose services do not come up is a report with that error.
Result<std::vector<testing::ProjectReport>> run_parts(const PartsRequest& request);

// The name of a report as a job: "services/orders", "integration of .", "e2e of web".
std::string job_name(const testing::ProjectReport& report);

}  // namespace crema::cli
