#include "crema/workflow/action_manifest.h"

#include "convert.h"
#include "interpolation.h"
#include "reader.h"
#include "scalar.h"
#include "schema.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::workflow {
namespace {

constexpr std::size_t kMaxDepth = 100;

std::string text_of(const Token& mapping, std::string_view key) {
  const Token* found = mapping.find(key);
  return found == nullptr ? "" : as_string(*found).text;
}

bool is_node(std::string_view version) {
  return version.starts_with("node") && version.size() > 4 &&
         std::all_of(version.begin() + 4, version.end(),
                     [](char c) { return c >= '0' && c <= '9'; });
}

class ManifestConverter {
 public:
  explicit ManifestConverter(Problems& problems) : problems_(problems) {}

  ActionManifest convert(const Token& root, const SourcePtr& source) {
    ActionManifest manifest;
    manifest.source = source;
    manifest.name = text_of(root, "name");
    manifest.description = text_of(root, "description");
    for (const auto& [name, input] : part(root, "inputs").entries)
      manifest.inputs.push_back(input_of(name, input));
    for (const auto& [name, output] : part(root, "outputs").entries) {
      manifest.outputs.push_back(
          {name.text, text_of(output, "description"), part(output, "value"), name.span});
    }
    add_runs(part(root, "runs"), manifest);
    return manifest;
  }

 private:
  static ActionInput input_of(const Token& name, const Token& input) {
    return {.name = name.text,
            .description = text_of(input, "description"),
            .required = equals_ignore_case(text_of(input, "required"), "true"),
            .fallback = part(input, "default"),
            .deprecation_message = text_of(input, "deprecationMessage"),
            .span = name.span};
  }

  void add_runs(const Token& runs, ActionManifest& manifest) {
    const Token with = part(runs, "using");
    const std::string kind = to_lower(with.text);
    if (kind == "composite" && runs.find("steps") != nullptr) {
      manifest.runs = CompositeAction{
          convert_steps(*runs.find("steps"), action_schema().shape("step-if"), problems_)};
    } else if (kind == "docker" && runs.find("image") != nullptr) {
      manifest.runs = DockerAction{.image = text_of(runs, "image"),
                                   .entrypoint = text_of(runs, "entrypoint"),
                                   .args = part(runs, "args"),
                                   .env = part(runs, "env"),
                                   .pre = phase(runs, "pre-entrypoint", "pre-if"),
                                   .post = phase(runs, "post-entrypoint", "post-if")};
    } else if (is_node(kind) && runs.find("main") != nullptr) {
      check_node(kind, with);
      manifest.runs = NodeAction{.version = kind,
                                 .main = text_of(runs, "main"),
                                 .pre = phase(runs, "pre", "pre-if"),
                                 .post = phase(runs, "post", "post-if")};
    } else {
      refuse_kind(kind, with, runs);
    }
  }

  void check_node(const std::string& version, const Token& with) {
    if (version == "node12" || version == "node16" || version == "node20" || version == "node24")
      return;
    auto error =
        make_error("action/using", fmt::format("GitHub does not run `{}`", with.text), with.span);
    error.hint = "write `node20` or `node24`";
    problems_.tolerate(std::move(error));
  }

  // Either the kind is unknown, or it does not go with the other keys.
  void refuse_kind(const std::string& kind, const Token& with, const Token& runs) {
    const std::string key = kind == "composite" ? "steps" : kind == "docker" ? "image" : "main";
    const bool known = kind == "composite" || kind == "docker" || is_node(kind);
    auto error = make_error("action/using",
                            known ? fmt::format("an action `using: {}` has no `{}`", with.text, key)
                                  : fmt::format("`{}` is no kind of action", with.text),
                            with.span.known() ? with.span : runs.span);
    error.hint = known ? fmt::format("add `{}:`, or change `using:`", key)
                       : "write `composite`, `docker`, `node20` or `node24`";
    problems_.refuse(std::move(error));
  }

  ActionPhase phase(const Token& runs, std::string_view entry, std::string_view condition) {
    ActionPhase phase;
    const Token written = part(runs, entry);
    phase.entry = written.text;
    phase.span = written.span;
    const Token test = part(runs, condition);
    phase.condition.kind = Token::Kind::expression;
    phase.condition.text = test.text.empty() ? "always()" : test.text;
    phase.condition.span = test.span;
    const auto vocabulary = vocabulary_of(action_schema().shape("step-if"));
    phase.condition.expression =
        parse_expression(phase.condition.text, test.span.known() ? test.span : runs.span,
                         {vocabulary, condition}, problems_);
    return phase;
  }

  Problems& problems_;
};

}  // namespace

const ActionInput* ActionManifest::find_input(std::string_view name) const {
  const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const ActionInput& input) {
    return equals_ignore_case(input.name, name);
  });
  return found == inputs.end() ? nullptr : &*found;
}

ActionParseResult parse_action(const SourcePtr& source, Mode mode) {
  constexpr std::size_t kMaxErrors = 10;
  Problems problems(mode, kMaxErrors);
  ActionParseResult result;
  // The runner, unlike the workflow compiler, knows no anchors.
  if (auto root = formats::parse_yaml(source, {.anchors = mode == Mode::lenient})) {
    Budget budget;
    budget.max_depth = kMaxDepth;
    const Token token =
        read_document(**root, source, action_schema().shape("action"), budget, problems);
    if (!problems.any_errors())
      result.manifest = ManifestConverter(problems).convert(token, source);
  } else {
    problems.refuse(std::move(root).error());
  }
  if (problems.any_errors()) result.manifest.reset();
  result.errors = std::move(problems.errors());
  result.warnings = std::move(problems.warnings());
  return result;
}

}  // namespace crema::workflow
