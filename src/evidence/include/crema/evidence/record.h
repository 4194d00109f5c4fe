// Evidence: what the stages of a pipeline leave behind, as typed records with one envelope.
// Reports, the gate and the judge read these and nothing else. docs/evidence.md is its JSON form.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/coverage.h"
#include "crema/evidence/event.h"
#include "crema/evidence/finding.h"
#include "crema/evidence/test_suite.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace crema::evidence {

// Something that a scanner should have looked at and could not.
struct NotLookedAt {
  std::string path;
  std::string code;    // "scan/too-large"
  std::string reason;  // for people
};

// What a scanner looked at and found. That it ran is evidence too: without this record, "no
// findings" cannot be told from "nobody looked".
struct Scan {
  std::string scanner;  // "gosec"
  std::string version;
  std::string family;  // of all its findings: "secrets"; "" where they are of several
  std::string target;  // what it looked at: "." or an image
  std::uint64_t files = 0;
  std::string data;  // what it knows: "Go advisories of 2026-08-21"
  bool complete = true;
  std::string message;  // what it could not look at, and why; "" when complete
  std::vector<NotLookedAt> not_scanned;
  std::vector<Finding> findings;
};

// How a load test went. Durations are of one request.
struct LoadRun {
  struct Threshold {
    std::string metric, condition;  // "http_req_duration", "p(95)<200"
    bool passed = false;
    double value = 0;  // what was measured, in the metric's unit
  };
  std::string script;
  std::chrono::nanoseconds duration{0};
  std::uint64_t requests = 0, failed = 0;
  double requests_per_second = 0;
  std::vector<std::pair<std::string, std::chrono::nanoseconds>> percentiles;  // "p95"
  std::vector<Threshold> thresholds;
  bool valid = true;    // the generator kept up
  std::string message;  // why not
  // The file of an artifact that has it second by second: "load/rush.js-3f9c.load.json".
  std::string document;
};

struct Deployment {
  std::string environment, service, version, strategy;
  std::string state;  // "running", "succeeded", "failed", "rolled_back"
  Time started, finished;
  std::string message;
};

struct HealthCheck {
  std::string service, target;
  bool healthy = false;
  std::chrono::nanoseconds duration{0};
  std::string message;
};

// How long a stage took: "build", "tests", "scan", "deploy", "total".
struct Timing {
  std::string stage;
  std::chrono::nanoseconds duration{0};
};

struct Image {
  std::string name, digest;
  std::uint64_t bytes = 0;
  Time created;
};

using Evidence =
    std::variant<TestSuite, Coverage, Scan, LoadRun, Deployment, HealthCheck, Timing, Image>;
// "test_suite", "coverage", "scan", ...
std::string_view kind_of(const Evidence& evidence);

// Where a record comes from. Its run, job and step are what the store knows it by.
struct Origin {
  std::uint64_t run = 0;
  std::string job;   // as the workflow calls it; "" outside a job
  std::string step;  // its name; "" outside a step
  std::string commit;
  std::string branch;
  Time time;
};

struct Record {
  Origin origin;
  Evidence evidence;
};

// One JSON document for one record, compact, on one line: {"schema": 1, "kind": ..., ...}.
std::string to_json(const Record& record);
// Fails with "evidence/json" and the member that is wrong. Members it does not know are passed
// over, so that what a newer crema wrote can be read.
Result<Record> record_from_json(std::string_view text);

}  // namespace crema::evidence
