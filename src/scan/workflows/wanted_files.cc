#include "wanted_files.h"

#include "security_tools.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace crema::scan {
namespace {

constexpr char kSeparator = '\x1f';

// Inputs of actions that name a file or a folder of the repository.
struct FileInput {
  std::string_view action, input;
};
constexpr auto kInputs = std::to_array<FileInput>({
    {"zaproxy/action-baseline", "rules_file_name"},
    {"zaproxy/action-full-scan", "rules_file_name"},
    {"zaproxy/action-api-scan", "rules_file_name"},
    {"hadolint/hadolint-action", "dockerfile"},
    {"hadolint/hadolint-action", "config"},
    {"bridgecrewio/checkov-action", "directory"},
    {"bridgecrewio/checkov-action", "file"},
    {"bridgecrewio/checkov-action", "config_file"},
    {"bridgecrewio/checkov-action", "baseline"},
    {"stackrox/kube-linter-action", "directory"},
    {"stackrox/kube-linter-action", "config"},
    {"aquasecurity/trivy-action", "scan-ref"},
    {"aquasecurity/trivy-action", "trivy-config"},
    {"golang/govulncheck-action", "work-dir"},
});

// Flags of programs that do, and programs whose plain words are paths.
constexpr auto kFlags = std::to_array<FileInput>({
    {"checkov", "-d"},
    {"checkov", "--directory"},
    {"checkov", "--config-file"},
    {"checkov", "--baseline"},
    {"gitleaks", "-c"},
    {"gitleaks", "--config"},
    {"gosec", "-conf"},
    {"trivy", "--config"},
    {"trivy", "--ignorefile"},
    {"hadolint", "--config"},
    {"kube-linter", "--config"},
    {"bandit", "-c"},
});

// Whether a word is the path of one file, and not a pattern, a variable or an address.
bool is_plain_path(std::string_view text) {
  if (text.empty() || text.starts_with("/") || text.starts_with("~") || text.starts_with("-"))
    return false;
  return text.find_first_of("$*?{}[]:\\ ,\n") == std::string_view::npos &&
         text.find("...") == std::string_view::npos;
}

std::string joined(std::string_view folder, std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  while (folder.starts_with("./")) folder.remove_prefix(2);
  while (folder.ends_with('/')) folder.remove_suffix(1);
  if (folder.empty() || folder == ".") return std::string(path);
  return fmt::format("{}/{}", folder, path);
}

// Where a script runs: its own folder, the job's or the workflow's.
std::string folder_of_script(const WorkflowFile& file, const Step& step) {
  for (const auto* around : {step.find("working-directory"),
                             find(find(step.job->find("defaults"), "run"), "working-directory"),
                             find(find(file.find("defaults"), "run"), "working-directory")})
    if (around != nullptr) return std::string(trim(text_of(around)));
  return {};
}

// Whether the job itself may make the file, or has the repository somewhere else.
bool may_be_made(const Step& user, std::string_view path) {
  const auto slash = path.rfind('/');
  const auto name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  for (const Step& step : user.job->steps) {
    if (step.index >= user.index) break;
    if (step.uses.is("actions/checkout") &&
        (step.input("path") != nullptr || step.input("repository") != nullptr ||
         step.input("sparse-checkout") != nullptr))
      return true;
    if (step.uses.is("actions/download-artifact")) return true;
    if (step.script().find(name) != std::string_view::npos) return true;
  }
  return false;
}

class Collector {
 public:
  explicit Collector(const WorkflowFile& file) : file_(file) {}

  void take(const SecurityUse& use) {
    if (!use.command) {
      for (const auto& [action, name] : kInputs)
        if (use.step->uses.is(action))
          if (const auto* input = use.step->input(name); input != nullptr)
            add(use, trim(text_of(input)), "", place_of(*input));
      return;
    }
    const auto folder = folder_of_script(file_, *use.step);
    if (!folder.empty() && !is_plain_path(folder)) return;
    for (const auto& [tool, flag] : kFlags)
      if (tool == use.tool) add(use, use.command->value_of(flag), folder, use.place(file_));
    // Behind a `cd` the folder is another one.
    if (use.step->script().find("cd ") != std::string_view::npos) return;
    if (use.tool != "hadolint" && use.tool != "kube-linter") return;
    bool value = false;
    for (const auto word : use.command->arguments()) {
      const bool is_value = value;
      value = word.starts_with("-") && word.find('=') == std::string_view::npos;
      if (!is_value && word != "lint" && word != "-" && !word.starts_with("-"))
        add(use, word, folder, use.place(file_));
    }
  }

  std::vector<WantedFile> files() { return std::move(files_); }

 private:
  const WorkflowFile& file_;
  std::vector<WantedFile> files_;

  void add(const SecurityUse& use, std::string_view path, std::string_view folder,
           const Place& place) {
    if (!is_plain_path(path) || path == "." || path == "./" || may_be_made(*use.step, path)) return;
    files_.push_back({.tool = std::string(use.tool),
                      .path = joined(folder, path),
                      .subject = use.step->subject,
                      .line = place.line,
                      .column = place.column,
                      .first_line = use.step->lines.first,
                      .last_line = use.step->lines.last});
  }
};

std::uint32_t number_of(std::string_view text) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

std::vector<WantedFile> wanted_files(const WorkflowFile& file) {
  if (file.kind != WorkflowFileKind::workflow) return {};
  Collector collector(file);
  for (const auto& use : security_uses(file)) collector.take(use);
  return collector.files();
}

std::string to_notes(std::span<const WantedFile> files) {
  std::string notes;
  for (const auto& one : files) {
    auto subject = one.subject;
    std::ranges::replace_if(subject, [](char c) { return c == '\n' || c == kSeparator; }, ' ');
    notes += fmt::format("{1}{0}{2}{0}{3}{0}{4}{0}{5}{0}{6}{0}{7}\n", kSeparator, one.tool,
                         one.path, subject, one.line, one.column, one.first_line, one.last_line);
  }
  return notes;
}

std::vector<WantedFile> from_notes(std::string_view notes) {
  std::vector<WantedFile> files;
  for (const auto line : split_lines(notes)) {
    const auto parts = split(line, kSeparator);
    if (parts.size() != 7) continue;
    files.push_back({.tool = std::string(parts[0]),
                     .path = std::string(parts[1]),
                     .subject = std::string(parts[2]),
                     .line = number_of(parts[3]),
                     .column = number_of(parts[4]),
                     .first_line = number_of(parts[5]),
                     .last_line = number_of(parts[6])});
  }
  return files;
}

}  // namespace crema::scan
