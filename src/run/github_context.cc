#include "crema/run/github_context.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <array>
#include <string>

namespace crema::run {
namespace {

using expr::Object;
using expr::Value;

constexpr std::array kVisible = std::to_array<std::string_view>({
    "action",
    "action_path",
    "action_ref",
    "action_repository",
    "actor",
    "actor_id",
    "api_url",
    "base_ref",
    "env",
    "event_name",
    "event_path",
    "graphql_url",
    "head_ref",
    "job",
    "output",
    "path",
    "ref",
    "ref_name",
    "ref_protected",
    "ref_type",
    "repository",
    "repository_id",
    "repository_owner",
    "repository_owner_id",
    "retention_days",
    "run_attempt",
    "run_id",
    "run_number",
    "server_url",
    "sha",
    "state",
    "step_summary",
    "triggering_actor",
    "workflow",
    "workflow_ref",
    "workflow_sha",
    "workspace",
});

// GitHub's own identifiers of accounts and repositories, which nothing here can know.
constexpr std::string_view kUnknownId = "0";

std::string actor_of(const RunRequest& request, const sys::Host& host) {
  if (!request.actor.empty()) return request.actor;
  if (!request.repository.user_name.empty()) {
    // An account's name has no blanks.
    return replace_all(request.repository.user_name, " ", "-");
  }
  return host.variable("USER").value_or(host.variable("LOGNAME").value_or("local"));
}

// What a pull request's payload says of one of its sides ("head", "base").
std::string side_of(const RunRequest& request, std::string_view side, const std::string& given) {
  if (!given.empty() || !request.event.starts_with("pull_request")) return given;
  return request.payload.member("pull_request").member(side).member("ref").to_text();
}

std::string ref_of(const RunRequest& request) {
  if (!request.ref.empty()) return request.ref;
  if (request.event == "pull_request") {
    const auto number = request.payload.member("pull_request").member("number");
    if (number.truthy()) return "refs/pull/" + number.to_text() + "/merge";
  }
  const auto ref = request.payload.member("ref");
  if (ref.kind() == expr::Kind::string && ref.as_string().starts_with("refs/")) {
    return ref.as_string();
  }
  return request.repository.ref;
}

// api_url and graphql_url of a server: github.com's are hosts of their own.
std::pair<std::string, std::string> api_of(const std::string& server) {
  if (server == "https://github.com") {
    return {"https://api.github.com", "https://api.github.com/graphql"};
  }
  return {server + "/api/v3", server + "/api/graphql"};
}

Value repository_payload(const RunRequest& request) {
  const auto& repository = request.repository;
  const auto url = repository.server_url + "/" + repository.full_name();
  return Object{
      {"id", 0},
      {"name", repository.name},
      {"full_name", repository.full_name()},
      {"private", false},
      {"owner", Value(Object{{"login", repository.owner}, {"name", repository.owner}})},
      {"html_url", url},
      {"clone_url", url + ".git"},
      {"default_branch", repository.default_branch},
  };
}

Value commit_payload(const Repository& repository) {
  const Value author(Object{{"name", repository.author_name}, {"email", repository.author_email}});
  return Object{{"id", repository.sha},
                {"message", repository.message},
                {"author", author},
                {"committer", author}};
}

Value pull_request_payload(const RunRequest& request) {
  const auto& repository = request.repository;
  const auto head = request.head_ref.empty() ? repository.ref_name() : request.head_ref;
  const auto base = request.base_ref.empty() ? repository.default_branch : request.base_ref;
  const auto side = [&](const std::string& name) {
    return Value(Object{{"ref", name},
                        {"sha", repository.sha},
                        {"label", repository.owner + ":" + name},
                        {"repo", repository_payload(request)}});
  };
  const auto title = repository.message.substr(0, repository.message.find('\n'));
  return Object{{"number", 1},
                {"state", "open"},
                {"title", title},
                {"body", ""},
                {"draft", false},
                {"merged", false},
                {"labels", Value(expr::Array{})},
                {"user", Value(Object{{"login", repository.owner}})},
                {"head", side(head)},
                {"base", side(base)}};
}

}  // namespace

Value event_payload(const RunRequest& request, std::string_view actor) {
  if (!request.payload.is_null()) return request.payload;
  const auto& repository = request.repository;
  const Value sender(Object{{"login", actor}, {"type", "User"}});
  Object payload;
  if (!request.activity.empty()) payload.set("action", Value(request.activity));
  if (request.event == "push") {
    payload.set("ref", Value(ref_of(request)));
    payload.set("before", Value(std::string(40, '0')));
    payload.set("after", Value(repository.sha));
    payload.set("head_commit", commit_payload(repository));
    payload.set("commits", Value(expr::Array{commit_payload(repository)}));
    payload.set("pusher", Value(Object{{"name", actor}}));
    payload.set("created", Value(false));
    payload.set("deleted", Value(false));
    payload.set("forced", Value(false));
  } else if (request.event.starts_with("pull_request")) {
    payload.set("number", Value(1));
    payload.set("pull_request", pull_request_payload(request));
  } else if (request.event == "workflow_dispatch") {
    payload.set("ref", Value(ref_of(request)));
    payload.set("inputs", request.inputs);
    payload.set("workflow", Value(request.workflow->path));
  } else if (request.event == "release") {
    const auto tag = repository.ref_type() == "tag" ? repository.ref_name() : std::string("v0.0.0");
    payload.set("release", Value(Object{{"tag_name", tag},
                                        {"name", tag},
                                        {"draft", false},
                                        {"prerelease", false},
                                        {"body", ""}}));
  }
  payload.set("repository", repository_payload(request));
  payload.set("sender", sender);
  return payload;
}

Value github_context(const RunRequest& request, std::uint64_t run_number, const sys::Host& host) {
  const auto& repository = request.repository;
  const auto& workflow = *request.workflow;
  const auto actor = actor_of(request, host);
  auto about_ref = repository;
  about_ref.ref = ref_of(request);
  const auto [api, graphql] = api_of(repository.server_url);
  const auto number = std::to_string(run_number);
  const auto attempt = request.resume ? request.resume->attempt : 1;
  const auto token = request.secrets.find("GITHUB_TOKEN");

  Object github;
  const auto set = [&](std::string_view name, auto&& value) {
    github.set(std::string(name), Value(std::forward<decltype(value)>(value)));
  };
  set("token", token == request.secrets.end() ? std::string() : token->second);
  set("ref", about_ref.ref);
  set("sha", repository.sha);
  set("repository", repository.full_name());
  set("repository_owner", repository.owner);
  set("repository_owner_id", kUnknownId);
  set("repositoryUrl", "git://" +
                           repository.server_url.substr(repository.server_url.find("//") + 2) +
                           "/" + repository.full_name() + ".git");
  set("run_id", number);
  set("run_number", number);
  set("retention_days", "90");
  set("run_attempt", std::to_string(attempt));
  set("repository_id", kUnknownId);
  set("actor_id", kUnknownId);
  set("actor", actor);
  set("workflow", workflow.name.empty() ? workflow.path : workflow.name);
  set("head_ref", side_of(request, "head", request.head_ref));
  set("base_ref", side_of(request, "base", request.base_ref));
  set("event_name", request.event);
  set("event", event_payload(request, actor));
  set("server_url", repository.server_url);
  set("api_url", api);
  set("graphql_url", graphql);
  set("ref_name", about_ref.ref_name());
  set("ref_protected", false);
  set("ref_type", about_ref.ref_type());
  set("secret_source", request.secrets.empty() ? "None" : "Actions");
  set("workflow_ref", repository.full_name() + "/" + workflow.path + "@" + about_ref.ref);
  set("workflow_sha", repository.sha);
  set("triggering_actor", actor);
  return github;
}

void add_github_variables(const Object& github, sys::Environment& environment) {
  for (const auto name : kVisible) {
    const auto* value = github.find(name);
    if (value == nullptr ||
        !(value->kind() == expr::Kind::string || value->kind() == expr::Kind::boolean)) {
      continue;
    }
    environment["GITHUB_" + to_upper(name)] = value->to_text();
  }
}

}  // namespace crema::run
