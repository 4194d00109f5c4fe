// Feeds any bytes to the workflow and action parsers, in both modes, and to the lint rules. No
// crash, no hang; what strict takes, lenient takes too; every error has a place within the file.
#include "crema/workflow/action_manifest.h"
#include "crema/workflow/lint.h"
#include "crema/workflow/parse.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace {

using namespace crema;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_places(const std::vector<Diagnostic>& problems) {
  for (const Diagnostic& problem : problems) {
    require(!problem.message.empty() && !problem.code.empty());
    // YAML ends a line at a lone carriage return too, which a file's lines do not.
    if (!problem.span.known() || problem.span.source->text().find('\r') != std::string_view::npos)
      continue;
    require(problem.span.line <= problem.span.source->line_count() + 1 && problem.span.column > 0);
  }
}

workflow::ParseResult check_workflow(const SourcePtr& source, workflow::Mode mode) {
  workflow::ParseOptions options;
  options.mode = mode;
  // A workflow that calls another calls itself: the limits must hold.
  options.load = [&source](std::string_view) -> Result<SourcePtr> { return source; };
  options.max_files = 4;
  auto result = workflow::parse_workflow(source, options);
  require(result.ok() == result.errors.empty());
  check_places(result.errors);
  check_places(result.warnings);
  if (result.ok()) check_places(workflow::lint(*result.workflow));
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto source = std::make_shared<const SourceFile>("fuzz.yml", text);
  const auto strict = check_workflow(source, workflow::Mode::strict);
  const auto lenient = check_workflow(source, workflow::Mode::lenient);
  require(!strict.ok() || lenient.ok());
  for (const auto mode : {workflow::Mode::strict, workflow::Mode::lenient})
    check_places(workflow::parse_action(source, mode).errors);
  return 0;
}
