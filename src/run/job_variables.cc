#include "job_variables.h"

#include <algorithm>

namespace crema::run {

void JobVariables::set(std::string_view name, std::string value) {
  context_.reset();
  if (recording_) changed_values_.emplace_back(name, value);
  values_.insert_or_assign(std::string(name), std::move(value));
}

void JobVariables::add_path(std::string folder) {
  if (recording_) changed_path_.push_back(folder);
  std::erase(path_, folder);
  path_.push_back(std::move(folder));
}

std::string JobVariables::prepend_to(std::string_view path) const {
  std::string whole;
  for (auto folder = path_.rbegin(); folder != path_.rend(); ++folder) whole += *folder + ":";
  whole += path;
  if (path.empty() && !whole.empty()) whole.pop_back();
  return whole;
}

const expr::Value& JobVariables::context() const {
  if (!context_) {
    expr::Object object(expr::Object::Case::significant);
    for (const auto& [name, value] : values_) object.set(name, expr::Value(value));
    context_ = expr::Value(std::move(object));
  }
  return *context_;
}

expr::Value JobVariables::context_with(
    const std::vector<std::pair<std::string, std::string>>& own) const {
  if (own.empty()) return context();
  expr::Object object = context().as_object();
  for (const auto& [name, value] : own) object.set(name, expr::Value(value));
  return expr::Value(std::move(object));
}

void JobVariables::record_changes() {
  recording_ = true;
  changed_values_.clear();
  changed_path_.clear();
}

void JobVariables::apply_changes_of(const JobVariables& other) {
  for (const auto& [name, value] : other.changed_values_) set(name, value);
  for (const auto& folder : other.changed_path_) add_path(folder);
}

}  // namespace crema::run
