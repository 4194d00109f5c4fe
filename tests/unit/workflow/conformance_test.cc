// GitHub's conformance data for workflow parsers: each file holds options, a workflow, the files it
// calls, and the model or the errors that must come of it.
#include "workflow/model_json.h"

#include "crema/base/strings.h"
#include "crema/formats/yaml.h"
#include "crema/workflow/parse.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

namespace crema::workflow {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

fs::path data_folder() {
  const char* shared = std::getenv("CREMA_SHARED");
  const fs::path root =
      shared != nullptr ? fs::path(shared) : fs::path(CREMA_SOURCE_DIR) / ".." / "shared";
  return root / "yardsticks" / "actions-workflows";
}

struct Case {
  std::string name;  // ".github/workflows/x.yml"
  std::map<std::string, std::string> options;
  std::vector<std::string> skipped_by;
  std::string workflow;
  std::map<std::string, SourcePtr> called;
  Json expected;
};

std::vector<std::string> documents(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const auto line : split(text, '\n')) {
    if (line == "---" || line == "---\r") {
      parts.emplace_back();
    } else {
      parts.back() += std::string(line) + "\n";
    }
  }
  // The line break before a separator belongs to the separator.
  for (auto& part : parts) {
    if (part.ends_with('\n')) part.pop_back();
  }
  return parts;
}

Case read_case(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const auto parts =
      documents({std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()});
  Case result;
  result.name = ".github/workflows/" + path.filename().string();
  const auto options =
      formats::parse_yaml(std::make_shared<const SourceFile>("options", parts.at(0)));
  for (const auto& [key, value] : (*options)->entries) {
    result.options[key->text] = value->text;
    if (key->text == "skip") {
      for (const auto& item : value->items) result.skipped_by.push_back(item->text);
    }
  }
  result.workflow = parts.at(1);
  result.expected = Json::parse(parts.back());
  for (std::size_t i = 2; i + 2 < parts.size(); i += 2) {
    const std::string name(trim(parts[i]));
    result.called[name] = std::make_shared<const SourceFile>(name, parts[i + 1]);
  }
  return result;
}

bool has(const Case& test, const std::string& option) {
  const auto found = test.options.find(option);
  return found != test.options.end() && found->second == "true";
}

ParseOptions options_of(const Case& test) {
  ParseOptions options;
  options.anchors = false;  // as the data expects; GitHub has them by now
  options.default_permissions = test.options.contains("permissions-policy") &&
                                        test.options.at("permissions-policy") == "LimitedRead"
                                    ? DefaultPermissions::read
                                    : DefaultPermissions::write;
  const auto set = [&](const char* name, auto& value) {
    if (test.options.contains(name)) value = std::stoul(test.options.at(name));
  };
  set("max-nested-reusable-workflows-depth", options.max_nesting);
  set("max-depth", options.max_depth);
  set("max-file-size", options.max_file_bytes);
  set("max-result-size", options.max_total_bytes);
  set("max-job-limit", options.max_jobs);
  if (!has(test, "skip-reusable-workflows")) {
    options.load = [called = test.called](std::string_view reference) -> Result<SourcePtr> {
      const auto found = called.find(std::string(reference));
      if (found == called.end())
        return crema::fail("test/load", "no file " + std::string(reference));
      return found->second;
    };
  }
  return options;
}

// "file (Line: 3, Col: 5)" of a message, "file" where it names no place. A second error at one
// place, which crema does not repeat, is dropped.
std::vector<std::string> expected_places(const Json& expected) {
  std::vector<std::string> places;
  for (const Json& error : expected.at("errors")) {
    const auto message = error.at("Message").get<std::string>();
    const auto end = message.find("):");
    const auto place = end == std::string::npos ? message.substr(0, message.find(": "))
                                                : message.substr(0, end + 1);
    if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
  }
  return places;
}

std::string place_of(const Diagnostic& error) {
  if (!error.span.known()) return error.span.source ? error.span.source->path() : "";
  return error.span.source->path() + " (Line: " + std::to_string(error.span.line) +
         ", Col: " + std::to_string(error.span.column) + ")";
}

// "" when the errors are those expected, else what differs.
std::string compare_errors(const std::vector<Diagnostic>& errors, const Json& expected) {
  const auto places = expected_places(expected);
  std::string difference;
  for (std::size_t i = 0; i < std::max(places.size(), errors.size()); ++i) {
    const std::string wanted = i < places.size() ? places[i] : "no error";
    const std::string got = i < errors.size() ? place_of(errors[i]) : "none";
    // GitHub gives some errors no place, or only the caller's; crema is more exact.
    const bool loose = i < errors.size() &&
                       (wanted.find("(Line:") == std::string::npos || wanted.starts_with("In "));
    if (got == wanted || loose) continue;
    difference += "expected " + wanted + ", got " + got +
                  (i < errors.size() ? ": " + errors[i].message : "") + "\n";
  }
  return difference;
}

std::string run(const Case& test) {
  const auto result = parse_workflow(std::make_shared<const SourceFile>(test.name, test.workflow),
                                     options_of(test));
  if (test.expected.contains("errors")) return compare_errors(result.errors, test.expected);
  if (!result.ok()) {
    std::string text = "unexpected errors\n";
    for (const auto& error : result.errors) text += place_of(error) + ": " + error.message + "\n";
    return text;
  }
  Json got = model_json(*result.workflow, has(test, "include-source"));
  // A partial rerun orders the table of files by name, which is not crema's to do.
  if (has(test, "is-partial-rerun")) std::sort(got["file-table"].begin(), got["file-table"].end());
  if (got == test.expected) return "";
  return Json::diff(test.expected, got).dump(1);
}

TEST(WorkflowConformance, ReadsWorkflowsAsGitHubDoes) {
  if (!fs::exists(data_folder())) GTEST_SKIP() << "no test data in " << data_folder();
  const char* only = std::getenv("CREMA_ONLY");
  int total = 0;
  int passed = 0;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(data_folder())) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& path : files) {
    if (only != nullptr && path.filename().string().find(only) == std::string::npos) continue;
    const Case test = read_case(path);
    if (std::find(test.skipped_by.begin(), test.skipped_by.end(), "C#") != test.skipped_by.end())
      continue;
    ++total;
    const std::string difference = run(test);
    if (difference.empty()) {
      ++passed;
    } else {
      ADD_FAILURE() << path.filename().string() << "\n" << difference;
    }
  }
  std::printf("workflows: %d of %d\n", passed, total);
}

}  // namespace
}  // namespace crema::workflow
