// What can be said about a job's settings before a run: wherever no expression is involved.
#include "convert.h"

#include "crema/base/strings.h"
#include "crema/workflow/expand.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::workflow {
namespace {

constexpr std::string_view kDocker = "docker://";

void refuse(Problems& problems, std::string code, std::string message, const Span& span,
            std::string hint) {
  auto error = make_error(std::move(code), std::move(message), span);
  error.hint = std::move(hint);
  problems.refuse(std::move(error));
}

void check_image(const Token& container, bool service, Problems& problems) {
  if (container.is_null() || container.has_expressions()) return;
  const bool mapping = container.kind == Token::Kind::mapping;
  const Token image = mapping ? part(container, "image") : container;
  const bool prefixed = image.text.starts_with(kDocker);
  const bool empty = image.text.substr(prefixed ? kDocker.size() : 0).empty();
  // `container: ''` is a job without one.
  if (!empty || (!mapping && !prefixed && !service)) return;
  refuse(problems, "workflow/container", "the container has no image", container.span,
         "name one, as in `image: postgres:16`");
}

// "[organization/|enterprise/]name"
void check_runner_group(const Token& group, Problems& problems) {
  if (group.is_null() || !group.is_literal()) return;
  const auto names = split(group.text, '/');
  if (names.size() == 1) return;
  const bool known = names[0] == "org" || names[0] == "organization" || names[0] == "ent" ||
                     names[0] == "enterprise";
  if (names.size() == 2 && known && !names[1].empty()) return;
  refuse(problems, "workflow/runner-group",
         fmt::format("`{}` is no name of a runner group", group.text), group.span,
         "write the name alone, or with `organization/` or `enterprise/` before it");
}

// "1.*"
void check_snapshot(const Token& snapshot, Problems& problems) {
  if (snapshot.kind != Token::Kind::mapping) return;
  if (const Token* condition = snapshot.find("if"))
    condition_of(condition, workflow_schema().shape("snapshot-if"), "jobs.<id>.snapshot.if",
                 problems);
  const Token* version = snapshot.find("version");
  if (version == nullptr || !version->is_literal()) return;
  const auto parts = split(version->text, '.');
  const bool number = !parts[0].empty() && std::all_of(parts[0].begin(), parts[0].end(),
                                                       [](char c) { return c >= '0' && c <= '9'; });
  if (parts.size() == 2 && number && parts[1] == "*") return;
  refuse(problems, "workflow/snapshot",
         fmt::format("`{}` is no version of a custom image", version->text), snapshot.span,
         "give the major version, as in `1.*`");
}

// A matrix without expressions is what it will be: it can be built now. With some, what is written
// out still has to be sound.
void check_matrix(const Job& job, Problems& problems) {
  const Token& matrix = job.strategy.matrix;
  if (matrix.kind != Token::Kind::mapping) return;
  bool vectors = false;
  for (const auto& [key, value] : matrix.entries) {
    const bool include = key.text == "include" && key.is_literal();
    const bool exclude = key.text == "exclude" && key.is_literal();
    if (include && (value.has_expressions() || !value.items.empty())) vectors = true;
    if (include || exclude) continue;
    vectors = true;
    if (value.kind == Token::Kind::sequence && value.items.empty()) {
      refuse(problems, "workflow/matrix", fmt::format("the vector `{}` has no values", key.text),
             value.span, "give it at least one, or leave it out");
      return;
    }
  }
  if (!vectors) {
    refuse(problems, "workflow/matrix", "the matrix has no vectors", matrix.span,
           "add one, as in `os: [ubuntu-latest]`");
    return;
  }
  if (job.strategy.whole.has_expressions()) return;
  if (auto expansion = expand_strategy(job, {}); !expansion) {
    if (!expansion.error().span.known()) expansion.error().span = matrix.span;
    problems.refuse(std::move(expansion).error());
  }
}

}  // namespace

void check_concurrency(const Token& concurrency, Problems& problems) {
  constexpr std::size_t kLongestGroup = 400;
  const Token group =
      concurrency.kind == Token::Kind::mapping ? part(concurrency, "group") : concurrency;
  if (!group.is_literal() || group.text.size() <= kLongestGroup) return;
  refuse(problems, "workflow/concurrency", "the group's name is longer than 400 characters",
         concurrency.span, "shorten it");
}

void check_job_settings(const Job& job, Problems& problems) {
  check_image(job.container, false, problems);
  for (const auto& [name, service] : job.services.entries) check_image(service, true, problems);
  if (job.runs_on.kind == Token::Kind::mapping)
    check_runner_group(part(job.runs_on, "group"), problems);
  check_snapshot(job.snapshot, problems);
  check_concurrency(job.concurrency, problems);
  check_matrix(job, problems);
}

}  // namespace crema::workflow
