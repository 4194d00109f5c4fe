// Inputs of dispatched and of called workflows (actions/runner ConvertToWorkflowJobInputs; for
// dispatches GitHub's "create a workflow dispatch event").
#include "crema/workflow/inputs.h"

#include "coerce.h"

#include "crema/base/strings.h"
#include "crema/workflow/trigger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace crema::workflow {
namespace {

using expr::Value;

Diagnostic input_error(std::string message, const Span& span) {
  return make_error("workflow/input", std::move(message), span);
}

std::string names_of(const std::vector<Input>& inputs) {
  std::string names;
  for (const Input& input : inputs) names += (names.empty() ? "" : ", ") + input.name;
  return names;
}

const Input* find_input(const std::vector<Input>& inputs, std::string_view name) {
  const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const Input& input) {
    return equals_ignore_case(input.name, name);
  });
  return found == inputs.end() ? nullptr : &*found;
}

Diagnostic undeclared(std::string_view name, const std::vector<Input>& inputs, const Span& span) {
  Diagnostic error = input_error(fmt::format("the workflow declares no input '{}'", name), span);
  error.hint = inputs.empty() ? "declare it under `inputs:`"
                              : "use one of the declared inputs: " + names_of(inputs);
  return error;
}

// A text from the command line as the declared type.
Result<Value> parse_given(const Input& input, const std::string& text) {
  switch (input.type) {
    case InputType::boolean:
      if (text == "true" || text == "false") return Value(text == "true");
      return crema::fail(input_error(
          fmt::format("input '{}' is a boolean, '{}' is neither true nor false", input.name, text),
          input.span));
    case InputType::number: {
      const double number = expr::text_to_number(text);
      if (!trim(text).empty() && !std::isnan(number)) return Value(number);
      return crema::fail(input_error(
          fmt::format("input '{}' is a number, '{}' is none", input.name, text), input.span));
    }
    case InputType::choice:
      if (std::find(input.options.begin(), input.options.end(), text) != input.options.end())
        return Value(text);
      return crema::fail(input_error(fmt::format("input '{}' takes one of {}, not '{}'", input.name,
                                                 join(input.options, ", "), text),
                                     input.span));
    default:
      return Value(text);
  }
}

Value empty_value(InputType type) {
  if (type == InputType::boolean) return Value(false);
  if (type == InputType::number) return Value(0);
  return Value("");
}

Result<Value> dispatch_default(const Input& input) {
  if (!input.fallback.is_null()) {
    const Value value = CREMA_TRY(evaluate(input.fallback, {}));
    return parse_given(input, value.to_text());
  }
  if (input.required)
    return crema::fail(
        input_error(fmt::format("required input '{}' is not given", input.name), input.span));
  // What GitHub's form has selected when nothing is chosen.
  if (input.type == InputType::choice && !input.options.empty())
    return Value(input.options.front());
  return empty_value(input.type);
}

Result<Value> of_declared_type(const Input& input, const Value& value, const Span& span) {
  if (input.type == InputType::boolean) return Value(CREMA_TRY(to_boolean(value, span)));
  if (input.type == InputType::number) return Value(CREMA_TRY(to_number(value, span)));
  return Value(CREMA_TRY(to_text(value, span)));
}

}  // namespace

Result<Value> dispatch_inputs(const Workflow& workflow,
                              const std::map<std::string, std::string>& given) {
  for (const auto& [name, text] : given)
    if (find_input(workflow.dispatch_inputs, name) == nullptr)
      return crema::fail(undeclared(name, workflow.dispatch_inputs, {}));
  expr::Object inputs;
  for (const Input& input : workflow.dispatch_inputs) {
    const auto found = std::find_if(given.begin(), given.end(), [&](const auto& entry) {
      return equals_ignore_case(entry.first, input.name);
    });
    inputs.set(input.name, found == given.end() ? CREMA_TRY(dispatch_default(input))
                                                : CREMA_TRY(parse_given(input, found->second)));
  }
  return Value(std::move(inputs));
}

Result<Value> call_inputs(const ReusableCall& call, const expr::Scope& scope) {
  if (call.workflow == nullptr)
    return crema::fail(
        input_error("the called workflow '" + call.reference + "' is not loaded", call.span));
  const std::vector<Input>& declared = call.workflow->call_inputs;
  const Value given = CREMA_TRY(evaluate(call.inputs, scope));
  if (given.kind() == expr::Kind::object) {
    for (const auto& [name, value] : given.as_object().members())
      if (find_input(declared, name) == nullptr)
        return crema::fail(undeclared(name, declared, call.inputs.span));
  }
  expr::Object inputs;
  for (const Input& input : declared) {
    const Value* value =
        given.kind() == expr::Kind::object ? given.as_object().find(input.name) : nullptr;
    const Token* written = call.inputs.find(input.name);
    if (value != nullptr) {
      inputs.set(input.name, CREMA_TRY(of_declared_type(
                                 input, *value, written == nullptr ? call.span : written->span)));
    } else if (!input.fallback.is_null()) {
      inputs.set(input.name,
                 CREMA_TRY(of_declared_type(input, CREMA_TRY(evaluate(input.fallback, scope)),
                                            input.fallback.span)));
    } else if (input.required) {
      return crema::fail(input_error(
          fmt::format("Input {} is required, but not provided while calling.", input.name),
          call.span));
    } else {
      inputs.set(input.name, empty_value(input.type));
    }
  }
  return Value(std::move(inputs));
}

}  // namespace crema::workflow
