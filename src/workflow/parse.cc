#include "crema/workflow/parse.h"

#include "calls.h"
#include "convert.h"
#include "schema.h"

#include <fmt/format.h>

namespace crema::workflow {
namespace {

bool is_utf8(std::string_view text) {
  std::size_t continuation = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) == 0x80U) {
      if (continuation-- == 0) return false;
    } else {
      if (continuation != 0) return false;
      continuation = byte >= 0xF0U ? 3 : byte >= 0xE0U ? 2 : byte >= 0xC0U ? 1 : 0;
    }
  }
  return continuation == 0;
}

}  // namespace

ParsedFile parse_file(const SourcePtr& source, ParseState& state) {
  const formats::YamlLimits limits{.bytes = state.options.max_file_bytes,
                                   .events = state.budget.max_events,
                                   .anchors = state.options.anchors};
  auto root = formats::parse_yaml(source, limits);
  if (!root) {
    auto error = std::move(root).error();
    if (error.code == "yaml/syntax" && !is_utf8(source->text()))
      error.hint = "save the file as UTF-8";
    state.problems.refuse(std::move(error));
    return {};
  }
  if (state.files.insert(source->path()).second) state.budget.bytes += text_bytes(source->path());
  ParsedFile file;
  file.root = read_document(**root, source, workflow_schema().shape("workflow"), state.budget,
                            state.problems);
  if (state.problems.any_errors()) return {};
  auto workflow = std::make_shared<Workflow>();
  workflow->source = source;
  workflow->path = source->path();
  convert_workflow(file.root, *workflow, state.jobs, state.options.max_jobs, state.problems);
  file.workflow = std::move(workflow);
  return file;
}

ParseResult parse_workflow(const SourcePtr& source, const ParseOptions& options) {
  Problems problems(options.mode, options.max_errors);
  ParseState state{.options = options, .problems = problems};
  state.budget.max_depth = options.max_depth;
  state.budget.max_bytes = options.max_total_bytes;
  const ParsedFile file = parse_file(source, state);
  if (file.workflow != nullptr) load_calls(*file.workflow, "", state);
  ParseResult result;
  result.errors = std::move(problems.errors());
  result.warnings = std::move(problems.warnings());
  if (result.errors.empty()) {
    file.workflow->warnings = result.warnings;
    result.workflow = file.workflow;
  }
  return result;
}

}  // namespace crema::workflow
