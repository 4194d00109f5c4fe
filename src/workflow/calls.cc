#include "calls.h"

#include "convert.h"
#include "permissions.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::workflow {
namespace {

constexpr std::string_view kLocal = "./";

Diagnostic call_error(std::string message, const Span& span, std::string hint) {
  auto error = make_error("workflow/call", std::move(message), span);
  error.hint = std::move(hint);
  return error;
}

// "./x.yml" in a workflow of another repository is a file of that repository at the same version.
std::string qualified(const std::string& reference, const std::string& caller) {
  const auto at = caller.rfind('@');
  if (!reference.starts_with(kLocal) || at == std::string::npos) return reference;
  const auto slash = caller.find('/', caller.find('/') + 1);
  if (slash == std::string::npos) return reference;
  return caller.substr(0, slash + 1) + reference.substr(kLocal.size()) + caller.substr(at);
}

class CallCheck {
 public:
  CallCheck(const Job& job, const ReusableCall& call, const Workflow& called, Problems& problems)
      : job_(job), call_(call), called_(called), problems_(problems) {}

  void check_interface(const Token& on) {
    const Trigger* trigger = called_.find_trigger("workflow_call");
    if (trigger == nullptr) {
      problems_.refuse(
          call_error(fmt::format("`{}` cannot be called: it has no `workflow_call`", called_.path),
                     on.span, "add `workflow_call:` to its `on:`"));
      return;
    }
    check_inputs(part(trigger->raw, "inputs"));
    if (!call_.inherit_secrets) check_secrets(part(trigger->raw, "secrets"));
  }

  void check_permissions(const std::optional<Permissions>& explicit_most,
                         DefaultPermissions setting) {
    const Permissions most = explicit_most ? *explicit_most : default_permissions(setting);
    if (called_.permissions) check_permissions("the workflow", *called_.permissions, most);
    for (const Job& job : called_.jobs) {
      if (job.permissions && job.permissions != called_.permissions)
        check_permissions("its job `" + job.id + "`", *job.permissions, most);
    }
  }

 private:
  void check_permissions(const std::string& who, const Permissions& requested,
                         const Permissions& most) {
    const Excess excess = excess_of(requested, most);
    if (excess.requested.empty()) return;
    problems_.tolerate(
        call_error(fmt::format("calling `{}`: {} asks for `{}`, but may have `{}`", call_.reference,
                               who, excess.requested, excess.allowed),
                   job_.span, "give the calling job these `permissions:`"));
  }

  void check_inputs(const Token& definitions) {
    for (const auto& [name, definition] : definitions.entries) {
      Token type = part(definition, "type");
      if (type.is_null()) type.text = "string";
      if (const Token* fallback = definition.find("default"))
        check_type(*fallback, type.text, name.text);
      if (const Token* given = call_.inputs.find(name.text)) {
        check_type(*given, type.text, name.text);
      } else if (part(definition, "required").boolean) {
        problems_.refuse(
            call_error(fmt::format("the input `{}` is required by the called workflow", name.text),
                       call_.span, fmt::format("add `{}:` to `with:`", name.text)));
      }
    }
    check_undefined("input", call_.inputs, definitions);
  }

  void check_type(const Token& value, const std::string& type, const std::string& name) {
    Token literal = value;
    if (!value.is_literal() || fits(literal, workflow_schema().shape("input-" + type))) return;
    auto error = make_error("workflow/input-type",
                            fmt::format("`{}` is no {} for the input `{}`", value.text, type, name),
                            value.span);
    error.hint = type == "boolean" ? "write `true` or `false`, without quotes"
                                   : "write a number, without quotes";
    const bool convertible = type == "boolean" ? value.text == "true" || value.text == "false"
                                               : expr::from_json(value.text).has_value();
    if (convertible) {
      problems_.tolerate(std::move(error));
    } else {
      problems_.refuse(std::move(error));
    }
  }

  void check_secrets(const Token& definitions) {
    for (const auto& [name, definition] : definitions.entries) {
      if (!part(definition, "required").boolean) continue;
      if (call_.secrets.find(name.text) != nullptr) continue;
      problems_.tolerate(call_error(
          fmt::format("the secret `{}` is required by the called workflow", name.text), call_.span,
          fmt::format("add `{}:` to `secrets:`, or write `secrets: inherit`", name.text)));
    }
    check_undefined("secret", call_.secrets, definitions);
  }

  void check_undefined(std::string_view what, const Token& given, const Token& definitions) {
    std::vector<std::string> known;
    known.reserve(definitions.entries.size());
    for (const auto& [name, definition] : definitions.entries) known.push_back(name.text);
    for (const auto& [name, value] : given.entries) {
      if (!name.is_literal() || definitions.find(name.text) != nullptr) continue;
      problems_.tolerate(
          call_error(fmt::format("the called workflow has no {} `{}`", what, name.text), value.span,
                     known.empty() ? "remove it" : suggest(name.text, known)));
    }
  }

  const Job& job_;
  const ReusableCall& call_;
  const Workflow& called_;
  Problems& problems_;
};

// Says in the errors of a called file who called it.
void note_caller(Problems& problems, std::size_t first, const Span& caller) {
  for (auto i = first; i < problems.errors().size(); ++i) {
    Diagnostic& error = problems.errors()[i];
    if (!error.span.known()) {
      error.span = caller;
    } else if (error.span.source != caller.source) {
      error.notes.push_back({"called from here", caller});
    }
  }
}

class Loader {
 public:
  explicit Loader(ParseState& state) : state_(state) {}

  void load(Workflow& workflow, const std::string& reference, int depth) {
    for (Job& job : workflow.jobs) {
      if (!job.call) continue;
      const auto first = state_.problems.errors().size();
      load_job(job, *job.call, reference, depth);
      note_caller(state_.problems, first, job.call->span);
      if (state_.problems.any_errors()) return;
    }
  }

 private:
  void load_job(Job& job, ReusableCall& call, const std::string& caller, int depth) {
    if (depth > state_.options.max_nesting) {
      refuse(call, fmt::format("calls are nested more than {} deep", state_.options.max_nesting),
             "check whether the workflows call each other in a circle");
      return;
    }
    if (++state_.called_files > state_.options.max_files) {
      refuse(call, fmt::format("more than {} workflows are called", state_.options.max_files),
             "call fewer");
      return;
    }
    call.reference = qualified(call.reference, caller);
    auto source = state_.options.load(call.reference);
    if (!source) {
      auto error = std::move(source).error();
      if (!error.span.known()) error.span = call.span;
      state_.problems.refuse(std::move(error));
      return;
    }
    const ParsedFile file = parse_file(*source, state_);
    if (file.workflow == nullptr) return;
    adopt(job, call, file);
    if (!state_.problems.any_errors()) load(*file.workflow, call.reference, depth + 1);
  }

  void adopt(const Job& job, ReusableCall& call, const ParsedFile& file) {
    CallCheck check(job, call, *file.workflow, state_.problems);
    check.check_interface(part(file.root, "on"));
    check.check_permissions(job.permissions, state_.options.default_permissions);
    for (Job& called : file.workflow->jobs) {
      if (!called.permissions) called.permissions = job.permissions;
    }
    call.workflow = file.workflow;
  }

  void refuse(const ReusableCall& call, std::string message, std::string hint) {
    state_.problems.refuse(call_error(std::move(message), call.span, std::move(hint)));
  }

  ParseState& state_;
};

}  // namespace

void load_calls(Workflow& workflow, const std::string& reference, ParseState& state) {
  if (!state.options.load || state.problems.any_errors()) return;
  Loader(state).load(workflow, reference, 1);
}

}  // namespace crema::workflow
