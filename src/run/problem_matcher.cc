#include "problem_matcher.h"

#include "crema/base/strings.h"
#include "crema/evidence/style.h"

#include <nlohmann/json.hpp>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

namespace crema::run {
namespace {

using Json = nlohmann::json;

struct Pattern {
  std::unique_ptr<re2::RE2> expression;
  int file = 0, from_path = 0, line = 0, column = 0, severity = 0, code = 0, message = 0;
  bool loop = false;
};

Diagnostic bad(const std::string& path, const std::string& what) {
  auto error = make_error("run/problem-matcher", "the problem matcher " + path + ": " + what);
  error.exit_code = ExitCode::failed;
  return error;
}

Result<int> group_number(const Json& pattern, const char* key, int groups,
                         const std::string& path) {
  const auto found = pattern.find(key);
  if (found == pattern.end() || found->is_null()) return 0;
  if (!found->is_number_integer())
    return fail(bad(path, std::string("'") + key + "' is no number"));
  const int number = found->get<int>();
  if (number < 0 || number > groups)
    return fail(bad(path, std::string("'") + key + "' is no group of the expression"));
  return number;
}

Result<Pattern> parse_pattern(const Json& json, const std::string& path) {
  if (!json.is_object() || !json.contains("regexp") || !json["regexp"].is_string()) {
    return fail(bad(path, "a pattern needs a 'regexp'"));
  }
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_nl(false);
  Pattern pattern;
  pattern.expression = std::make_unique<re2::RE2>(json["regexp"].get<std::string>(), options);
  if (!pattern.expression->ok())
    return fail(bad(path, "not supported: " + pattern.expression->error()));
  const int groups = pattern.expression->NumberOfCapturingGroups();
  pattern.file = CREMA_TRY(group_number(json, "file", groups, path));
  pattern.from_path = CREMA_TRY(group_number(json, "fromPath", groups, path));
  pattern.line = CREMA_TRY(group_number(json, "line", groups, path));
  pattern.column = CREMA_TRY(group_number(json, "column", groups, path));
  pattern.severity = CREMA_TRY(group_number(json, "severity", groups, path));
  pattern.code = CREMA_TRY(group_number(json, "code", groups, path));
  pattern.message = CREMA_TRY(group_number(json, "message", groups, path));
  pattern.loop = json.value("loop", false);
  return pattern;
}

Result<> check_patterns(const std::vector<Pattern>& patterns, const std::string& path) {
  if (patterns.empty()) return fail(bad(path, "there is no pattern"));
  if (patterns.back().message == 0)
    return fail(bad(path, "the last pattern must have a 'message'"));
  for (std::size_t i = 0; i + 1 < patterns.size(); ++i) {
    if (patterns[i].loop) return fail(bad(path, "only the last pattern may loop"));
    if (patterns[i].message != 0)
      return fail(bad(path, "only the last pattern may have a 'message'"));
  }
  if (patterns.size() == 1 && patterns.back().loop)
    return fail(bad(path, "a single pattern cannot loop"));
  return {};
}

}  // namespace

struct ProblemMatcher::State {
  std::string owner, severity, from_path;
  std::vector<Pattern> patterns;
  std::size_t next = 0;  // the pattern the next line is matched with
  Problem partial;
};

ProblemMatcher::ProblemMatcher(std::unique_ptr<State> state) : state_(std::move(state)) {}
ProblemMatcher::~ProblemMatcher() = default;
ProblemMatcher::ProblemMatcher(ProblemMatcher&&) noexcept = default;
ProblemMatcher& ProblemMatcher::operator=(ProblemMatcher&&) noexcept = default;
const std::string& ProblemMatcher::owner() const { return state_->owner; }
const std::string& ProblemMatcher::default_severity() const { return state_->severity; }

void ProblemMatcher::reset() {
  state_->next = 0;
  state_->partial = {};
}

std::optional<Problem> ProblemMatcher::match(std::string_view line) {
  auto& patterns = state_->patterns;
  const auto try_pattern = [&](std::size_t index, Problem& into) {
    const Pattern& pattern = patterns[index];
    const auto groups = static_cast<std::size_t>(pattern.expression->NumberOfCapturingGroups()) + 1;
    std::vector<re2::StringPiece> found(groups);
    const re2::StringPiece text(line.data(), line.size());
    if (!pattern.expression->Match(text, 0, line.size(), re2::RE2::UNANCHORED, found.data(),
                                   static_cast<int>(groups))) {
      return false;
    }
    const auto take = [&](int group, std::string& to) {
      if (group > 0)
        to = std::string(trim({found[static_cast<std::size_t>(group)].data(),
                               found[static_cast<std::size_t>(group)].size()}));
    };
    take(pattern.file, into.file);
    take(pattern.from_path, into.from_path);
    take(pattern.line, into.line);
    take(pattern.column, into.column);
    take(pattern.severity, into.severity);
    take(pattern.code, into.code);
    take(pattern.message, into.message);
    return true;
  };
  Problem attempt = state_->next == 0 ? Problem{} : state_->partial;
  if (!try_pattern(state_->next, attempt)) {
    // The line may begin the sequence anew.
    const bool restarts = state_->next != 0;
    reset();
    if (!restarts) return std::nullopt;
    attempt = {};
    if (!try_pattern(0, attempt)) return std::nullopt;
  }
  if (state_->next + 1 < patterns.size()) {
    ++state_->next;
    state_->partial = std::move(attempt);
    return std::nullopt;
  }
  // A looping last pattern keeps what the lines before it gave, and waits for another line.
  if (!patterns.back().loop) reset();
  if (attempt.severity.empty()) attempt.severity = state_->severity;
  if (attempt.from_path.empty()) attempt.from_path = state_->from_path;
  return attempt;
}

Result<std::vector<ProblemMatcher>> parse_problem_matchers(std::string_view text,
                                                           const std::string& path) {
  const Json json = Json::parse(text, nullptr, false, true);
  if (json.is_discarded() || !json.is_object() || !json.contains("problemMatcher") ||
      !json["problemMatcher"].is_array()) {
    return fail(bad(path, "expected a JSON object with a list 'problemMatcher'"));
  }
  std::vector<ProblemMatcher> matchers;
  for (const auto& entry : json["problemMatcher"]) {
    auto state = std::make_unique<ProblemMatcher::State>();
    if (!entry.is_object() || !entry.contains("owner") || !entry["owner"].is_string() ||
        entry["owner"].get<std::string>().empty()) {
      return fail(bad(path, "a matcher needs an 'owner'"));
    }
    state->owner = entry["owner"].get<std::string>();
    const auto text_of = [&](const char* key) {
      return entry.contains(key) && entry[key].is_string() ? entry[key].get<std::string>()
                                                           : std::string();
    };
    state->severity = text_of("severity");
    state->from_path = text_of("fromPath");
    const auto list = entry.find("pattern");
    if (list != entry.end() && list->is_array()) {
      for (const auto& pattern : *list)
        state->patterns.push_back(CREMA_TRY(parse_pattern(pattern, path)));
    } else if (list != entry.end()) {
      state->patterns.push_back(CREMA_TRY(parse_pattern(*list, path)));
    }
    CREMA_TRY(check_patterns(state->patterns, path));
    matchers.push_back(ProblemMatcher(std::move(state)));
  }
  return matchers;
}

void ProblemMatchers::add(std::vector<ProblemMatcher> matchers) {
  for (auto& matcher : matchers) {
    remove(matcher.owner());
    matchers_.insert(matchers_.begin(), std::move(matcher));
  }
}

void ProblemMatchers::remove(std::string_view owner) {
  std::erase_if(matchers_,
                [&](const auto& matcher) { return equals_ignore_case(matcher.owner(), owner); });
}

std::optional<Problem> ProblemMatchers::match(std::string_view line) {
  for (auto& matcher : matchers_) {
    if (auto problem = matcher.match(line)) {
      for (auto& other : matchers_) {
        if (&other != &matcher) other.reset();
      }
      return problem;
    }
  }
  return std::nullopt;
}

namespace {

std::uint32_t number_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

// The path relative to the workspace, "" when it lies elsewhere or does not exist.
std::string relative_file(const Problem& problem, std::string_view workspace) {
  namespace fs = std::filesystem;
  fs::path file = problem.file;
  if (file.is_relative() && !problem.from_path.empty())
    file = fs::path(problem.from_path).parent_path() / file;
  if (file.is_relative()) file = fs::path(workspace) / file;
  file = file.lexically_normal();
  std::error_code error;
  if (!fs::exists(file, error)) return "";
  const auto relative = file.lexically_relative(fs::path(workspace).lexically_normal());
  return relative.empty() || *relative.begin() == ".." ? "" : relative.generic_string();
}

}  // namespace

std::optional<evidence::Annotation> to_annotation(const Problem& problem,
                                                  std::string_view workspace) {
  if (trim(problem.message).empty()) return std::nullopt;
  evidence::Annotation annotation;
  if (problem.severity.empty() || equals_ignore_case(problem.severity, "error")) {
    annotation.level = evidence::AnnotationLevel::error;
  } else if (equals_ignore_case(problem.severity, "warning")) {
    annotation.level = evidence::AnnotationLevel::warning;
  } else if (equals_ignore_case(problem.severity, "notice")) {
    annotation.level = evidence::AnnotationLevel::notice;
  } else {
    return std::nullopt;
  }
  annotation.message = problem.message;
  annotation.title = problem.code;
  if (!problem.file.empty()) annotation.file = relative_file(problem, workspace);
  annotation.line = number_of(problem.line);
  annotation.column = number_of(problem.column);
  return annotation;
}

}  // namespace crema::run
