// Rules about the actions a workflow uses.
#include "lint_rules.h"
#include "lint_sites.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

namespace crema::workflow {
namespace {

struct Retired {
  std::string_view name;
  int last_major;  // this one and those before it; kAll: every version
  std::string_view reason;
  std::string_view instead;
};

constexpr int kAll = 1000;
constexpr std::string_view kRefused = "GitHub refuses to run it";
constexpr std::string_view kArchived = "its repository is archived";
constexpr std::string_view kUnsupported = "GitHub no longer maintains it";

// Source: GitHub's changelog and the repositories' own notices.
constexpr std::array kRetired = {
    Retired{"actions/upload-artifact", 3, kRefused, "actions/upload-artifact@v4"},
    Retired{"actions/download-artifact", 3, kRefused, "actions/download-artifact@v4"},
    Retired{"actions/cache", 2, kRefused, "actions/cache@v4"},
    Retired{"github/codeql-action/init", 2, kUnsupported, "github/codeql-action/init@v3"},
    Retired{"github/codeql-action/analyze", 2, kUnsupported, "github/codeql-action/analyze@v3"},
    Retired{"github/codeql-action/autobuild", 2, kUnsupported, "github/codeql-action/autobuild@v3"},
    Retired{"github/codeql-action/upload-sarif", 2, kUnsupported,
            "github/codeql-action/upload-sarif@v3"},
    Retired{"actions/create-release", kAll, kArchived, "softprops/action-gh-release@v2"},
    Retired{"actions/upload-release-asset", kAll, kArchived, "softprops/action-gh-release@v2"},
    Retired{"actions/setup-ruby", kAll, kArchived, "ruby/setup-ruby@v1"},
    Retired{"actions/setup-elixir", kAll, kArchived, "erlef/setup-beam@v1"},
    Retired{"actions/setup-haskell", kAll, kArchived, "haskell-actions/setup@v2"},
    Retired{"actions-rs/toolchain", kAll, kArchived, "dtolnay/rust-toolchain@stable"},
    Retired{"actions-rs/cargo", kAll, kArchived, "`run: cargo ...`"},
    Retired{"actions-rs/clippy-check", kAll, kArchived, "`run: cargo clippy`"},
};

struct Use {
  std::string_view name;  // "owner/name/folder"
  std::string_view ref;
};

std::optional<Use> use_of(std::string_view reference) {
  const auto at = reference.rfind('@');
  if (reference.starts_with(".") || reference.starts_with("docker://") ||
      reference.starts_with("$/") || at == std::string_view::npos)
    return std::nullopt;
  return Use{reference.substr(0, at), reference.substr(at + 1)};
}

// 3 of "v3", "3.1", "v3.0.2"; nothing of a branch or a commit.
std::optional<int> major_of(std::string_view ref) {
  if (ref.starts_with('v')) ref.remove_prefix(1);
  int major = 0;
  const auto [end, error] = std::from_chars(ref.data(), ref.data() + ref.size(), major);
  const bool whole = end == ref.data() + ref.size() || *end == '.';
  constexpr int kMostMajor = 1000;  // beyond it a date or the start of a commit
  if (error != std::errc() || !whole || major >= kMostMajor) return std::nullopt;
  return major;
}

template <class Visit>
void for_each_use(const Workflow& workflow, const Visit& visit) {
  for (const Job& job : workflow.jobs) {
    if (job.call) visit(job.call->reference, job.call->span);
    for (const Step& step : job.steps) {
      if (const auto* uses = std::get_if<UsesStep>(&step.action))
        visit(uses->reference, uses->span);
    }
  }
}

bool mentions_head(const Token& token) {
  if (token.kind != Token::Kind::expression) return false;
  for (const Reference& reference : references_of(token.text)) {
    const std::string path = to_lower(join(reference.path, "."));
    if (path.starts_with("github.event.pull_request.head.") || path == "github.head_ref")
      return true;
  }
  return false;
}

}  // namespace

void check_retired_actions(const Workflow& workflow, LintReport& report) {
  for_each_use(workflow, [&](std::string_view reference, const Span& span) {
    const auto use = use_of(reference);
    if (!use) return;
    for (const Retired& retired : kRetired) {
      if (!equals_ignore_case(use->name, retired.name)) continue;
      const auto major = major_of(use->ref);
      if (retired.last_major != kAll && (!major || *major > retired.last_major)) return;
      report.add(span, fmt::format("`{}` is retired: {}", reference, retired.reason),
                 fmt::format("use {}{}{}", retired.instead.starts_with('`') ? "" : "`",
                             retired.instead, retired.instead.ends_with('`') ? "" : "`"));
    }
  });
}

void check_floating_refs(const Workflow& workflow, LintReport& report) {
  for_each_use(workflow, [&](std::string_view reference, const Span& span) {
    const auto use = use_of(reference);
    if (!use) return;
    for (const std::string_view branch : {"master", "main", "HEAD", "latest", "develop", "trunk"}) {
      if (use->ref != branch) continue;
      report.add(span, fmt::format("`{}` is whatever the branch holds when it runs", reference),
                 "name a version, or better the commit of one");
    }
  });
}

void check_target_checkout(const Workflow& workflow, LintReport& report) {
  if (workflow.find_trigger("pull_request_target") == nullptr &&
      workflow.find_trigger("workflow_run") == nullptr)
    return;
  for (const Job& job : workflow.jobs) {
    for (const Step& step : job.steps) {
      const auto* uses = std::get_if<UsesStep>(&step.action);
      if (uses == nullptr || !uses->reference.starts_with("actions/checkout@")) continue;
      const Token* ref = uses->with.find("ref");
      if (ref == nullptr || !mentions_head(*ref)) continue;
      report.add(ref->span,
                 "this checks out the code of a pull request in a run that has the repository's "
                 "secrets and token",
                 "use the event `pull_request`, or run nothing of what is checked out");
    }
  }
}

}  // namespace crema::workflow
