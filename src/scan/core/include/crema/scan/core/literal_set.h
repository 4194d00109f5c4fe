// Thousands of words looked for in one pass over a text: what decides which rules need to look at a
// file at all. All scanners put theirs into one set, so that each byte is read once (Vectorscan).
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct Literal {
  std::string text;  // not empty, and does not begin with a zero byte
  bool any_case = false;
};

// Where a literal was found: `end` is the offset behind it.
struct LiteralHit {
  std::uint32_t literal = 0;  // its place among those the set was made of
  std::size_t end = 0;

  friend auto operator<=>(const LiteralHit&, const LiteralHit&) = default;
};

class LiteralSet {
 public:
  // What a thread needs to search; not for two at once.
  class Search {
   public:
    ~Search();
    Search(Search&&) noexcept;
    Search& operator=(Search&&) noexcept;

   private:
    friend class LiteralSet;
    Search() = default;
    struct State;
    std::unique_ptr<State> state_;
  };

  // The same literal may be there more than once. An error is "scan/literals".
  static Result<LiteralSet> create(std::span<const Literal> literals);
  LiteralSet(LiteralSet&&) noexcept;
  LiteralSet& operator=(LiteralSet&&) noexcept;
  ~LiteralSet();

  Result<Search> make_search() const;
  // Every place of every literal, by their ends, then by their literals.
  void find(std::string_view text, Search& search, std::vector<LiteralHit>& hits) const;
  // Only which of them there are, ascending: many times quicker where one is everywhere.
  void find_which(std::string_view text, Search& search,
                  std::vector<std::uint32_t>& literals) const;
  std::size_t size() const;

 private:
  LiteralSet();
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace crema::scan
