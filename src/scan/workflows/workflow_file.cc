#include "workflow_file.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

using formats::YamlKind;
using formats::YamlNode;

// Far beyond what people write, and quickly walked: anchors can stand for millions of nodes.
constexpr std::size_t kMostNodes = 200'000;
constexpr std::size_t kMostBytes = std::size_t{16} << 20U;
constexpr std::size_t kMostExpressions = 20'000;

struct Budget {
  std::size_t nodes = kMostNodes;
  std::size_t bytes = kMostBytes;

  bool takes(const YamlNode& node) {
    if (nodes == 0 || node.text.size() > bytes) return false;
    --nodes;
    bytes -= node.text.size();
    for (const auto& item : node.items)
      if (!takes(*item)) return false;
    for (const auto& [key, value] : node.entries)
      if (!takes(*key) || !takes(*value)) return false;
    return true;
  }
};

bool is_yaml(std::string_view path) { return path.ends_with(".yml") || path.ends_with(".yaml"); }

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

// What names a step when the lines around it move.
std::string step_subject(const Step& step, std::string_view around) {
  for (const auto key : {"id", "name", "uses"})
    if (const auto text = text_of(step.find(key)); !text.empty())
      return fmt::format("{}.{}", around,
                         key == std::string_view("uses") ? text.substr(0, text.find('@')) : text);
  const auto script = trim(step.script());
  return fmt::format("{}.{}", around, script.substr(0, script.find('\n')));
}

class Reader {
 public:
  explicit Reader(WorkflowFile& file) : file_(file) {}

  void read_workflow() {
    read_triggers(file_.find("on"));
    const YamlNode* jobs = file_.find("jobs");
    if (jobs == nullptr || jobs->kind != YamlKind::mapping) return;
    for (std::size_t i = 0; i < jobs->entries.size(); ++i) {
      const auto& [key, node] = jobs->entries[i];
      if (node->kind != YamlKind::mapping) continue;
      Job job{.id = key->text, .key = key.get(), .node = node.get()};
      job.uses = parse_uses(job.find("uses"));
      job.needs = texts_of(job.find("needs"));
      job.lines.first = key->line;
      job.lines.last =
          i + 1 < jobs->entries.size() ? jobs->entries[i + 1].first->line - 1 : end_behind(*jobs);
      job.subject = "jobs." + job.id;
      file_.jobs.push_back(std::move(job));
    }
    for (Job& job : file_.jobs) {
      read_steps(job, job.find("steps"), job.lines.last);
      if (job.steps.empty() && job.find("run") != nullptr) read_bare_script(job);
    }
  }

  void read_action() {
    const YamlNode* runs = file_.find("runs");
    Job job{.key = find_key(file_.root.get(), "runs"), .node = runs};
    job.lines = {.first = job.key->line, .last = file_.source->line_count()};
    job.subject = "runs";
    file_.jobs.push_back(std::move(job));
    read_steps(file_.jobs[0], find(runs, "steps"), file_.jobs[0].lines.last);
  }

  void read_expressions() {
    for (const auto& [key, value] : file_.root->entries)
      if (key->text != "jobs" && key->text != "runs") visit(*value, key->text, nullptr, nullptr);
    for (const Job& job : file_.jobs) {
      const bool bare = job.steps.size() == 1 && job.steps[0].node == job.node;
      for (const auto& [key, value] : job.node->entries)
        if (!bare && (key->text != "steps" || job.steps.empty()))
          visit(*value, key->text, &job, nullptr);
      for (const Step& step : job.steps)
        for (const auto& [key, value] : step.node->entries) visit(*value, key->text, &job, &step);
    }
  }

 private:
  WorkflowFile& file_;

  // The line before what follows the mapping in the file; its last one where nothing does.
  std::uint32_t end_behind(const YamlNode& node) const {
    for (const auto& [key, value] : file_.root->entries)
      if (key->line > node.line) return key->line - 1;
    return file_.source->line_count();
  }

  void read_triggers(const YamlNode* on) {
    if (on == nullptr) return;
    if (on->kind == YamlKind::mapping) {
      for (const auto& [key, value] : on->entries)
        file_.triggers.emplace(key->text, value->kind == YamlKind::scalar ? nullptr : value.get());
    } else {
      for (auto& event : texts_of(on)) file_.triggers.emplace(std::move(event), nullptr);
    }
  }

  // Steps that run beside each other count as steps of the job.
  void add_steps(Job& job, const YamlNode& list, std::uint32_t last) {
    for (std::size_t i = 0; i < list.items.size(); ++i) {
      const YamlNode& node = *list.items[i];
      if (node.kind != YamlKind::mapping) continue;
      const auto end = i + 1 < list.items.size() && list.items[i + 1]->line > node.line
                           ? list.items[i + 1]->line - 1
                           : last;
      if (const YamlNode* group = find(&node, "parallel");
          group != nullptr && group->kind == YamlKind::sequence) {
        add_steps(job, *group, end);
        continue;
      }
      Step step{.node = &node, .index = job.steps.size()};
      step.uses = parse_uses(step.find("uses"));
      step.lines = {.first = node.line, .last = std::max(end, node.line)};
      step.subject = step_subject(step, job.subject + ".steps");
      job.steps.push_back(std::move(step));
    }
  }

  void read_steps(Job& job, const YamlNode* list, std::uint32_t last) {
    if (list == nullptr || list->kind != YamlKind::sequence) return;
    add_steps(job, *list, last);
    for (Step& step : job.steps) step.job = &job;
  }

  // GitHub refuses a script right below a job; what it would run is looked at all the same.
  static void read_bare_script(Job& job) {
    Step step{.node = job.node, .job = &job, .lines = job.lines, .subject = job.subject};
    job.steps.push_back(std::move(step));
  }

  void visit(const YamlNode& node, const std::string& key, const Job* job, const Step* step) {
    for (const auto& item : node.items) visit(*item, key, job, step);
    for (const auto& [name, value] : node.entries) {
      visit(*name, key, job, step);
      visit(*value, name->text, job, step);
    }
    if (node.kind != YamlKind::scalar || node.text.empty()) return;
    auto found = template_expressions(node.text);
    if (found.empty() && key == "if") found.push_back(whole_expression(node.text));
    Place from = place_of(node);
    const Place own = from;
    const bool block =
        node.style == formats::YamlStyle::literal || node.style == formats::YamlStyle::folded;
    bool as_written = true;  // with escapes in it, the text stands nowhere as it is
    for (auto& text : found) {
      if (file_.expressions.size() >= kMostExpressions) return;
      Place place;
      if (as_written)
        place = find_part(*file_.source, from, first_line(text.whole), block ? 2000 : 50);
      as_written = place.line != 0;
      if (as_written) from = {.line = place.line, .column = place.end_column};
      const Place& shown = as_written ? place : own;
      file_.expressions.push_back({.text = std::move(text),
                                   .node = &node,
                                   .key = key,
                                   .job = job,
                                   .step = step,
                                   .line = shown.line,
                                   .column = shown.column});
    }
  }

  static std::string_view first_line(std::string_view text) {
    return trim(text.substr(0, text.find('\n')));
  }
};

}  // namespace

WorkflowFileKind file_kind(std::string_view path) {
  if (!is_yaml(path)) return WorkflowFileKind::none;
  const auto slash = path.rfind('/');
  const auto folder = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
  const auto name = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
  const auto ends_in = [&](std::string_view end) {
    return folder == end || (folder.size() > end.size() && folder.ends_with(end) &&
                             folder[folder.size() - end.size() - 1] == '/');
  };
  for (const auto forge : {".github/workflows", ".gitea/workflows", ".forgejo/workflows"})
    if (ends_in(forge)) return WorkflowFileKind::workflow;
  if (name == "action.yml" || name == "action.yaml") return WorkflowFileKind::action;
  if ((name == "dependabot.yml" || name == "dependabot.yaml") && ends_in(".github"))
    return WorkflowFileKind::dependabot;
  return WorkflowFileKind::none;
}

bool Uses::is(std::string_view action) const {
  if (kind != Kind::repository) return false;
  const auto own = path.empty() ? repository() : repository() + "/" + path;
  const auto wanted = to_lower(action);
  if (wanted.ends_with("/*")) return own.starts_with(wanted.substr(0, wanted.size() - 1));
  return own == wanted;
}

bool Uses::has_commit() const { return (ref.size() == 40 || ref.size() == 64) && is_hex(ref); }

Uses parse_uses(const YamlNode* node) {
  Uses uses{.written = std::string(trim(text_of(node))), .node = node};
  const std::string_view text = uses.written;
  if (text.empty()) return uses;
  if (text.starts_with("docker://")) {
    uses.kind = Uses::Kind::image;
  } else if (text.starts_with("./") || text.starts_with("$/") || text.starts_with("../")) {
    uses.kind = Uses::Kind::local;
  } else {
    const auto at = text.rfind('@');
    const auto where = text.substr(0, at);
    if (at != std::string_view::npos) uses.ref = text.substr(at + 1);
    const auto slash = where.find('/');
    if (slash == std::string_view::npos) return uses;
    uses.kind = Uses::Kind::repository;
    const auto rest = where.substr(slash + 1);
    const auto second = rest.find('/');
    uses.owner = to_lower(where.substr(0, slash));
    uses.name = to_lower(rest.substr(0, second));
    if (second != std::string_view::npos) uses.path = to_lower(rest.substr(second + 1));
  }
  return uses;
}

std::string version_of(const SourceFile& source, const Uses& uses) {
  if (!uses.has_commit() || uses.node == nullptr) return uses.ref;
  const auto line = source.line(uses.node->line);
  const auto hash = line.find(" #");
  if (hash == std::string_view::npos) return {};
  for (auto word : split(trim(line.substr(hash + 2)), ' ')) {
    if (word.starts_with("tag=")) word.remove_prefix(4);
    const auto number = word.starts_with('v') ? word.substr(1) : word;
    if (!number.empty() && number[0] >= '0' && number[0] <= '9') return std::string(word);
  }
  return {};
}

const YamlNode* Step::find(std::string_view key) const { return scan::find(node, key); }
const YamlNode* Step::input(std::string_view name) const {
  const YamlNode* with = find("with");
  if (with == nullptr) return nullptr;
  for (const auto& [key, value] : with->entries)
    if (equals_ignore_case(key->text, name)) return value.get();
  return nullptr;
}
std::string_view Step::script() const { return text_of(find("run")); }

std::string Step::title() const {
  for (const auto key : {"name", "uses", "id"})
    if (const auto text = text_of(find(key)); !text.empty()) return std::string(text);
  const auto text = trim(script());
  return std::string(text.substr(0, text.find('\n')));
}

const YamlNode* Job::find(std::string_view key) const { return scan::find(node, key); }

const YamlNode* WorkflowFile::find(std::string_view key) const {
  return scan::find(root.get(), key);
}

const Job* WorkflowFile::find_job(std::string_view id) const {
  const auto found =
      std::ranges::find_if(jobs, [&](const Job& job) { return equals_ignore_case(job.id, id); });
  return found == jobs.end() ? nullptr : &*found;
}

Result<WorkflowFile> read_workflow_file(WorkflowFileKind kind, const SourcePtr& source) {
  WorkflowFile file{.kind = kind, .source = source};
  file.root = CREMA_TRY(formats::parse_yaml(source));
  if (!Budget().takes(*file.root))
    return crema::fail("workflow/too-large", "its anchors stand for more than can be looked at");
  const auto wanted = kind == WorkflowFileKind::workflow ? "jobs"
                      : kind == WorkflowFileKind::action ? "runs"
                                                         : "updates";
  if (file.root->kind != YamlKind::mapping || file.find(wanted) == nullptr)
    return crema::fail("workflow/not-one", fmt::format("there is no `{}` in it", wanted));
  if (!text_of(file.find(wanted)).empty())
    return crema::fail("workflow/not-one", fmt::format("its `{}` is a mere text", wanted));
  Reader reader(file);
  if (kind == WorkflowFileKind::workflow) reader.read_workflow();
  if (kind == WorkflowFileKind::action) reader.read_action();
  if (kind != WorkflowFileKind::dependabot) reader.read_expressions();
  return file;
}

const YamlNode* find(const YamlNode* node, std::string_view key) {
  if (node == nullptr) return nullptr;
  for (const auto& [name, value] : node->entries)
    if (name->text == key) return value.get();
  return nullptr;
}

const YamlNode* find_key(const YamlNode* node, std::string_view key) {
  if (node == nullptr) return nullptr;
  for (const auto& [name, value] : node->entries)
    if (name->text == key) return name.get();
  return nullptr;
}

std::string_view text_of(const YamlNode* node) {
  if (node == nullptr || node->kind != YamlKind::scalar) return {};
  return node->text;
}

bool is_true(const YamlNode* node) { return equals_ignore_case(trim(text_of(node)), "true"); }
bool is_false(const YamlNode* node) { return equals_ignore_case(trim(text_of(node)), "false"); }

std::vector<std::string> texts_of(const YamlNode* node) {
  std::vector<std::string> out;
  if (node == nullptr) return out;
  if (node->kind == YamlKind::scalar && !node->text.empty()) out.push_back(node->text);
  for (const auto& item : node->items)
    if (item->kind == YamlKind::scalar) out.push_back(item->text);
  return out;
}

Place place_of(const YamlNode& node) {
  Place place{.line = node.line, .column = node.column};
  if (node.end_column != 0) place.end_line = node.line;
  place.end_column = node.end_column;
  return place;
}

Place find_part(const SourceFile& source, const Place& from, std::string_view part,
                std::uint32_t lines) {
  const auto characters = [](std::string_view text) {
    return static_cast<std::uint32_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
  };
  if (part.empty()) return {};
  const auto last = std::min(source.line_count(), from.line + lines);
  for (std::uint32_t number = from.line; number <= last; ++number) {
    const auto line = source.line(number);
    // Columns count characters; none has fewer bytes than one, so this begins early enough.
    const std::size_t start = number == from.line && from.column > 1 ? from.column - 1 : 0;
    const auto at = line.find(part, std::min(start, line.size()));
    if (at == std::string_view::npos) continue;
    const auto column = characters(line.substr(0, at)) + 1;
    return {.line = number,
            .column = column,
            .end_line = number,
            .end_column = column + characters(part)};
  }
  return {};
}

}  // namespace crema::scan
