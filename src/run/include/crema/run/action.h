// What an action crema does itself may see and do: the border between the runner and src/actions.
#pragma once

#include "crema/base/result.h"
#include "crema/base/strings.h"
#include "crema/evidence/event.h"
#include "crema/evidence/record.h"
#include "crema/expr/value.h"
#include "crema/store/artifacts.h"
#include "crema/store/caches.h"
#include "crema/sys/host.h"
#include "crema/sys/process.h"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace crema::run {

struct Capture {
  sys::Exit exit;
  std::string output;  // standard output and error, in order
};

// The step an action runs in. Everything written through it is masked; paths and files follow the
// rules of the real runner. Used by the step's own thread only.
class ActionContext {
 public:
  virtual ~ActionContext() = default;

  // The value of a declared input: as given, else its default, else "".
  virtual std::string input(std::string_view name) const = 0;
  bool input_flag(std::string_view name) const { return equals_ignore_case(input(name), "true"); }
  std::vector<std::string> input_lines(std::string_view name) const;  // trimmed, not empty

  virtual void set_output(std::string_view name, std::string value) = 0;
  virtual void export_variable(std::string_view name, std::string value) = 0;  // GITHUB_ENV
  virtual void add_path(const std::filesystem::path& folder) = 0;              // GITHUB_PATH
  virtual void save_state(std::string_view name, std::string value) = 0;       // for the post step
  virtual std::string state(std::string_view name) const = 0;
  virtual void add_mask(std::string_view secret) = 0;
  virtual void add_problem_matcher(const std::filesystem::path& file) = 0;
  virtual void add_summary(std::string_view markdown) = 0;
  virtual Result<> add_evidence(evidence::Evidence evidence) = 0;  // of this step

  virtual void log(std::string_view text) = 0;  // one or more lines
  virtual void annotate(evidence::AnnotationLevel level, std::string_view message) = 0;
  virtual void annotate_at(evidence::Annotation annotation) = 0;  // job and step are filled in
  virtual void remark(std::string_view code, std::string_view message) = 0;

  // Runs a program in the job with the step's environment plus `extra`; its output is logged (and
  // its workflow commands obeyed) by execute, kept by capture.
  virtual Result<sys::Exit> execute(std::vector<std::string> argv,
                                    const std::filesystem::path& directory = {},
                                    const sys::Environment& extra = {}) = 0;
  virtual Result<Capture> capture(std::vector<std::string> argv,
                                  const std::filesystem::path& directory = {},
                                  const sys::Environment& extra = {}) = 0;
  virtual std::optional<std::filesystem::path> find_program(std::string_view name) const = 0;
  virtual std::string variable(std::string_view name) const = 0;  // of the step's environment

  virtual std::filesystem::path workspace() const = 0;
  virtual std::filesystem::path temp() const = 0;
  virtual std::filesystem::path home() const = 0;
  virtual std::filesystem::path tool_cache() const = 0;
  virtual std::filesystem::path repository() const = 0;  // the user's own working tree; read only

  virtual const expr::Value& github() const = 0;  // the github context
  virtual bool job_succeeded_so_far() const = 0;
  virtual std::stop_token stop() const = 0;
  virtual const sys::Host& host() const = 0;
  virtual store::Artifacts& artifacts() = 0;
  virtual store::Caches& caches() = 0;
};

struct InputSpec {
  std::string_view name;
  std::string_view fallback = "";
  bool required = false;
};

// One action crema does itself. A failed Result fails the step with its message.
struct BuiltinAction {
  std::string_view name;      // "actions/cache/restore"
  std::string_view versions;  // the majors it imitates, for the log: "v3-v5"
  std::span<const InputSpec> inputs;
  Result<> (*main)(ActionContext&) = nullptr;
  Result<> (*post)(ActionContext&) = nullptr;  // null: none
  std::string_view post_condition = "always()";
};

// Finds a built-in by the part of `uses` before the @; nullptr when crema has none.
using BuiltinCatalog = std::function<const BuiltinAction*(std::string_view name)>;

}  // namespace crema::run
