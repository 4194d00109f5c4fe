// Scan health: where reports go, and what waits for them.
#include "checks.h"
#include "reachability.h"
#include "security_tools.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

namespace crema::scan {
namespace {

using evidence::Confidence;
using evidence::FindingSeverity;
using formats::YamlNode;

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool any_text(const YamlNode& node, const std::function<bool(std::string_view)>& holds) {
  if (node.kind == formats::YamlKind::scalar) return holds(node.text);
  return std::ranges::any_of(node.items,
                             [&](const auto& item) { return any_text(*item, holds); }) ||
         std::ranges::any_of(node.entries,
                             [&](const auto& entry) { return any_text(*entry.second, holds); });
}

// Whether a text takes the file: by its name, by a pattern of its ending, by its folder.
bool takes_file(std::string_view text, std::string_view path) {
  const auto name = base_name(path);
  if (text.find(name) != std::string_view::npos) return true;
  const auto dot = name.rfind('.');
  if (dot != std::string_view::npos &&
      text.find("*" + std::string(name.substr(dot))) != std::string_view::npos)
    return true;
  const auto folder = path.substr(0, path.size() - name.size());
  if (folder.size() > 1 && text.find(folder.substr(0, folder.size() - 1)) != std::string_view::npos)
    return true;
  const auto whole = trim(text);
  return whole == "." || whole == "./" || whole.find("github.workspace") != std::string_view::npos;
}

bool is_read_later(const SecurityUse& use, std::string_view path) {
  const auto takes = [&](std::string_view text) { return takes_file(text, path); };
  for (const Step& step : use.step->job->steps) {
    if (step.index < use.step->index) continue;
    if (step.index > use.step->index && any_text(*step.node, takes)) return true;
    if (step.index != use.step->index || !use.command) continue;
    for (const auto& command : shell_commands(step.script())) {
      if (command.line <= use.command->line) continue;
      if (std::ranges::any_of(command.arguments(), takes)) return true;
    }
  }
  return false;
}

bool is_upload(const Step& step) {
  return step.uses.is("github/codeql-action/upload-sarif") ||
         step.uses.is("github/codeql-action/analyze");
}

// Whether a job puts something where people use it.
bool deploys(const Job& job) {
  constexpr auto kActions = std::to_array<std::string_view>(
      {"azure/webapps-deploy", "aws-actions/amazon-ecs-deploy-task-definition",
       "google-github-actions/deploy-cloudrun", "cloudflare/wrangler-action",
       "cloudflare/pages-action", "actions/deploy-pages", "azure/k8s-deploy",
       "peaceiris/actions-gh-pages", "appleboy/ssh-action", "superfly/flyctl-actions"});
  for (const Step& step : job.steps) {
    if (std::ranges::any_of(kActions, [&](auto one) { return step.uses.is(one); })) return true;
    for (const auto& command : shell_commands(step.script())) {
      const auto name = command.name();
      const auto has = [&](std::string_view word) { return command.has_argument(word); };
      if (name == "kubectl" &&
          (has("apply") || has("set") || has("rollout") || has("create") || has("replace")))
        return true;
      if (name == "helm" && (has("upgrade") || has("install"))) return true;
      if (name == "terraform" && has("apply")) return true;
      if ((name == "npm" || name == "yarn" || name == "pnpm") && (has("deploy") || has("publish")))
        return true;
      if (name == "wrangler" || name == "vercel" || name == "netlify" || name == "flyctl" ||
          name == "cdk")
        return has("deploy") || name == "vercel";
      if (name == "gcloud" && has("deploy")) return true;
      if (name == "aws" &&
          (has("sync") || has("update-service") || has("update-function-code") || has("deploy")))
        return true;
    }
  }
  return to_lower(job.id).find("deploy") != std::string::npos && !job.steps.empty();
}

void add_ancestors(const WorkflowFile& file, const Job& job, std::set<const Job*>& out) {
  for (const auto& need : job.needs)
    if (const Job* other = file.find_job(need); other != nullptr && out.insert(other).second)
      add_ancestors(file, *other, out);
}

// A deployment comes after it as well where what it deploys is what the job scanned: only jobs that
// something starts together with it count.
bool share_an_event(const Reachability& reachability, const Job& a, const Job& b) {
  if (!reachability.knows_triggers()) return true;
  const auto& of_b = reachability.events_of(b);
  return std::ranges::any_of(reachability.events_of(a), [&](std::size_t event) {
    return std::ranges::find(of_b, event) != of_b.end();
  });
}

bool pushes_image(const Step& step) {
  if (step.uses.is("docker/build-push-action")) return is_true(step.input("push"));
  for (const auto& command : shell_commands(step.script()))
    if ((command.name() == "docker" || command.name() == "podman") &&
        (command.has_argument("push") || command.has_argument("--push")))
      return true;
  return false;
}

std::string_view image_of(const SecurityUse& use) {
  for (const auto name : {"image-ref", "image"})
    if (const auto text = trim(text_of(use.step->input(name))); !text.empty()) return text;
  if (!use.command) return {};
  for (const auto word : use.command->arguments())
    if (word.find(':') != std::string_view::npos && !word.starts_with("-")) return word;
  return {};
}

const Step* find_step(const Job& job, std::string_view id) {
  const auto found = std::ranges::find_if(job.steps, [&](const Step& step) {
    return equals_ignore_case(text_of(step.find("id")), id);
  });
  return found == job.steps.end() ? nullptr : &*found;
}

// Whether the tags that docker/metadata-action makes have one that is the whole hash.
bool has_whole_hash(const Step& metadata) {
  const auto tags = text_of(metadata.input("tags"));
  return std::ranges::any_of(split_lines(tags), [](std::string_view line) {
    line = trim(line);
    if (line.find("github.sha") != std::string_view::npos) return true;
    if (line.find("type=sha") == std::string_view::npos) return false;
    const auto prefix = line.find("prefix=");
    const bool bare =
        prefix != std::string_view::npos && (prefix + 7 == line.size() || line[prefix + 7] == ',');
    return bare && line.find("format=long") != std::string_view::npos;
  });
}

// The step that makes the tags of what a job pushes; null where the tags are written out.
const Step* metadata_of(const Job& job) {
  for (const Step& step : job.steps) {
    if (!step.uses.is("docker/build-push-action") || !is_true(step.input("push"))) continue;
    const auto tags = replace_all(std::string(trim(text_of(step.input("tags")))), " ", "");
    if (!tags.starts_with("${{steps.") || !tags.ends_with(".outputs.tags}}")) return nullptr;
    const Step* made = find_step(job, std::string_view(tags).substr(9, tags.size() - 9 - 15));
    return made != nullptr && made->uses.is("docker/metadata-action") ? made : nullptr;
  }
  return nullptr;
}

// In front of the tag: "docker.io/x/y".
std::string name_of_image(std::string_view image) {
  const auto colon = image.rfind(":${{");
  return to_lower(replace_all(std::string(image.substr(0, colon)), " ", ""));
}

}  // namespace

void check_lost_reports(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const auto& use : security_uses(file)) {
    const auto path = report_of(use);
    if (path.empty() || path == "/dev/stdout" || is_read_later(use, path)) continue;
    report.add(
        *use.step, use.place(file),
        fmt::format(
            "{} writes {}, and nothing in the job reads or uploads it: it is gone with the runner",
            use.tool, path),
        path);
  }
}

void check_upload_permission(const WorkflowFile& file, const CheckSettings&,
                             WorkflowReport& report) {
  for (const Job& job : file.jobs) {
    const YamlNode* permissions = job.find("permissions");
    if (permissions == nullptr) permissions = file.find("permissions");
    if (permissions == nullptr || text_of(permissions) == "write-all" ||
        text_of(find(permissions, "security-events")) == "write")
      continue;
    for (const Step& step : job.steps)
      if (is_upload(step))
        report.add(step, place_of(*step.uses.node),
                   "the report cannot be uploaded: the token lacks `security-events: write`",
                   "security-events");
  }
}

void check_gates(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  const Reachability reachability(file);
  const auto uses = security_uses(file);
  for (const Job& job : file.jobs) {
    const auto use =
        std::ranges::find_if(uses, [&](const SecurityUse& one) { return one.step->job == &job; });
    if (use == uses.end() || deploys(job)) continue;
    std::set<const Job*> before;
    add_ancestors(file, job, before);
    std::vector<std::string> heedless;
    for (const Job& other : file.jobs) {
      if (&other == &job || before.contains(&other) || !deploys(other) ||
          !share_an_event(reachability, job, other))
        continue;
      std::set<const Job*> needed;
      add_ancestors(file, other, needed);
      if (!needed.contains(&job)) heedless.push_back(other.id);
    }
    if (heedless.empty()) continue;
    auto& found = report.add(
        job, place_of(*job.key),
        fmt::format("{} {} whatever the job `{}` finds: nothing makes {} wait for it",
                    fmt::join(heedless, ", "), heedless.size() > 1 ? "deploy" : "deploys", job.id,
                    heedless.size() > 1 ? "them" : "it"),
        fmt::format("{}", fmt::join(heedless, ",")));
    found.finding.fix.text =
        fmt::format("Add `{}` to `needs` of {}.", job.id, fmt::join(heedless, ", "));
  }
}

void check_scan_after_push(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  const auto uses = security_uses(file);
  for (const auto& use : uses) {
    if (use.target != Target::image) continue;
    const Job& job = *use.step->job;
    std::set<const Job*> before;
    add_ancestors(file, job, before);
    const Step* pushed = nullptr;
    for (const Job& other : file.jobs)
      for (const Step& step : other.steps)
        if ((&other == &job ? step.index < use.step->index : before.contains(&other)) &&
            pushes_image(step))
          pushed = &step;
    if (pushed == nullptr) continue;
    // Scanned once before it was pushed, a second look is a good thing.
    const bool seen = std::ranges::any_of(uses, [&](const SecurityUse& other) {
      return other.target == Target::image && other.step->job == pushed->job &&
             other.step->index < pushed->index;
    });
    if (seen) continue;
    auto& found = report.add(
        *use.step, use.place(file),
        fmt::format("{} looks at the image after `{}` has pushed it: whoever pulls has it by then",
                    use.tool, pushed->title()),
        std::string(use.tool));
    found.finding.locations.push_back(
        {.path = file.source->path(), .line = pushed->lines.first, .message = "pushed here"});
  }
}

void check_scanned_tags(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const auto& use : security_uses(file)) {
    if (use.target != Target::image) continue;
    const auto image = image_of(use);
    const auto compact = replace_all(std::string(image), " ", "");
    if (!compact.ends_with(":${{github.sha}}")) continue;
    std::set<const Job*> jobs = {use.step->job};
    add_ancestors(file, *use.step->job, jobs);
    for (const Job* job : jobs) {
      const Step* metadata = metadata_of(*job);
      if (metadata == nullptr || has_whole_hash(*metadata)) continue;
      const auto named =
          to_lower(replace_all(std::string(trim(text_of(metadata->input("images")))), " ", ""));
      if (named != name_of_image(image)) continue;
      auto& found = report.add(*use.step, use.place(file),
                               fmt::format("{} looks for the tag `${{{{ github.sha }}}}`, and `{}` "
                                           "never makes it: there is no such "
                                           "image to scan",
                                           use.tool, metadata->title()),
                               std::string(use.tool));
      found.finding.locations.push_back({.path = file.source->path(),
                                         .line = metadata->lines.first,
                                         .message = "the tags are made here"});
    }
  }
}

}  // namespace crema::scan
