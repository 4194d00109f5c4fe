#include "lint_sites.h"

#include "interpolation.h"

#include <algorithm>
#include <cctype>

namespace crema::workflow {
namespace {

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool names(char c) { return starts_name(c) || (c >= '0' && c <= '9') || c == '-'; }

class ReferenceScanner {
 public:
  explicit ReferenceScanner(std::string_view text) : text_(text) {}

  std::vector<Reference> scan() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\'') {
        skip_text();
      } else if (starts_name(c)) {
        reference();
      } else if (c >= '0' && c <= '9') {
        while (at_ < text_.size() && (names(text_[at_]) || text_[at_] == '.')) ++at_;
      } else {
        ++at_;
      }
    }
    return std::move(found_);
  }

 private:
  void reference() {
    Reference reference{.position = at_ + 1};
    const bool member = at_ > 0 && text_[at_ - 1] == '.';
    reference.path.push_back(name());
    skip_blanks();
    if (peek('(') || member) return;  // a function; or what follows a computed value
    auto end = at_;
    while (step(reference)) end = at_;
    reference.length = end - (reference.position - 1);
    found_.push_back(std::move(reference));
  }

  // One `.name`, `.*` or `['name']`.
  bool step(Reference& reference) {
    skip_blanks();
    const auto before = at_;
    if (peek('.')) {
      ++at_;
      skip_blanks();
      if (peek('*')) {
        ++at_;
        reference.path.emplace_back("*");
        return true;
      }
      if (at_ < text_.size() && starts_name(text_[at_])) {
        reference.path.push_back(name());
        return true;
      }
    } else if (peek('[')) {
      ++at_;
      skip_blanks();
      if (peek('\'')) {
        const auto start = at_ + 1;
        skip_text();
        const auto text = text_.substr(start, at_ - 1 - start);
        skip_blanks();
        if (peek(']')) {
          ++at_;
          reference.path.emplace_back(text);
          return true;
        }
      }
    }
    at_ = before + (before < text_.size() && text_[before] == '[' ? 1 : 0);
    return false;
  }

  std::string name() {
    const auto start = at_;
    while (at_ < text_.size() && names(text_[at_])) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  void skip_text() {
    for (++at_; at_ < text_.size() && text_[at_] != '\''; ++at_) {
    }
    if (at_ < text_.size()) ++at_;
  }

  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  bool peek(char c) const { return at_ < text_.size() && text_[at_] == c; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Reference> found_;
};

class Walk {
 public:
  explicit Walk(const std::function<void(const ExpressionSite&)>& visit) : visit_(visit) {}

  void workflow(const Workflow& workflow) {
    const ExpressionSite site{.kind = SiteKind::workflow};
    for (const Token* token : {&workflow.run_name, &workflow.env, &workflow.concurrency})
      all(*token, site);
    for (const Job& one : workflow.jobs) job(one);
  }

 private:
  void job(const Job& job) {
    ExpressionSite site{.kind = SiteKind::job, .job = &job};
    condition(job.condition_source, job.condition, site);
    for (const Token* token :
         {&job.name, &job.strategy.whole, &job.runs_on, &job.environment, &job.concurrency,
          &job.env, &job.defaults_shell, &job.defaults_working_directory, &job.container,
          &job.services, &job.timeout_minutes, &job.cancel_timeout_minutes,
          &job.continue_on_error}) {
      all(*token, site);
    }
    if (job.call) {
      all(job.call->inputs, site);
      all(job.call->secrets, site);
    }
    site.kind = SiteKind::job_outputs;
    all(job.outputs, site);
    for (site.step = 0; site.step < job.steps.size(); ++site.step) step(job.steps[site.step], site);
  }

  void step(const Step& step, ExpressionSite site) {
    site.kind = SiteKind::step_condition;
    condition(step.condition_source, step.condition, site);
    site.kind = SiteKind::step;
    for (const Token* token :
         {&step.name, &step.env, &step.timeout_minutes, &step.continue_on_error})
      all(*token, site);
    if (const auto* run = std::get_if<RunStep>(&step.action)) {
      all(run->shell, site);
      all(run->working_directory, site);
      site.kind = SiteKind::script;
      all(run->script, site);
    } else if (const auto* uses = std::get_if<UsesStep>(&step.action)) {
      action_inputs(*uses, site);
    }
  }

  // actions/github-script takes a script as an input.
  void action_inputs(const UsesStep& uses, ExpressionSite site) {
    const bool script_action = uses.reference.starts_with("actions/github-script@");
    for (const auto& [key, value] : uses.with.entries) {
      site.kind = script_action && key.text == "script" ? SiteKind::script : SiteKind::step;
      all(value, site);
    }
    if (uses.with.kind == Token::Kind::expression) all(uses.with, site);
  }

  void condition(const std::string& source, const Token& token, ExpressionSite site) {
    if (source.empty()) return;
    site.text = source;
    site.span = token.span;
    visit_(site);
  }

  void all(const Token& token, ExpressionSite site) {
    if (token.kind == Token::Kind::expression) {
      site.text = token.text;
      site.span = token.span;
      visit_(site);
    }
    for (const Token& item : token.items) all(item, site);
    for (const auto& [key, value] : token.entries) {
      all(key, site);
      all(value, site);
    }
  }

  const std::function<void(const ExpressionSite&)>& visit_;
};

// Where a reference stands in the file: its first occurrence in the value, as it is written.
Span place_of(const ExpressionSite& site, const Reference& reference) {
  const auto written = site.text.substr(reference.position - 1, reference.length);
  const Span exact = find_in_value(site.span, written, 1);
  return exact.known() ? exact : site.span;
}

}  // namespace

std::vector<Reference> references_of(std::string_view expression) {
  return ReferenceScanner(expression).scan();
}

void for_each_expression(const Workflow& workflow,
                         const std::function<void(const ExpressionSite&)>& visit) {
  Walk(visit).workflow(workflow);
}

void for_each_reference(
    const Workflow& workflow,
    const std::function<void(const ExpressionSite&, const Reference&, const Span&)>& visit) {
  for_each_expression(workflow, [&](const ExpressionSite& site) {
    for (const Reference& reference : references_of(site.text))
      visit(site, reference, place_of(site, reference));
  });
}

}  // namespace crema::workflow
