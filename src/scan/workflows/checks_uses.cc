// Rules about what `uses:` and `image:` name.
#include "checks.h"
#include "known_actions.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace crema::scan {
namespace {

using evidence::Confidence;
using evidence::FindingSeverity;
using formats::YamlNode;

// Every `uses:` of a file, with the step it is of; null for a job that calls a workflow.
void for_each_uses(const WorkflowFile& file,
                   const std::function<void(const Uses&, const Job&, const Step*)>& visit) {
  for (const Job& job : file.jobs) {
    if (job.uses.kind != Uses::Kind::none) visit(job.uses, job, nullptr);
    for (const Step& step : job.steps)
      if (step.uses.kind != Uses::Kind::none) visit(step.uses, job, &step);
  }
}

Found& add(WorkflowReport& report, const Uses& uses, const Job& job, const Step* step,
           std::string message, std::string content) {
  const auto place = place_of(*uses.node);
  return step != nullptr ? report.add(*step, place, std::move(message), std::move(content))
                         : report.add(job, place, std::move(message), std::move(content));
}

bool looks_like_version(std::string_view ref) {
  if (ref.starts_with('v')) ref.remove_prefix(1);
  return !ref.empty() && ref[0] >= '0' && ref[0] <= '9';
}

bool matches_any(const Uses& uses, const std::vector<std::string>& patterns) {
  return std::ranges::any_of(patterns, [&](const std::string& pattern) {
    const auto at = pattern.find('@');
    const auto name = pattern.substr(0, at);
    if (at != std::string::npos && pattern.substr(at + 1) != uses.ref) return false;
    return name == "*" || uses.is(name) || equals_ignore_case(name, uses.repository()) ||
           (name.ends_with("/*") && uses.is(name));
  });
}

void add_image(WorkflowReport& report, const Job& job, const Step* step, const YamlNode& node,
               std::string_view image) {
  if (image.starts_with("docker://")) image.remove_prefix(9);
  if (image.empty() || image.find('@') != std::string_view::npos) return;
  const auto slash = image.rfind('/');
  const auto colon = image.find(':', slash == std::string_view::npos ? 0 : slash);
  const auto tag = colon == std::string_view::npos ? std::string_view() : image.substr(colon + 1);
  const bool floats = tag.empty() || tag == "latest";
  const auto message =
      floats ? fmt::format("the image {} is another one whenever it is pushed anew", image)
             : fmt::format("the image {} can be pushed anew under the same tag", image);
  auto& found = step != nullptr ? report.add(*step, place_of(node), message, std::string(image))
                                : report.add(job, place_of(node), message, std::string(image));
  found.finding.severity = floats ? FindingSeverity::medium : FindingSeverity::note;
}

// What an image can be: the literal, or each of what an expression chooses from.
void check_image(const WorkflowFile&, WorkflowReport& report, const Job& job, const Step* step,
                 const YamlNode* node) {
  const auto text = trim(text_of(node));
  if (text.empty()) return;
  const auto expressions = template_expressions(text);
  if (expressions.empty()) return add_image(report, job, step, *node, text);
  const auto* tree = expressions[0].tree();
  if (expressions.size() > 1 || expressions[0].whole != text || tree == nullptr) {
    // A tag that is a hash of the commit is as good as a digest as far as this file can tell.
    return;
  }
  const auto* matrix = find(job.find("strategy"), "matrix");
  for (const auto& context : resulting_contexts(*tree)) {
    if (!context.starts_with("matrix")) {
      auto& found =
          report.add(job, place_of(*node),
                     fmt::format("the image is whatever `{}` holds, which may be a tag that moves",
                                 context.written),
                     context.path);
      found.finding.severity = FindingSeverity::low;
      found.finding.confidence = Confidence::low;
      continue;
    }
    std::vector<const YamlNode*> values;
    if (const YamlNode* list = find(matrix, context.member()); list != nullptr)
      for (const auto& item : list->items) values.push_back(item.get());
    if (const YamlNode* include = find(matrix, "include"); include != nullptr)
      for (const auto& item : include->items)
        if (const YamlNode* value = find(item.get(), context.member()); value != nullptr)
          values.push_back(value);
    for (const YamlNode* value : values)
      if (value->kind == formats::YamlKind::scalar)
        add_image(report, job, step, *node, value->text);
  }
}

}  // namespace

void check_unpinned_uses(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for_each_uses(file, [&](const Uses& uses, const Job& job, const Step* step) {
    if (uses.kind != Uses::Kind::repository || uses.has_commit()) return;
    const bool official = uses.owner == "actions" || uses.owner == "github";
    const bool version = looks_like_version(uses.ref);
    const auto message = uses.ref.empty()
                             ? fmt::format("{} names no version at all", uses.written)
                             : fmt::format("{} is whatever {} `{}` points to today", uses.written,
                                           version ? "the tag" : "the branch", uses.ref);
    auto& found =
        add(report, uses, job, step, message, uses.written.substr(0, uses.written.find('@')));
    found.finding.severity = !version   ? FindingSeverity::high
                             : official ? FindingSeverity::low
                                        : FindingSeverity::medium;
  });
}

void check_vulnerable_actions(const WorkflowFile& file, const CheckSettings&,
                              WorkflowReport& report) {
  for_each_uses(file, [&](const Uses& uses, const Job& job, const Step* step) {
    const auto version = version_of(*file.source, uses);
    const auto* known = known_vulnerability(uses, version);
    if (known == nullptr) return;
    auto& found =
        add(report, uses, job, step,
            fmt::format("{} {} is known to be vulnerable ({}): {}", known->action, version,
                        known->alias.empty() ? known->advisory : known->alias, known->what),
            std::string(known->advisory));
    found.finding.aliases.emplace_back(known->advisory);
    if (!known->alias.empty()) found.finding.aliases.emplace_back(known->alias);
    found.finding.fix = {
        .text = fmt::format("Use {} {} or a later one, by its hash.", known->action, known->fixed),
        .package = std::string(known->action),
        .version = std::string(known->fixed)};
    if (uses.has_commit()) found.finding.confidence = Confidence::medium;
  });
}

void check_archived_uses(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for_each_uses(file, [&](const Uses& uses, const Job& job, const Step* step) {
    if (is_archived(uses))
      add(report, uses, job, step,
          fmt::format("{} is archived: nobody will mend what is found in it", uses.repository()),
          uses.repository());
  });
}

void check_mistyped_uses(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for_each_uses(file, [&](const Uses& uses, const Job& job, const Step* step) {
    const auto meant = mistyped(uses);
    if (meant.empty()) return;
    auto& found = add(report, uses, job, step,
                      fmt::format("{} is one letter away from {}, which everybody uses",
                                  uses.repository(), meant),
                      uses.repository());
    found.finding.confidence = Confidence::low;
  });
}

void check_forbidden_uses(const WorkflowFile& file, const CheckSettings& settings,
                          WorkflowReport& report) {
  if (settings.forbidden_uses.empty() && settings.allowed_uses.empty()) return;
  for_each_uses(file, [&](const Uses& uses, const Job& job, const Step* step) {
    if (uses.kind != Uses::Kind::repository) return;
    const bool forbidden =
        matches_any(uses, settings.forbidden_uses) ||
        (!settings.allowed_uses.empty() && !matches_any(uses, settings.allowed_uses));
    if (forbidden)
      add(report, uses, job, step,
          fmt::format("the settings of this scan do not allow {}", uses.written),
          uses.repository());
  });
}

void check_local_uses(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for_each_uses(file, [&](const Uses& uses, const Job& job, const Step* step) {
    if (uses.kind == Uses::Kind::local && !uses.written.starts_with("$/"))
      add(report, uses, job, step,
          fmt::format("{} is read from the disk as earlier steps left it", uses.written),
          uses.written);
  });
}

void check_superfluous_uses(const WorkflowFile& file, const CheckSettings&,
                            WorkflowReport& report) {
  for_each_uses(file, [&](const Uses& uses, const Job& job, const Step* step) {
    if (const auto instead = instead_of(uses); !instead.empty())
      add(report, uses, job, step,
          fmt::format("{} does what `{}` on every runner does", uses.repository(), instead),
          uses.repository());
  });
}

void check_unpinned_tools(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for_each_uses(file, [&](const Uses& uses, const Job&, const Step* step) {
    if (step == nullptr ||
        !(uses.is("aquasecurity/setup-trivy") || uses.is("1password/load-secrets-action")))
      return;
    const YamlNode* version = step->input("version");
    const auto text = trim(text_of(version));
    const bool computed = text.find("${{") != std::string_view::npos;
    if (!text.empty() && text != "latest" && !computed) return;
    auto& found = report.add(*step, place_of(version == nullptr ? *uses.node : *version),
                             fmt::format("{} installs {} version of its program", uses.repository(),
                                         computed ? "a computed" : "the newest"),
                             uses.repository());
    if (computed) found.finding.confidence = Confidence::low;
  });
}

void check_unpinned_images(const WorkflowFile& file, const CheckSettings&, WorkflowReport& report) {
  for (const Job& job : file.jobs) {
    const YamlNode* container = job.find("container");
    if (container != nullptr)
      check_image(
          file, report, job, nullptr,
          container->kind == formats::YamlKind::scalar ? container : find(container, "image"));
    if (const YamlNode* services = job.find("services"); services != nullptr)
      for (const auto& [name, service] : services->entries)
        check_image(file, report, job, nullptr,
                    service->kind == formats::YamlKind::scalar ? service.get()
                                                               : find(service.get(), "image"));
    if (file.kind == WorkflowFileKind::action)
      if (const YamlNode* image = job.find("image"); text_of(image).starts_with("docker://"))
        check_image(file, report, job, nullptr, image);
    for (const Step& step : job.steps)
      if (step.uses.kind == Uses::Kind::image)
        check_image(file, report, job, &step, step.uses.node);
  }
}

}  // namespace crema::scan
