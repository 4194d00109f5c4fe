#include "crema/load/metrics/tags.h"

#include <algorithm>
#include <cstring>

namespace crema::load {
namespace {

constexpr std::string_view kOverflowKey = "overflow";

std::size_t mixed(std::size_t hash, std::uint64_t value) {
  return (hash ^ value) * 0x9E3779B97F4A7C15U + (hash >> 29U);
}
std::uint64_t eight_bytes(const char* at) {
  std::uint64_t bytes = 0;
  std::memcpy(&bytes, at, 8);
  return bytes;
}

// Both halves of a product of 64 bits (the step of wyhash).
std::uint64_t folded(std::uint64_t a, std::uint64_t b) {
  const auto product =
      static_cast<unsigned __int128>(a ^ 0x2D358DCCAA6C78A5U) * (b ^ 0x8BB84B93962EACC9U);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

// Every byte counts, sixteen at a time: addresses differ anywhere.
std::size_t mixed_text(std::size_t hash, std::string_view text) {
  hash ^= text.size();
  if (text.size() < 8) {
    std::uint64_t bytes = 0;
    for (const char c : text) bytes = (bytes << 8U) | static_cast<unsigned char>(c);
    return folded(hash, bytes);
  }
  const char* end = text.data() + text.size();
  for (const char* at = text.data(); end - at > 16; at += 16)
    hash = folded(hash ^ eight_bytes(at), eight_bytes(at + 8));
  const char* last = text.size() < 16 ? text.data() : end - 16;
  return folded(hash ^ eight_bytes(last), eight_bytes(end - 8));
}
std::size_t hash_of(const std::vector<std::uint32_t>& symbols) {
  std::size_t hash = symbols.size();
  for (const auto symbol : symbols) hash = mixed(hash, symbol);
  return hash;
}

}  // namespace

std::optional<std::string_view> TagSet::find(std::string_view key) const {
  const auto found = std::ranges::lower_bound(tags_, key, {}, &Tag::key);
  if (found == tags_.end() || found->key != key) return std::nullopt;
  return found->value;
}

std::size_t TagStore::StepHash::operator()(const Step& step) const {
  return mixed(mixed(step.set, step.key), step.value);
}

TagStore::TagStore(TagLimits limits) : limits_(limits) {
  sets_.emplace_back();
  by_content_.emplace(hash_of({}), &sets_.front());
}

std::uint32_t TagStore::symbol(std::string_view text) {
  if (const auto found = symbols_.find(text); found != symbols_.end()) return found->second;
  const auto made = static_cast<std::uint32_t>(texts_.size());
  symbols_.emplace(texts_.emplace_back(text), made);
  return made;
}

// Keys are limited as values are: a script can make those up, too.
std::uint32_t TagStore::key_symbol(std::string_view key) {
  if (const auto found = symbols_.find(key); found != symbols_.end()) return found->second;
  if (value_count_.size() < limits_.values_of_a_key) return symbol(key);
  ++overflows_;
  return symbol(kOverflowKey);
}

std::uint32_t TagStore::value_symbol(std::uint32_t key, std::string_view value) {
  const auto pair = [&](std::uint32_t symbol) {
    return (static_cast<std::uint64_t>(key) << 32U) | symbol;
  };
  if (const auto found = symbols_.find(value);
      found != symbols_.end() && values_.contains(pair(found->second)))
    return found->second;
  auto& count = value_count_[key];
  if (count >= limits_.values_of_a_key && value != kOverflowValue) {
    ++overflows_;
    return symbol(kOverflowValue);
  }
  ++count;
  const auto made = symbol(value);
  values_.emplace(pair(made), true);
  return made;
}

const TagSet* TagStore::with(const TagSet* set, std::string_view key, std::string_view value) {
  const auto key_number = key_symbol(key);
  const auto value_number = value_symbol(key_number, value);
  const Step step{set->id(), key_number, value_number};
  if (const auto found = steps_.find(step); found != steps_.end()) return found->second;
  auto symbols = set->symbols_;
  std::size_t at = 0;
  while (at < symbols.size() && texts_[symbols[at]] < texts_[key_number]) at += 2;
  if (at < symbols.size() && symbols[at] == key_number) {
    symbols[at + 1] = value_number;
  } else {
    const auto place = symbols.begin() + static_cast<std::ptrdiff_t>(at);
    symbols.insert(place, {key_number, value_number});
  }
  const TagSet* made = intern(std::move(symbols));
  // A step to the overflow set is not kept: there is no end of those.
  if (made != overflow_set_) steps_.emplace(step, made);
  return made;
}

const TagSet* TagStore::without(const TagSet* set, std::string_view key) {
  const auto found = std::ranges::lower_bound(set->tags_, key, {}, &Tag::key);
  if (found == set->tags_.end() || found->key != key) return set;
  auto symbols = set->symbols_;
  const auto at = symbols.begin() + 2 * (found - set->tags_.begin());
  symbols.erase(at, at + 2);
  return intern(std::move(symbols));
}

const TagSet* TagStore::with_all(const TagSet* set, std::span<const Tag> tags) {
  std::size_t hash = mixed(tags.size(), set->id());
  // Keys are few and the same: the comparison looks at them.
  for (const Tag& tag : tags) hash = mixed_text(hash + tag.key.size(), tag.value);
  const auto [begin, end] = ways_.equal_range(hash);
  for (auto way = begin; way != end; ++way) {
    if (way->second.from == set && std::ranges::equal(way->second.tags, tags))
      return way->second.to;
  }
  const TagSet* to = set;
  const auto before = overflows_;
  for (const Tag& tag : tags) to = with(to, tag.key, tag.value);
  // What had to be cut is not remembered, so that there is an end to what is.
  if (overflows_ == before && ways_.size() < limits_.sets) remember(hash, set, tags, to);
  return to;
}

void TagStore::remember(std::size_t hash, const TagSet* from, std::span<const Tag> tags,
                        const TagSet* to) {
  Way way{.from = from, .tags = {}, .to = to};
  way.tags.reserve(tags.size());
  for (const Tag& tag : tags)
    way.tags.push_back({texts_[symbol(tag.key)], texts_[symbol(tag.value)]});
  ways_.emplace(hash, std::move(way));
}

const TagSet* TagStore::intern(std::vector<std::uint32_t> symbols) {
  const auto hash = hash_of(symbols);
  const auto [begin, end] = by_content_.equal_range(hash);
  for (auto candidate = begin; candidate != end; ++candidate) {
    if (candidate->second->symbols_ == symbols) return candidate->second;
  }
  if (sets_.size() >= limits_.sets) {
    ++overflows_;
    return overflow_set();
  }
  TagSet& made = sets_.emplace_back();
  made.id_ = static_cast<std::uint32_t>(sets_.size() - 1);
  for (std::size_t i = 0; i < symbols.size(); i += 2) {
    made.tags_.push_back({texts_[symbols[i]], texts_[symbols[i + 1]]});
    made.overflow_ = made.overflow_ || made.tags_.back().value == kOverflowValue;
  }
  made.symbols_ = std::move(symbols);
  by_content_.emplace(hash, &made);
  return &made;
}

const TagSet* TagStore::overflow_set() {
  if (overflow_set_ != nullptr) return overflow_set_;
  TagSet& made = sets_.emplace_back();
  made.id_ = static_cast<std::uint32_t>(sets_.size() - 1);
  made.overflow_ = true;
  made.symbols_ = {symbol(kOverflowKey), symbol("true")};
  made.tags_.push_back({texts_[made.symbols_[0]], texts_[made.symbols_[1]]});
  overflow_set_ = &made;
  return overflow_set_;
}

}  // namespace crema::load
