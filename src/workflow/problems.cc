#include "problems.h"

#include "crema/base/strings.h"

#include <algorithm>
#include <numeric>

namespace crema::workflow {
namespace {

bool said(const std::vector<Diagnostic>& all, const Diagnostic& problem) {
  return std::any_of(all.begin(), all.end(), [&](const Diagnostic& known) {
    return known.message == problem.message && known.span.source == problem.span.source &&
           known.span.line == problem.span.line && known.span.column == problem.span.column;
  });
}

// Letters to change, add, drop or swap with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last = std::exchange(last, row);
  }
  return last[b.size()];
}

// `-`, `_` and case are what people get wrong without meaning another word.
std::string plain(std::string_view word) {
  std::string text;
  for (const char c : to_lower(word)) {
    if (c != '-' && c != '_' && c != ' ') text.push_back(c);
  }
  return text;
}

constexpr std::size_t kLongestWord = 60;
constexpr std::size_t kMostWords = 24;

}  // namespace

void Problems::refuse(Diagnostic error) {
  if (said(errors_, error) || errors_.size() >= max_errors_) return;
  error.severity = Severity::error;
  errors_.push_back(std::move(error));
}

bool Problems::tolerate(Diagnostic error) {
  if (mode_ == Mode::strict) {
    refuse(std::move(error));
    return false;
  }
  error.notes.push_back({"GitHub refuses this", {}});
  warn(std::move(error));
  return true;
}

void Problems::warn(Diagnostic warning) {
  if (said(warnings_, warning)) return;
  warning.severity = Severity::warning;
  warnings_.push_back(std::move(warning));
}

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  if (word.empty() || word.size() > kLongestWord) return "";
  const std::string wanted = plain(word);
  std::string best;
  std::size_t best_distance = wanted.size() / 3 + 2;  // exclusive
  for (const std::string& candidate : candidates) {
    if (candidate == word) continue;
    const std::string other = plain(candidate);
    const std::size_t distance = edit_distance(wanted, other);
    if (distance < best_distance && distance < std::max<std::size_t>(other.size(), 2) - 1) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string suggest(std::string_view word, std::span<const std::string> candidates) {
  if (const std::string near = nearest(word, candidates); !near.empty())
    return "write `" + near + "` instead";
  if (candidates.empty()) return "";
  return (candidates.size() == 1 ? "use " : "use one of ") + quoted_list(candidates);
}

std::string quoted_list(std::span<const std::string> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i == kMostWords) return text + ", ...";
    text += (i == 0 ? "`" : ", `") + words[i] + "`";
  }
  return text;
}

}  // namespace crema::workflow
