// Replaces secrets by *** wherever text leaves a step. Reference: actions/runner SecretMasker,
// ValueEncoders and HostContext, whose encodings are all covered.
#pragma once

#include "crema/base/sync.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema::run {

class MaskAutomaton;

// Safe to use from several threads. Adding is rare and slow, masking frequent and quick.
class Masker {
 public:
  Masker();
  ~Masker();

  // Masks the value, each of its lines, and every form the runner knows: base64 at three shifts,
  // command line, expression, JSON, URI and XML escapes, unquoted, PowerShell's pieces. Empty
  // values are ignored.
  void add(std::string_view secret);

  // The text with every occurrence replaced; overlapping and adjacent ones by a single ***.
  std::string mask(std::string_view text) const;
  // The same without a copy when nothing matches: returns `text`, or a view of `buffer`.
  std::string_view mask(std::string_view text, std::string& buffer) const;

  bool contains_secret(std::string_view text) const;

  // The largest place at or before `cut` where `text` may be cut without cutting a secret.
  std::size_t safe_cut(std::string_view text, std::size_t cut) const;

 private:
  std::shared_ptr<const MaskAutomaton> snapshot() const;

  struct State {
    std::vector<std::string> patterns;
    std::shared_ptr<const MaskAutomaton> automaton;  // null: to be built
  };
  mutable Sync<State> state_;
};

// The forms of a secret that are masked, the secret itself first.
std::vector<std::string> masked_forms(std::string_view secret);

}  // namespace crema::run
