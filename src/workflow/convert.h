// From tokens the schema has accepted to the model, with the checks a schema cannot express.
// Source: actions/runner WorkflowTemplateConverter.
#pragma once

#include "ids.h"
#include "problems.h"
#include "schema.h"

#include "crema/workflow/model.h"

#include <string_view>

namespace crema::workflow {

// The parts of a workflow, each in its own file.
void convert_triggers(const Token& on, Workflow& workflow, Problems& problems);
Job convert_job(const Token& id, const Token& definition, Problems& problems);
// `condition` is the schema's type of a step's `if`: composite actions have their own.
std::vector<Step> convert_steps(const Token& steps, const Shape& condition, Problems& problems);
void check_needs(const std::vector<Job>& jobs, const Token& jobs_token, Problems& problems);

// `job_count` goes up by the jobs of this file; more than `max_jobs` (0: no limit) are refused.
void convert_workflow(const Token& root, Workflow& workflow, std::size_t& job_count,
                      std::size_t max_jobs, Problems& problems);

// The checks of a job's settings that need no run: container images, runner groups, matrix, ...
void check_job_settings(const Job& job, Problems& problems);
void check_concurrency(const Token& concurrency, Problems& problems);

// A value of a mapping, or a null token.
Token part(const Token& mapping, std::string_view key);

// A condition as an expression: success() where there is none, `success() && (...)` where it calls
// no status function. `type` is the schema's type for it, `path` is for messages.
Token condition_of(const Token* written, const Shape& type, std::string_view path,
                   Problems& problems);

// The text of a condition as written, "" for none.
std::string condition_source(const Token* written);

}  // namespace crema::workflow
