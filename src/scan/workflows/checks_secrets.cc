// Rules about secrets and tokens: who is given them, and where they are left lying.
#include "checks.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace crema::scan {
namespace {

using evidence::Confidence;
using evidence::FindingSeverity;
using formats::YamlKind;
using formats::YamlNode;

// Whether an artifact takes the folder of the checkout as a whole, and its .git with it.
bool uploads_checkout(const Step& step) {
  if (!step.uses.is("actions/upload-artifact")) return false;
  const auto paths = text_of(step.input("path"));
  return std::ranges::any_of(split_lines(paths), [](std::string_view path) {
    path = trim(path);
    return path == "." || path == "./" || path == ".." || path == "../" ||
           (path.starts_with("${{") && path.ends_with("}}") &&
            path.find("github.workspace") != std::string_view::npos);
  });
}

// From version 6 on the credential lies outside of the checkout.
bool keeps_credential_aside(const Uses& uses) {
  std::string_view ref = uses.ref;
  if (ref.starts_with('v')) ref.remove_prefix(1);
  const auto major = ref.substr(0, ref.find('.'));
  return uses.ref.size() < 10 && !major.empty() && major.size() <= 2 &&
         std::ranges::all_of(
             major, [](char c) { return c >= '0' && c <= '9'; }) &&
         (major.size() == 2 || major >= "6");
}

void visit_calls(const expr::Node& node, const std::function<void(const expr::Node&)>& visit) {
  if (node.op == expr::Op::call) visit(node);
  for (const auto& child : node.children) visit_calls(child, visit);
}

bool is_secrets(const expr::Node& node) {
  return node.op == expr::Op::context && equals_ignore_case(node.name, "secrets");
}

bool is_a_secret(const expr::Node& node) {
  return node.op == expr::Op::index && is_secrets(node.children[0]);
}

// secrets[...] with an index that is only known when it runs.
bool has_computed_secret(const expr::Node& node) {
  if (is_a_secret(node) && node.children[1].op != expr::Op::literal) return true;
  return std::ranges::any_of(node.children, has_computed_secret);
}

}  // namespace

void check_persisted_credentials(const WorkflowFile& file, const CheckSettings&,
                                 WorkflowReport& report) {
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      if (!step.uses.is("actions/checkout")) continue;
      const YamlNode* persists = step.input("persist-credentials");
      // Who writes it down has thought about it.
      const YamlNode* with = step.find("with");
      if (persists != nullptr || (with != nullptr && with->kind == YamlKind::scalar)) continue;
      const auto upload = std::ranges::find_if(job.steps, [&](const Step& later) {
        return later.index > step.index && uploads_checkout(later);
      });
      const bool leaks = upload != job.steps.end();
      auto& found = report.add(
          step, place_of(*step.node),
          leaks
              ? fmt::format("the token stays in the checkout, and `{}` uploads it", upload->title())
              : std::string("the token stays on the disk for all later steps, whether they need it "
                            "or not"),
          leaks ? "uploaded" : "kept");
      const bool aside = keeps_credential_aside(step.uses);
      found.finding.severity = leaks   ? (aside ? FindingSeverity::medium : FindingSeverity::high)
                               : aside ? FindingSeverity::note
                                       : FindingSeverity::low;
      found.finding.confidence = leaks ? Confidence::high : Confidence::low;
      if (leaks)
        found.finding.locations.push_back(
            {.path = file.source->path(), .line = upload->lines.first, .message = "uploaded here"});
    }
  }
}

void check_inherited_secrets(const WorkflowFile& file, const CheckSettings&,
                             WorkflowReport& report) {
  for (const Job& job : file.jobs)
    if (const YamlNode* secrets = job.find("secrets"); text_of(secrets) == "inherit")
      report.add(job, place_of(*secrets),
                 fmt::format("{} is given every secret there is", job.uses.written),
                 job.uses.repository());
}

void check_container_credentials(const WorkflowFile& file, const CheckSettings&,
                                 WorkflowReport& report) {
  const auto look_at = [&](const Job& job, const YamlNode* container, std::string_view what) {
    const YamlNode* password = find(find(container, "credentials"), "password");
    const auto text = text_of(password);
    if (text.empty() || text.find("${{") != std::string_view::npos) return;
    report.add(job, place_of(*password),
               fmt::format("the password for the registry of {} stands in the file", what),
               std::string(what));
  };
  for (const Job& job : file.jobs) {
    look_at(job, job.find("container"), "the container");
    if (const YamlNode* services = job.find("services"); services != nullptr)
      for (const auto& [name, service] : services->entries) look_at(job, service.get(), name->text);
  }
}

void check_whole_secrets(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const auto& expression : file.expressions) {
    const auto* tree = expression.text.tree();
    if (tree == nullptr) continue;
    bool whole = false;
    visit_calls(*tree, [&](const expr::Node& call) {
      whole = whole || (equals_ignore_case(call.name, "tojson") &&
                        std::ranges::any_of(call.children, is_secrets));
    });
    if (whole)
      report.add_at(expression, "all secrets are handed over at once: `toJSON(secrets)`", "toJSON");
    else if (has_computed_secret(*tree))
      report.add_at(
          expression,
          fmt::format(
              "which secret `{}` takes is only known when it runs, so the runner is given all",
              expression.text.inner),
          "computed");
  }
}

void check_unredacted_secrets(const WorkflowFile& file, const CheckSettings&,
                              WorkflowReport& report) {
  for (const auto& expression : file.expressions) {
    if (expression.text.tree() == nullptr) continue;
    bool parsed = false;
    visit_calls(*expression.text.tree(), [&](const expr::Node& call) {
      parsed = parsed || (equals_ignore_case(call.name, "fromjson") &&
                          std::ranges::any_of(call.children, is_a_secret));
    });
    if (parsed)
      report.add_at(
          expression,
          "a part of a secret is not hidden in logs: only the whole text of it is known to be one",
          expression.text.inner);
  }
}

void check_secrets_outside_environment(const WorkflowFile& file, const CheckSettings&,
                                       WorkflowReport& report) {
  if (file.kind != WorkflowFileKind::workflow || file.has_trigger("workflow_call")) return;
  for (const auto& expression : file.expressions) {
    if (expression.job == nullptr || expression.text.tree() == nullptr) continue;
    if (expression.job->find("environment") != nullptr || !expression.job->uses.written.empty())
      continue;
    for (const auto& context : mentioned_contexts(*expression.text.tree())) {
      if (!context.starts_with("secrets") || context.path == "secrets.github_token") continue;
      report.add_at(
          expression,
          fmt::format(
              "`{}` is not bound to an environment: every branch that can be pushed can read "
              "it",
              context.written),
          context.path);
    }
  }
}

void check_app_tokens(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const Job& job : file.jobs) {
    for (const Step& step : job.steps) {
      if (!step.uses.is("actions/create-github-app-token")) continue;
      const YamlNode* with = step.find("with");
      if (with == nullptr || with->kind != YamlKind::mapping) continue;
      if (const YamlNode* kept = step.input("skip-token-revoke");
          kept != nullptr && !is_false(kept)) {
        auto& found = report.add(
            step, place_of(*kept),
            "the token is not revoked when the job ends, and stays good for an hour", "kept");
        if (!is_true(kept)) found.finding.confidence = Confidence::low;
      }
      std::vector<std::string_view> permissions;
      for (const auto& [key, value] : with->entries)
        if (key->text.starts_with("permission-")) permissions.push_back(key->text);
      const bool organization_only =
          !permissions.empty() && std::ranges::all_of(permissions, [](std::string_view one) {
            return one.starts_with("permission-organization-") || one == "permission-members";
          });
      if (const YamlNode* owner = step.input("owner");
          owner != nullptr && step.input("repositories") == nullptr && !organization_only)
        report.add(step, place_of(*owner), "the token is good for all repositories of its owner",
                   "owner");
      if (permissions.empty())
        report.add(step, place_of(*step.uses.node),
                   "the token has every permission of the app's installation", "permissions");
    }
  }
}

}  // namespace crema::scan
