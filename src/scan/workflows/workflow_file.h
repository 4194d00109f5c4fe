// A file of GitHub's as its YAML has it: jobs and steps with their places. It is read from the
// tree and not through the parser of workflows, because what GitHub would refuse must be looked at
// as well: a scanner that steps aside for a typing error can be told to.
#pragma once

#include "template_text.h"

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/formats/yaml.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

enum class WorkflowFileKind : std::uint8_t { none, workflow, action, dependabot };
// What a path says: .github/workflows/*.yml (of any forge that reads them), action.yml,
// .github/dependabot.yml.
WorkflowFileKind file_kind(std::string_view path);

// What `uses:` names.
struct Uses {
  enum class Kind : std::uint8_t { none, repository, local, image };
  Kind kind = Kind::none;
  std::string written;
  std::string owner, name, path, ref;  // of a repository, in lower case but for `ref`
  const formats::YamlNode* node = nullptr;

  // "actions/checkout", "github/codeql-action/upload-sarif", or "docker/*" for any of an owner.
  bool is(std::string_view action) const;
  bool has_commit() const;  // `ref` is a whole hash
  std::string repository() const { return owner + "/" + name; }
};
Uses parse_uses(const formats::YamlNode* node);
// The version it stands for: its ref, or what a comment behind a hash tells: `# v4.2.2`.
std::string version_of(const SourceFile& source, const Uses& uses);

struct Lines {
  std::uint32_t first = 0, last = 0;
};

struct Job;

struct Step {
  const formats::YamlNode* node = nullptr;
  const Job* job = nullptr;
  std::size_t index = 0;
  Uses uses;
  Lines lines;
  std::string subject;  // names it when lines move: "jobs.build.steps.Run tests"

  const formats::YamlNode* find(std::string_view key) const;
  const formats::YamlNode* input(std::string_view name) const;  // of `with`
  std::string_view script() const;                              // of `run`; "" without one
  // As people see it: the name, the action, or the script's first line.
  std::string title() const;
};

struct Job {
  std::string id;  // "" for the steps of an action
  const formats::YamlNode* key = nullptr;
  const formats::YamlNode* node = nullptr;
  Uses uses;  // of a reusable workflow
  std::vector<std::string> needs;
  std::vector<Step> steps;
  Lines lines;
  std::string subject;  // "jobs.build"

  const formats::YamlNode* find(std::string_view key) const;
};

// An expression of the file, and where it stands.
struct PlacedExpression {
  TemplateExpression text;
  const formats::YamlNode* node = nullptr;  // the text around it
  std::string key;                          // the key that text belongs to: "run", "if"
  const Job* job = nullptr;                 // null: of the whole file
  const Step* step = nullptr;
  std::uint32_t line = 0, column = 0;
};

struct WorkflowFile {
  WorkflowFileKind kind = WorkflowFileKind::none;
  SourcePtr source;
  formats::YamlPtr root;
  std::vector<Job> jobs;                                                  // of an action, one
  std::map<std::string, const formats::YamlNode*, std::less<>> triggers;  // null: without filters
  std::vector<PlacedExpression> expressions;

  const formats::YamlNode* find(std::string_view key) const;
  const Job* find_job(std::string_view id) const;
  bool has_trigger(std::string_view event) const { return triggers.contains(event); }
};

// Errors are those of YAML, "workflow/too-large" for what its anchors blow up, and
// "workflow/not-one" for a file that is no mapping, or has neither jobs nor steps nor updates.
Result<WorkflowFile> read_workflow_file(WorkflowFileKind kind, const SourcePtr& source);

const formats::YamlNode* find(const formats::YamlNode* node, std::string_view key);
// The key's own node, for its place.
const formats::YamlNode* find_key(const formats::YamlNode* node, std::string_view key);
std::string_view text_of(const formats::YamlNode* node);  // of a scalar; "" for anything else
bool is_true(const formats::YamlNode* node);
bool is_false(const formats::YamlNode* node);
// A scalar, or all of a list.
std::vector<std::string> texts_of(const formats::YamlNode* node);

struct Place {
  std::uint32_t line = 0, column = 0, end_line = 0, end_column = 0;
};
Place place_of(const formats::YamlNode& node);
// Looks for `part` in the text of the file from `from` on, in at most `lines` lines.
Place find_part(const SourceFile& source, const Place& from, std::string_view part,
                std::uint32_t lines = 2000);

}  // namespace crema::scan
