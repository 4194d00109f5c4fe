#include "crema/scan/core/literal_set.h"

#include <fmt/format.h>
#include <hs.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace crema::scan {
namespace {

struct FreeDatabase {
  void operator()(hs_database_t* database) const { hs_free_database(database); }
};
struct FreeScratch {
  void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
};
using Database = std::unique_ptr<hs_database_t, FreeDatabase>;
using Scratch = std::unique_ptr<hs_scratch_t, FreeScratch>;

// A text is searched in pieces the library can count; the last bytes of one are the first of the
// next, for literals that lie over the border.
constexpr std::size_t kLargestPiece = std::size_t{1} << 30U;

struct Patterns {
  std::vector<const char*> texts;
  std::vector<std::size_t> lengths;
  std::vector<unsigned> flags;
  std::vector<unsigned> ids;
};

Patterns patterns_of(std::span<const Literal> literals, unsigned more_flags) {
  Patterns patterns;
  for (std::size_t i = 0; i < literals.size(); ++i) {
    patterns.texts.push_back(literals[i].text.data());
    patterns.lengths.push_back(literals[i].text.size());
    patterns.flags.push_back((literals[i].any_case ? HS_FLAG_CASELESS : 0U) | more_flags);
    patterns.ids.push_back(static_cast<unsigned>(i));
  }
  return patterns;
}

Result<Database> compile(std::span<const Literal> literals, unsigned more_flags) {
  const auto patterns = patterns_of(literals, more_flags);
  hs_database_t* database = nullptr;
  hs_compile_error_t* error = nullptr;
  const auto code = hs_compile_lit_multi(
      patterns.texts.data(), patterns.flags.data(), patterns.ids.data(), patterns.lengths.data(),
      static_cast<unsigned>(literals.size()), HS_MODE_BLOCK, nullptr, &database, &error);
  if (code == HS_SUCCESS) return Database(database);
  auto message = fmt::format("the words to look for cannot be compiled: {}",
                             error == nullptr ? "unknown" : error->message);
  hs_free_compile_error(error);
  return fail("scan/literals", std::move(message));
}

}  // namespace

struct LiteralSet::State {
  Database all;    // reports every place
  Database which;  // reports a literal once
  std::size_t count = 0;
  std::size_t longest = 0;
};

struct LiteralSet::Search::State {
  Scratch scratch;
};

LiteralSet::Search::~Search() = default;
LiteralSet::Search::Search(Search&&) noexcept = default;
LiteralSet::Search& LiteralSet::Search::operator=(Search&&) noexcept = default;

LiteralSet::LiteralSet() : state_(std::make_unique<State>()) {}
LiteralSet::~LiteralSet() = default;
LiteralSet::LiteralSet(LiteralSet&&) noexcept = default;
LiteralSet& LiteralSet::operator=(LiteralSet&&) noexcept = default;

Result<LiteralSet> LiteralSet::create(std::span<const Literal> literals) {
  LiteralSet set;
  set.state_->count = literals.size();
  if (literals.empty()) return set;
  for (const auto& literal : literals) {
    if (literal.text.empty()) return fail("scan/literals", "a word to look for is empty");
    set.state_->longest = std::max(set.state_->longest, literal.text.size());
  }
  set.state_->all = CREMA_TRY(compile(literals, 0));
  set.state_->which = CREMA_TRY(compile(literals, HS_FLAG_SINGLEMATCH));
  return set;
}

Result<LiteralSet::Search> LiteralSet::make_search() const {
  Search search;
  search.state_ = std::make_unique<Search::State>();
  for (const auto* database : {state_->all.get(), state_->which.get()}) {
    if (database == nullptr) continue;
    hs_scratch_t* scratch = search.state_->scratch.release();
    const auto code = hs_alloc_scratch(database, &scratch);
    search.state_->scratch.reset(scratch);
    if (code != HS_SUCCESS) return fail("scan/literals", "no memory to search with");
  }
  return search;
}

void LiteralSet::find(std::string_view text, Search& search, std::vector<LiteralHit>& hits) const {
  hits.clear();
  if (state_->all == nullptr) return;
  struct Found {
    std::vector<LiteralHit>& hits;
    std::size_t base;
  };
  const auto on_match = [](unsigned id, unsigned long long, unsigned long long to, unsigned,
                           void* context) {
    const auto& found = *static_cast<Found*>(context);
    found.hits.push_back({id, found.base + static_cast<std::size_t>(to)});
    return 0;
  };
  const auto overlap = state_->longest - 1;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto piece = text.substr(begin, kLargestPiece);
    Found found{hits, begin};
    hs_scan(state_->all.get(), piece.data(), static_cast<unsigned>(piece.size()), 0,
            search.state_->scratch.get(), on_match, &found);
    if (begin + piece.size() == text.size()) break;
    begin += piece.size() - overlap;
  }
  std::ranges::sort(hits, {},
                    [](const LiteralHit& hit) { return std::pair(hit.end, hit.literal); });
  const auto again = std::ranges::unique(hits);
  hits.erase(again.begin(), again.end());
}

void LiteralSet::find_which(std::string_view text, Search& search,
                            std::vector<std::uint32_t>& literals) const {
  literals.clear();
  if (state_->which == nullptr) return;
  const auto on_match = [](unsigned id, unsigned long long, unsigned long long, unsigned,
                           void* context) {
    static_cast<std::vector<std::uint32_t>*>(context)->push_back(id);
    return 0;
  };
  const auto overlap = state_->longest - 1;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto piece = text.substr(begin, kLargestPiece);
    hs_scan(state_->which.get(), piece.data(), static_cast<unsigned>(piece.size()), 0,
            search.state_->scratch.get(), on_match, &literals);
    if (begin + piece.size() == text.size()) break;
    begin += piece.size() - overlap;
  }
  std::ranges::sort(literals);
  const auto again = std::ranges::unique(literals);
  literals.erase(again.begin(), again.end());
}

std::size_t LiteralSet::size() const { return state_->count; }

}  // namespace crema::scan
