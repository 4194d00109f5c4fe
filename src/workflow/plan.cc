#include "crema/workflow/plan.h"

#include "forecast.h"

#include "crema/base/strings.h"
#include "crema/workflow/inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace crema::workflow {
namespace {

using expr::Object;
using expr::Value;

constexpr int kMaxNesting = 10;

// Where a workflow stands that is called by another.
struct Place {
  std::string id_prefix;    // "caller/"
  std::string name_prefix;  // "Caller"
  int nesting = 0;
};

class Planner {
 public:
  Planner(const Workflow& workflow, World world, Place place)
      : workflow_(workflow), world_(std::move(world)), place_(std::move(place)) {}

  std::vector<PlannedJob> plan() {
    std::set<std::string_view> done;
    while (planned_.size() < workflow_.jobs.size()) {
      const Job* next = next_job(done);
      planned_.push_back(plan_job(*next));
      done.insert(next->id);
    }
    return std::move(planned_);
  }

 private:
  // The first job as written whose needs are all done. A cycle, which no parser lets pass, is cut.
  const Job* next_job(const std::set<std::string_view>& done) const {
    const Job* first_left = nullptr;
    for (const Job& job : workflow_.jobs) {
      if (done.contains(job.id)) continue;
      if (first_left == nullptr) first_left = &job;
      if (std::all_of(job.needs.begin(), job.needs.end(),
                      [&](const std::string& need) { return done.contains(need); }))
        return &job;
    }
    return first_left;
  }

  const PlannedJob* find_planned(std::string_view id) const {
    const auto found = std::find_if(planned_.begin(), planned_.end(), [&](const PlannedJob& job) {
      return equals_ignore_case(job.written->id, id);
    });
    return found == planned_.end() ? nullptr : &*found;
  }

  void collect_ancestors(const Job& job, std::vector<const PlannedJob*>& ancestors) const {
    for (const std::string& need : job.needs) {
      const PlannedJob* planned = find_planned(need);
      if (planned == nullptr ||
          std::find(ancestors.begin(), ancestors.end(), planned) != ancestors.end())
        continue;
      ancestors.push_back(planned);
      collect_ancestors(*planned->written, ancestors);
    }
  }

  PlannedJob plan_job(const Job& job) {
    PlannedJob planned;
    planned.id = place_.id_prefix + job.id;
    planned.written = &job;
    if (job.call) planned.calls = job.call->reference;
    for (const std::string& need : job.needs) planned.needs.push_back(place_.id_prefix + need);
    std::vector<const PlannedJob*> ancestors;
    collect_ancestors(job, ancestors);
    const World certain = certain_world(job, ancestors);
    planned.condition = forecast_job(job, ancestors, certain);
    if (planned.condition.error) planned.problems.push_back(*planned.condition.error);
    expand(planned, certain);
    return planned;
  }

  static Value needs_entry(std::string_view result) {
    return Value(Object{{"result", Value(result)}, {"outputs", Value(Object())}});
  }

  // Only jobs that will certainly be skipped have a known result before the run.
  World certain_world(const Job& job, const std::vector<const PlannedJob*>& ancestors) const {
    World world = world_;
    Object needs;
    for (const std::string& id : job.needs) {
      const PlannedJob* need = find_planned(id);
      if (need != nullptr && need->condition.forecast == Forecast::skipped)
        needs.set(id, needs_entry("skipped"));
      else
        world.unknowns.paths.push_back("needs." + id);
    }
    std::erase(world.unknowns.paths, "needs");
    world.scope.contexts["needs"] = Value(std::move(needs));
    const bool skipped = any_with(ancestors, Forecast::skipped);
    const bool open = std::any_of(ancestors.begin(), ancestors.end(), [](const PlannedJob* one) {
      return one->condition.forecast != Forecast::skipped;
    });
    world.set_status("success", skipped             ? std::optional(false)
                                : ancestors.empty() ? std::optional(true)
                                                    : std::nullopt);
    world.set_status("failure", open ? std::nullopt : std::optional(false));
    return world;
  }

  // As if every job that runs succeeds; what the jobs put out stays unknown.
  World expected_world(const Job& job, const std::vector<const PlannedJob*>& ancestors,
                       const World& certain) const {
    World world = certain;
    Object needs;
    for (const std::string& id : job.needs) {
      const PlannedJob* need = find_planned(id);
      if (need == nullptr || need->condition.forecast == Forecast::unknown) continue;
      std::erase(world.unknowns.paths, "needs." + id);
      const bool runs = need->condition.forecast == Forecast::runs ||
                        need->condition.forecast == Forecast::runs_if_all_succeeds;
      if (runs) world.unknowns.paths.push_back("needs." + id + ".outputs");
      needs.set(id, needs_entry(runs ? "success" : "skipped"));
    }
    world.scope.contexts["needs"] = Value(std::move(needs));
    const bool skipped = any_with(ancestors, Forecast::skipped) ||
                         any_with(ancestors, Forecast::skipped_if_all_succeeds);
    world.set_status("success", skipped                                  ? std::optional(false)
                                : any_with(ancestors, Forecast::unknown) ? std::nullopt
                                                                         : std::optional(true));
    world.set_status("failure", false);
    return world;
  }

  static bool any_with(const std::vector<const PlannedJob*>& jobs, Forecast forecast) {
    return std::any_of(jobs.begin(), jobs.end(),
                       [&](const PlannedJob* job) { return job->condition.forecast == forecast; });
  }

  ConditionForecast forecast_job(const Job& job, const std::vector<const PlannedJob*>& ancestors,
                                 const World& certain) const {
    std::string blocked;
    for (const PlannedJob* ancestor : ancestors)
      if (blocked.empty() && (ancestor->condition.forecast == Forecast::skipped ||
                              ancestor->condition.forecast == Forecast::skipped_if_all_succeeds))
        blocked = fmt::format("{}, which it needs, is skipped", ancestor->written->id);
    const Condition condition{.token = job.condition,
                              .source = job.condition_source,
                              .unconditional = "it needs no other job and has no `if`",
                              .blocked = std::move(blocked),
                              .expectation = fmt::format("{} succeed{}", join(job.needs, " and "),
                                                         job.needs.size() == 1 ? "s" : "")};
    return forecast(condition, certain, expected_world(job, ancestors, certain));
  }

  // Keeps a problem, and says whether there was none.
  template <class T>
  static bool keep(PlannedJob& planned, const Result<T>& result) {
    if (result) return true;
    const Diagnostic& error = result.error();
    const bool known =
        std::any_of(planned.problems.begin(), planned.problems.end(), [&](const Diagnostic& other) {
          return other.message == error.message && other.span.line == error.span.line;
        });
    if (!known) planned.problems.push_back(error);
    return false;
  }

  void expand(PlannedJob& planned, const World& world) const {
    const Job& job = *planned.written;
    for (const Token* token : {&job.strategy.whole, &job.strategy.matrix, &job.strategy.fail_fast,
                               &job.strategy.max_parallel}) {
      const auto known = evaluate_known(*token, world);
      if (!keep(planned, known)) return;
      if (known->value) continue;
      planned.expands_later = fmt::format("it uses {}", known->blocker);
      planned.instances.push_back(plan_instance(planned, {}, world));
      return;
    }
    const auto expansion = expand_strategy(job, world.scope);
    if (!keep(planned, expansion)) return;
    for (const Instance& instance : expansion->instances) {
      World inner = world;
      std::erase(inner.unknowns.paths, "matrix");
      std::erase(inner.unknowns.paths, "strategy");
      inner.scope.contexts["matrix"] = instance.matrix;
      inner.scope.contexts["strategy"] = strategy_context(*expansion, instance);
      planned.instances.push_back(plan_instance(planned, instance, inner));
    }
  }

  // The value of a part of a job, or what is written where the value is not known yet.
  static Value value_or_written(PlannedJob& planned, const Token& token, const World& world) {
    const auto known = evaluate_known(token, world);
    if (keep(planned, known) && known->value) return *known->value;
    if (token.kind == Token::Kind::expression) return Value("${{ " + token.text + " }}");
    if (token.kind != Token::Kind::sequence) return {};
    expr::Array items;
    for (const Token& item : token.items) items.push_back(value_or_written(planned, item, world));
    return Value(std::move(items));
  }

  PlannedInstance plan_instance(PlannedJob& planned, const Instance& instance,
                                const World& world) const {
    const Job& job = *planned.written;
    PlannedInstance result{.instance = instance};
    result.name = name_of(planned, instance, world);
    read_runner(planned, result, world);
    if (job.environment.kind == Token::Kind::mapping) {
      if (const Token* name = job.environment.find("name"))
        result.environment = value_or_written(planned, *name, world).to_text();
    } else if (!job.environment.is_null()) {
      const Value value = value_or_written(planned, job.environment, world);
      result.environment =
          value.kind() == expr::Kind::object ? value.member("name").to_text() : value.to_text();
    }
    if (job.call && job.call->workflow && place_.nesting < kMaxNesting)
      plan_called(planned, result, world);
    return result;
  }

  std::string name_of(PlannedJob& planned, const Instance& instance, const World& world) const {
    const Job& job = *planned.written;
    const auto known = evaluate_known(job.name, world);
    if (keep(planned, known) && known->value) {
      const auto name = instance_name(job, instance, world.scope, place_.name_prefix);
      if (keep(planned, name)) return *name;
    }
    const std::string own =
        job.name.kind == Token::Kind::expression ? "${{ " + job.name.text + " }}" : job.id;
    return place_.name_prefix.empty() ? own : place_.name_prefix + " / " + own;
  }

  static void read_runner(PlannedJob& planned, PlannedInstance& result, const World& world) {
    Token runs_on = planned.written->runs_on;
    if (runs_on.kind == Token::Kind::mapping) {
      const Token* labels = runs_on.find("labels");
      runs_on = labels == nullptr ? Token() : Token(*labels);
    }
    const Value labels = value_or_written(planned, runs_on, world);
    if (labels.kind() == expr::Kind::array) {
      for (const Value& label : labels.as_array()) result.runs_on.push_back(label.to_text());
    } else if (labels.kind() == expr::Kind::object) {
      result.runs_on.push_back(labels.member("labels").to_text());
    } else if (!labels.is_null()) {
      result.runs_on.push_back(labels.to_text());
    }
  }

  // The jobs of the called workflow, with the inputs as far as they are known.
  void plan_called(PlannedJob& planned, PlannedInstance& result, const World& world) const {
    const ReusableCall& call = *planned.written->call;
    ReusableCall known_call = call;
    for (Token::Entry& entry : known_call.inputs.entries) {
      const auto known = evaluate_known(entry.second, world);
      if (!keep(planned, known) || known->value) continue;
      result.unknown_inputs.push_back("inputs." + entry.first.text);
      entry.second = placeholder(*call.workflow, entry.first.text);
    }
    const auto inputs = call_inputs(known_call, world.scope);
    if (!keep(planned, inputs)) return;
    result.called_inputs = *inputs;
    expr::Scope scope;
    for (const char* context : {"github", "vars"})
      if (const auto found = world.scope.contexts.find(context);
          found != world.scope.contexts.end())
        scope.contexts.emplace(context, found->second);
    scope.contexts["inputs"] = *inputs;
    scope.contexts.try_emplace("vars", Value(Object()));
    World inner = make_world(scope);
    inner.unknowns.paths.insert(inner.unknowns.paths.end(), result.unknown_inputs.begin(),
                                result.unknown_inputs.end());
    Place place{
        .id_prefix = planned.id + "/", .name_prefix = result.name, .nesting = place_.nesting + 1};
    result.called = Planner(*call.workflow, std::move(inner), std::move(place)).plan();
  }

  // A value of the declared type in place of an input that is not known: it is never looked at.
  static Token placeholder(const Workflow& workflow, std::string_view name) {
    Token token;
    token.kind = Token::Kind::string;
    for (const Input& input : workflow.call_inputs) {
      if (!equals_ignore_case(input.name, name)) continue;
      if (input.type == InputType::boolean) token.kind = Token::Kind::boolean;
      if (input.type == InputType::number) token.kind = Token::Kind::number;
    }
    return token;
  }

  const Workflow& workflow_;
  World world_;
  Place place_;
  std::vector<PlannedJob> planned_;
};

}  // namespace

Plan make_plan(const Workflow& workflow, const expr::Scope& scope) {
  expr::Scope complete = scope;
  for (const char* context : {"github", "inputs", "vars"})
    complete.contexts.try_emplace(context, Value(Object()));
  const World world = make_world(complete);
  Plan plan;
  plan.name = workflow.name.empty() ? workflow.path : workflow.name;
  if (const auto run_name = evaluate_known(workflow.run_name, world); !run_name)
    plan.problems.push_back(run_name.error());
  else if (run_name->value)
    plan.run_name = run_name->value->to_text();
  plan.jobs = Planner(workflow, world, {}).plan();
  return plan;
}

}  // namespace crema::workflow
