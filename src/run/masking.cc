// The search is an Aho-Corasick automaton over classes of bytes: one table look-up a byte, whatever
// the number of secrets.
#include "masking.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>

namespace crema::run {

class MaskAutomaton {
 public:
  explicit MaskAutomaton(const std::vector<std::string>& patterns) {
    for (const auto& pattern : patterns) {
      for (const char c : pattern) {
        auto& kind = class_of_[static_cast<unsigned char>(c)];
        if (kind == 0) kind = ++classes_;
      }
    }
    ++classes_;  // class 0: bytes of no pattern
    add_state();
    for (const auto& pattern : patterns) insert(pattern);
    link();
    for (std::size_t byte = 0; byte < 256; ++byte) starts_[byte] = next(0, byte) != 0;
  }

  // Calls found(begin, end) for the longest match at each end, by end.
  template <class Found>
  void search(std::string_view text, const Found& found) const {
    std::uint32_t state = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (state == 0) {
        while (i < text.size() && !starts_[static_cast<unsigned char>(text[i])]) ++i;
        if (i == text.size()) return;
      }
      state = next(state, static_cast<unsigned char>(text[i]));
      if (longest_[state] != 0) found(i + 1 - longest_[state], i + 1);
    }
  }

 private:
  std::uint32_t next(std::uint32_t state, std::size_t byte) const {
    return transitions_[state * classes_ + class_of_[byte]];
  }

  std::uint32_t add_state() {
    transitions_.resize(transitions_.size() + classes_, 0);
    longest_.push_back(0);
    return static_cast<std::uint32_t>(longest_.size() - 1);
  }

  void insert(const std::string& pattern) {
    std::uint32_t state = 0;
    for (const char c : pattern) {
      const std::size_t slot = state * classes_ + class_of_[static_cast<unsigned char>(c)];
      if (transitions_[slot] == 0) {
        const auto fresh = add_state();
        transitions_[slot] = fresh;
      }
      state = transitions_[slot];
    }
    longest_[state] = static_cast<std::uint32_t>(pattern.size());
  }

  // Breadth first: a state's failure is shorter than itself, so it is complete before.
  void link() {
    std::vector<std::uint32_t> failure(longest_.size(), 0);
    std::deque<std::uint32_t> queue;
    for (std::size_t kind = 0; kind < classes_; ++kind) {
      if (transitions_[kind] != 0) queue.push_back(transitions_[kind]);
    }
    while (!queue.empty()) {
      const auto state = queue.front();
      queue.pop_front();
      longest_[state] = std::max(longest_[state], longest_[failure[state]]);
      for (std::size_t kind = 0; kind < classes_; ++kind) {
        auto& target = transitions_[state * classes_ + kind];
        const auto fallback = transitions_[failure[state] * classes_ + kind];
        if (target == 0) {
          target = fallback;
        } else {
          failure[target] = fallback;
          queue.push_back(target);
        }
      }
    }
  }

  std::array<std::uint16_t, 256> class_of_{};
  std::array<bool, 256> starts_{};
  std::uint16_t classes_ = 0;
  std::vector<std::uint32_t> transitions_;
  std::vector<std::uint32_t> longest_;
};

Masker::Masker() = default;
Masker::~Masker() = default;

void Masker::add(std::string_view secret) {
  if (secret.empty()) return;
  auto state = state_.lock();
  for (auto& form : masked_forms(secret)) {
    if (std::find(state->patterns.begin(), state->patterns.end(), form) == state->patterns.end()) {
      state->patterns.push_back(std::move(form));
      state->automaton.reset();
    }
  }
}

std::shared_ptr<const MaskAutomaton> Masker::snapshot() const {
  auto state = state_.lock();
  if (state->patterns.empty()) return nullptr;
  if (!state->automaton) state->automaton = std::make_shared<const MaskAutomaton>(state->patterns);
  return state->automaton;
}

std::string Masker::mask(std::string_view text) const {
  std::string buffer;
  return std::string(mask(text, buffer));
}

std::string_view Masker::mask(std::string_view text, std::string& buffer) const {
  const auto automaton = snapshot();
  if (!automaton) return text;
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  automaton->search(text, [&](std::size_t begin, std::size_t end) {
    // Ends come in order, so a longer match swallows what came before it.
    while (!spans.empty() && spans.back().second >= begin) {
      begin = std::min(begin, spans.back().first);
      spans.pop_back();
    }
    spans.emplace_back(begin, end);
  });
  if (spans.empty()) return text;
  buffer.clear();
  std::size_t at = 0;
  for (const auto& [begin, end] : spans) {
    buffer.append(text, at, begin - at);
    buffer += "***";
    at = end;
  }
  buffer.append(text, at);
  return buffer;
}

bool Masker::contains_secret(std::string_view text) const {
  const auto automaton = snapshot();
  bool contains = false;
  if (automaton) automaton->search(text, [&](std::size_t, std::size_t) { contains = true; });
  return contains;
}

std::size_t Masker::safe_cut(std::string_view text, std::size_t cut) const {
  const auto automaton = snapshot();
  if (!automaton) return cut;
  automaton->search(text, [&](std::size_t begin, std::size_t end) {
    if (begin < cut && cut < end) cut = begin;
  });
  return cut;
}

}  // namespace crema::run
