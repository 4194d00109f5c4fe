// A job's settings as evaluated for one instance (actions/runner WorkflowTemplateConverter).
#include "coerce.h"

#include "crema/workflow/expand.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace crema::workflow {
namespace {

using expr::Kind;
using expr::Scope;
using expr::Value;

constexpr std::size_t kMaxConcurrencyGroup = 400;
constexpr std::string_view kDockerPrefix = "docker://";

Diagnostic setting_error(std::string message, const Span& span) {
  return make_error("workflow/value", std::move(message), span);
}

Diagnostic unexpected_key(std::string_view key, const Span& span) {
  return setting_error(fmt::format("Unexpected value '{}'", key), span);
}

// A setting that takes a text alone or a mapping of its parts, either perhaps by an expression.
struct Parts {
  std::string text;
  expr::ObjectPtr mapping;  // null: it was the text
};

Result<Parts> text_or_mapping(const Value& value, const Span& span) {
  Parts parts;
  if (value.kind() == Kind::object)
    parts.mapping = value.object_ptr();
  else
    parts.text = CREMA_TRY(to_text(value, span));
  return parts;
}

Result<Concurrency> to_concurrency(const Value& value, const Span& span) {
  Parts parts = CREMA_TRY(text_or_mapping(value, span));
  Concurrency concurrency{.group = std::move(parts.text)};
  if (parts.mapping == nullptr) return concurrency;
  for (const auto& [key, part] : parts.mapping->members()) {
    if (key == "group") {
      concurrency.group = CREMA_TRY(to_text(part, span));
    } else if (key == "cancel-in-progress") {
      concurrency.cancel_in_progress = CREMA_TRY(to_boolean(part, span));
    } else if (key == "queue") {
      const std::string queue = CREMA_TRY(to_text(part, span));
      if (queue != "single" && queue != "max") return crema::fail(unexpected_value(part, span));
      concurrency.queue_all = queue == "max";
    } else {
      return crema::fail(unexpected_key(key, span));
    }
  }
  return concurrency;
}

Result<> check_runner_group(const std::string& group, const Span& span) {
  const std::size_t slash = group.find('/');
  if (slash == std::string::npos) return {};
  const std::string_view prefix = std::string_view(group).substr(0, slash);
  const std::string_view name = std::string_view(group).substr(slash + 1);
  const bool known =
      prefix == "org" || prefix == "organization" || prefix == "ent" || prefix == "enterprise";
  if (known && !name.empty() && name.find('/') == std::string_view::npos) return {};
  Diagnostic error = setting_error(fmt::format("Invalid runs-on group name '{}'", group), span);
  error.hint = "write `organization/NAME` or `enterprise/NAME` to name a single runner group";
  return crema::fail(std::move(error));
}

Result<> read_runs_on(Settings& settings, const Token& token, const Scope& scope) {
  const Value value = CREMA_TRY(evaluate(token, scope));
  if (value.kind() != Kind::object) {
    settings.runs_on = CREMA_TRY(to_texts(value, token.span, true));
    return {};
  }
  for (const auto& [key, part] : value.as_object().members()) {
    if (key == "group") {
      settings.runner_group = CREMA_TRY(to_text(part, token.span));
      CREMA_TRY(check_runner_group(settings.runner_group, token.span));
    } else if (key == "labels") {
      settings.runs_on = CREMA_TRY(to_texts(part, token.span, true));
    } else {
      return crema::fail(unexpected_key(key, token.span));
    }
  }
  return {};
}

// Evaluates the parts of `environment:` that are known before the job runs: all but the url.
Result<> read_environment(Settings& settings, const Token& token, const Scope& scope) {
  if (token.kind == Token::Kind::mapping) {
    for (const auto& [key, value] : token.entries) {
      if (key.text == "name") settings.environment = CREMA_TRY(evaluate_text(value, scope));
    }
    return {};
  }
  const Parts parts = CREMA_TRY(text_or_mapping(CREMA_TRY(evaluate(token, scope)), token.span));
  settings.environment = parts.text;
  if (parts.mapping == nullptr) return {};
  for (const auto& [key, part] : parts.mapping->members()) {
    if (key == "name")
      settings.environment = CREMA_TRY(to_text(part, token.span));
    else if (key == "url")
      settings.environment_url = CREMA_TRY(to_text(part, token.span));
  }
  return {};
}

std::string without_docker_prefix(std::string image) {
  return image.starts_with(kDockerPrefix) ? image.substr(kDockerPrefix.size()) : image;
}

Result<> read_credentials(ServiceSpec& spec, const Value& value, const Span& span) {
  const expr::ObjectPtr parts = CREMA_TRY(to_mapping(value, span));
  for (const auto& [key, part] : parts->members()) {
    if (key == "username")
      spec.username = CREMA_TRY(to_text(part, span));
    else if (key == "password")
      spec.password = CREMA_TRY(to_text(part, span));
    else
      return crema::fail(unexpected_key(key, span));
  }
  return {};
}

Result<> read_container_part(ServiceSpec& spec, const std::string& key, const Value& part,
                             const Span& span) {
  if (key == "image")
    spec.image = without_docker_prefix(CREMA_TRY(to_text(part, span)));
  else if (key == "env")
    spec.env = CREMA_TRY(to_text_pairs(part, span));
  else if (key == "ports")
    spec.ports = CREMA_TRY(to_texts(part, span));
  else if (key == "volumes")
    spec.volumes = CREMA_TRY(to_texts(part, span));
  else if (key == "options")
    spec.options = CREMA_TRY(to_text(part, span));
  else if (key == "command")
    spec.command = CREMA_TRY(to_text(part, span));
  else if (key == "entrypoint")
    spec.entrypoint = CREMA_TRY(to_text(part, span));
  else if (key == "credentials")
    return read_credentials(spec, part, span);
  else
    return crema::fail(unexpected_key(key, span));
  return {};
}

Result<ServiceSpec> to_container(const Value& value, const Span& span) {
  Parts parts = CREMA_TRY(text_or_mapping(value, span));
  ServiceSpec spec;
  spec.span = span;
  spec.image = without_docker_prefix(std::move(parts.text));
  if (parts.mapping == nullptr) return spec;
  for (const auto& [key, part] : parts.mapping->members())
    CREMA_TRY(read_container_part(spec, key, part, span));
  return spec;
}

Result<> read_services(Settings& settings, const Token& token, const Scope& scope) {
  if (token.is_null()) return {};
  const bool literal_keys =
      token.kind == Token::Kind::mapping &&
      std::all_of(token.entries.begin(), token.entries.end(),
                  [](const Token::Entry& entry) { return entry.first.is_literal(); });
  if (literal_keys) {
    for (const auto& [key, value] : token.entries) {
      ServiceSpec spec = CREMA_TRY(to_container(CREMA_TRY(evaluate(value, scope)), value.span));
      spec.id = CREMA_TRY(evaluate_text(key, scope));
      settings.services.push_back(std::move(spec));
    }
    return {};
  }
  const expr::ObjectPtr services =
      CREMA_TRY(to_mapping(CREMA_TRY(evaluate(token, scope)), token.span));
  for (const auto& [id, value] : services->members()) {
    ServiceSpec spec = CREMA_TRY(to_container(value, token.span));
    spec.id = id;
    settings.services.push_back(std::move(spec));
  }
  return {};
}

}  // namespace

Result<Concurrency> evaluate_concurrency(const Token& token, const Scope& scope) {
  if (token.is_null()) return Concurrency{};
  Concurrency concurrency =
      CREMA_TRY(to_concurrency(CREMA_TRY(evaluate(token, scope)), token.span));
  if (concurrency.group.empty())
    return crema::fail(setting_error("Concurrency group name cannot be empty", token.span));
  if (concurrency.group.size() > kMaxConcurrencyGroup)
    return crema::fail(
        setting_error("Concurrency group name must be less than 400 characters", token.span));
  return concurrency;
}

Result<std::string> evaluate_environment_url(const Job& job, const Scope& scope) {
  const Token* url =
      job.environment.kind == Token::Kind::mapping ? job.environment.find("url") : nullptr;
  if (url == nullptr) return std::string();
  return evaluate_text(*url, scope);
}

Result<Settings> evaluate_settings(const Job& job, const Scope& scope) {
  Settings settings;
  CREMA_TRY(read_runs_on(settings, job.runs_on, scope));
  settings.timeout_minutes =
      std::trunc(CREMA_TRY(evaluate_number(job.timeout_minutes, scope, settings.timeout_minutes)));
  settings.cancel_timeout_minutes = std::trunc(CREMA_TRY(
      evaluate_number(job.cancel_timeout_minutes, scope, settings.cancel_timeout_minutes)));
  settings.continue_on_error = CREMA_TRY(evaluate_boolean(job.continue_on_error, scope, false));
  CREMA_TRY(read_environment(settings, job.environment, scope));
  settings.concurrency = CREMA_TRY(evaluate_concurrency(job.concurrency, scope));
  settings.container =
      CREMA_TRY(to_container(CREMA_TRY(evaluate(job.container, scope)), job.container.span));
  settings.container_image = settings.container.image;
  CREMA_TRY(read_services(settings, job.services, scope));
  return settings;
}

}  // namespace crema::workflow
