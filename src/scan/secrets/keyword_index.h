// Which rules a text needs, by the keywords in it, and where they need to look.
#pragma once

#include "crema/base/sync.h"
#include "crema/scan/core/literal_set.h"
#include "crema/scan/secrets/secret_match.h"
#include "crema/scan/secrets/secret_rules.h"

#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

class KeywordIndex {
 public:
  // `rules` must outlive it.
  explicit KeywordIndex(const SecretRules& rules);

  const std::vector<Literal>& literals() const { return literals_; }
  // Those for the path alone.
  std::vector<RuleSearch> without_text() const;
  // Those whose keywords are in the text; `which` are the literals that are there. By any thread.
  std::vector<RuleSearch> of_text(std::string_view text,
                                  std::span<const std::uint32_t> which) const;
  // The same for a decoded text nobody has searched yet: only beside what was decoded.
  std::vector<RuleSearch> of_decoded(const DecodedText& decoded) const;

 private:
  std::vector<Literal> literals_;                        // each keyword once
  std::vector<std::vector<const SecretRule*>> wanting_;  // by literal, those that wait for it
  std::vector<const SecretRule*> always_;                // without keywords
  // All places of the literals; made when they are first needed.
  mutable std::once_flag once_;
  mutable std::optional<LiteralSet> set_;
  mutable Sync<std::vector<LiteralSet::Search>> searches_;

  std::vector<const SecretRule*> candidates(std::span<const std::uint32_t> which) const;
  template <class Use>
  void search(const Use& use) const;
};

}  // namespace crema::scan
