// Who decides what a context holds, followed through the file: an environment variable is what it
// was set to, an output of a step what its script writes.
#pragma once

#include "workflow_file.h"

#include <cstdint>
#include <string>

namespace crema::scan {

// In ascending order of danger.
enum class Control : std::uint8_t {
  nobody,   // fixed by GitHub or by the file: hashes, numbers, names of jobs
  unknown,  // what a step left behind, a variable of the settings
  writers,  // people who may write to the repository: inputs of a dispatch, names of branches
  limited,  // strangers, but only letters that do no harm: names of users, addresses
  caller,   // whoever calls the workflow or the action
  anybody,  // whoever opens an issue or a pull request
};

struct Verdict {
  Control control = Control::nobody;
  std::string
      source;  // where it comes from, when that is not the context itself: "github.head_ref"
};

// `step` is where the expression stands; null for one of a job or of the file.
Verdict who_controls(const WorkflowFile& file, const Job* job, const Step* step,
                     const ContextPath& context);

// Whether github.ref can only be what the file's own filters name, or the number of a pull request.
bool ref_is_bounded(const WorkflowFile& file);

}  // namespace crema::scan
