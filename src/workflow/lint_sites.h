// Every expression of a workflow with the place where it stands, and the contexts it reads.
#pragma once

#include "crema/workflow/model.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace crema::workflow {

// What a path through a context reads: steps.build.outputs.x is {"steps", "build", "outputs", "x"}.
// A computed index ends the path, `*` stands for itself.
struct Reference {
  std::vector<std::string> path;
  std::size_t position = 1;  // in the expression, from 1
  std::size_t length = 0;
};

std::vector<Reference> references_of(std::string_view expression);

enum class SiteKind : std::uint8_t { workflow, job, job_outputs, step, step_condition, script };

struct ExpressionSite {
  std::string_view text;  // the expression
  Span span;              // of the value it stands in
  SiteKind kind = SiteKind::workflow;
  const Job* job = nullptr;
  std::size_t step = 0;  // index in job->steps, for the kinds of a step
};

void for_each_expression(const Workflow& workflow,
                         const std::function<void(const ExpressionSite&)>& visit);

// Every reference of every expression, with its exact place where that can be told.
void for_each_reference(
    const Workflow& workflow,
    const std::function<void(const ExpressionSite&, const Reference&, const Span&)>& visit);

}  // namespace crema::workflow
