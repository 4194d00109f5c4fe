// The model in the JSON form in which GitHub's own workflow parsers are tested, for comparison.
#pragma once

#include "permissions.h"

#include "crema/workflow/model.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace crema::workflow {
namespace model_json_detail {

using Json = nlohmann::json;

// Scopes the test data knows; later ones are left out.
inline constexpr std::array<std::string_view, 13> kScopes = {
    "actions", "checks",   "contents", "deployments",   "discussions",         "id-token",
    "issues",  "packages", "pages",    "pull-requests", "repository-projects", "security-events",
    "statuses"};

class Writer {
 public:
  Writer(const Workflow& workflow, bool sources) : workflow_(workflow), sources_(sources) {}

  Json write() {
    files_.push_back(workflow_.source.get());
    Json result;
    Json types;
    for (const Input& input : workflow_.dispatch_inputs) types[input.name] = type_name(input.type);
    set(result, "input-types", types);
    add(result, "env", workflow_.env);
    if (workflow_.permissions) result["permissions"] = permissions(*workflow_.permissions);
    set(result, "defaults", defaults(workflow_));
    add(result, "concurrency", workflow_.concurrency);
    result["jobs"] = jobs(workflow_);
    if (sources_) {
      for (const SourceFile* file : files_) result["file-table"].push_back(file->path());
    }
    return result;
  }

 private:
  static void set(Json& object, const char* key, Json value) {
    if (!value.is_null()) object[key] = std::move(value);
  }
  void add(Json& object, const char* key, const Token& value) {
    if (value.present()) object[key] = token(value);
  }

  static std::string_view type_name(InputType type) {
    constexpr std::array<std::string_view, 5> kNames = {"string", "boolean", "number", "choice",
                                                        "environment"};
    return kNames.at(static_cast<std::size_t>(type));
  }

  static Json permissions(const Permissions& given) {
    Json result = Json::object();
    for (const auto& [scope, level] : given) {
      const bool known = std::find(kScopes.begin(), kScopes.end(), scope) != kScopes.end();
      if (known && level != PermissionLevel::none) result[scope] = to_text(level);
    }
    return result;
  }

  Json jobs(const Workflow& workflow) {
    Json result = Json::array();
    for (const Job& one : workflow.jobs) result.push_back(one.call ? call(one) : job(one));
    return result;
  }

  void add_head(Json& result, const Job& job) {
    result["id"] = text(job.id, job.span);
    result["name"] = job.name.kind == Token::Kind::null ||
                             (job.name.kind == Token::Kind::string && job.name.text.empty())
                         ? text(job.id, job.span)
                         : token(job.name);
    Json needs = Json::array();
    for (std::size_t i = 0; i < job.needs.size(); ++i)
      needs.push_back(text(job.needs[i], job.needs_spans[i]));
    if (job.call || !needs.empty()) result["needs"] = needs;
    result["if"] = token(job.condition);
    add(result, "strategy", job.strategy.whole);
    add(result, "concurrency", job.concurrency);
  }

  Json job(const Job& job) {
    Json result = {{"type", "job"}};
    add_head(result, job);
    add(result, "continue-on-error", job.continue_on_error);
    add(result, "timeout-minutes", job.timeout_minutes);
    add(result, "cancel-timeout-minutes", job.cancel_timeout_minutes);
    if (job.permissions) result["permissions"] = permissions(*job.permissions);
    add(result, "env", job.env);
    add(result, "environment", job.environment);
    set(result, "defaults", defaults(job));
    add(result, "runs-on", job.runs_on);
    add(result, "container", job.container);
    add(result, "services", job.services);
    add(result, "outputs", job.outputs);
    add(result, "snapshot", job.snapshot);
    for (const Step& one : job.steps) result["steps"].push_back(step(one));
    return result;
  }

  Json call(const Job& job) {
    Json result = {{"type", "reusableWorkflowJob"}};
    add_head(result, job);
    result["ref"] = text(job.call->reference, job.call->span);
    add(result, "input-values", job.call->inputs);
    add(result, "secret-values", job.call->secrets);
    if (job.call->inherit_secrets) result["inherit-secrets"] = true;
    const Workflow* called = job.call->workflow.get();
    if (called == nullptr) {
      result["jobs"] = Json::array();
      if (job.permissions) result["permissions"] = permissions(*job.permissions);
      return result;
    }
    if (std::find(files_.begin(), files_.end(), called->source.get()) == files_.end())
      files_.push_back(called->source.get());
    const auto& effective = called->permissions ? called->permissions : job.permissions;
    if (effective) result["permissions"] = permissions(*effective);
    const Token& interface = called->find_trigger("workflow_call")->raw;
    const std::array<std::pair<const char*, const char*>, 3> parts = {
        {{"inputs", "input-definitions"},
         {"secrets", "secret-definitions"},
         {"outputs", "outputs"}}};
    for (const auto& [from, to] : parts) {
      if (const Token* found = interface.find(from)) add(result, to, *found);
    }
    add(result, "env", called->env);
    set(result, "defaults", defaults(*called));
    add(result, "embedded-concurrency", called->concurrency);
    result["jobs"] = jobs(*called);
    return result;
  }

  Json step(const Step& step) {
    Json result = {{"id", step.id}};
    if (!step.name.is_null()) result["name"] = token(step.name);
    add(result, "continue-on-error", step.continue_on_error);
    add(result, "timeout-minutes", step.timeout_minutes);
    add(result, "env", step.env);
    if (step.background) result["background"] = true;
    if (const auto* run = std::get_if<RunStep>(&step.action)) {
      result["run"] = token(run->script);
      add(result, "shell", run->shell);
      add(result, "working-directory", run->working_directory);
    } else if (const auto* uses = std::get_if<UsesStep>(&step.action)) {
      result["uses"] = text(uses->reference, uses->span);
      add(result, "with", uses->with);
    } else if (const auto* wait = std::get_if<WaitStep>(&step.action)) {
      result["wait"] = wait->ids;
      return result;
    } else if (const auto* cancel = std::get_if<CancelStep>(&step.action)) {
      result["cancel"] = cancel->id;
      return result;
    } else {
      result["wait-all"] = true;
      return result;
    }
    result["if"] = token(step.condition);
    return result;
  }

  // `defaults:` put together again from its two values, in the order they were written.
  template <class Owner>
  Json defaults(const Owner& owner) {
    std::vector<std::pair<std::string, const Token*>> values;
    if (owner.defaults_shell.present()) values.emplace_back("shell", &owner.defaults_shell);
    if (owner.defaults_working_directory.present())
      values.emplace_back("working-directory", &owner.defaults_working_directory);
    if (values.empty()) return nullptr;
    std::sort(values.begin(), values.end(), [](const auto& a, const auto& b) {
      return a.second->span.line < b.second->span.line;
    });
    Json run = {{"type", 2}};
    for (const auto& [key, value] : values)
      run["map"].push_back({{"Key", key}, {"Value", token(*value)}});
    return {{"type", 2}, {"map", Json::array({{{"Key", "run"}, {"Value", run}}})}};
  }

  Json text(const std::string& value, const Span& span) {
    Token literal;
    literal.kind = Token::Kind::string;
    literal.text = value;
    literal.span = span;
    return token(literal);
  }

  Json token(const Token& token) {
    switch (token.kind) {
      case Token::Kind::null:
        return literal(token, 7, "", nullptr);
      case Token::Kind::boolean:
        return literal(token, 5, "bool", token.boolean);
      case Token::Kind::number:
        return literal(token, 6, "num", number(token.number));
      case Token::Kind::string:
        return literal(token, 0, "lit", token.text);
      case Token::Kind::expression:
        return with_source({{"type", 3}, {"expr", token.text}}, token);
      case Token::Kind::insert:
        return with_source({{"type", 4}, {"directive", "insert"}}, token);
      case Token::Kind::sequence: {
        Json result = with_source({{"type", 1}}, token);
        for (const Token& item : token.items) result["seq"].push_back(this->token(item));
        return result;
      }
      case Token::Kind::mapping: {
        Json result = with_source({{"type", 2}}, token);
        for (const auto& [key, value] : token.entries)
          result["map"].push_back({{"Key", this->token(key)}, {"Value", this->token(value)}});
        return result;
      }
    }
    return nullptr;
  }

  static Json number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return value;
  }

  Json literal(const Token& token, int type, const char* key, Json value) {
    if (!sources_ || !token.span.known()) return value;
    Json result = {{"type", type}};
    if (*key != '\0') result[key] = std::move(value);
    return with_source(std::move(result), token);
  }

  Json with_source(Json result, const Token& token) const {
    if (!sources_ || !token.span.known()) return result;
    const auto file = std::find(files_.begin(), files_.end(), token.span.source.get());
    result["file"] = file - files_.begin() + 1;
    result["line"] = token.span.line;
    result["col"] = token.span.column;
    return result;
  }

  const Workflow& workflow_;
  bool sources_;
  std::vector<const SourceFile*> files_;
};

}  // namespace model_json_detail

// With `sources`, every value carries the number of its file (1: the workflow itself, then the
// called ones in the order of their calls), its line and its column.
inline nlohmann::json model_json(const Workflow& workflow, bool sources) {
  return model_json_detail::Writer(workflow, sources).write();
}

}  // namespace crema::workflow
