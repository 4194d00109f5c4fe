// Sets of tags, interned: equal sets of one thread are one object, so that a series is found by its
// number and adding a tag that was seen before costs two lookups.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crema::load {

struct Tag {
  std::string_view key;
  std::string_view value;
  bool operator==(const Tag&) const = default;
};

// Immutable. Other threads may read it as long as the TagStore that made it lives.
class TagSet {
 public:
  std::uint32_t id() const { return id_; }             // dense in its store; the empty set has 0
  std::span<const Tag> tags() const { return tags_; }  // sorted by key
  std::optional<std::string_view> find(std::string_view key) const;
  // It holds a value that stands for many: see TagStore.
  bool overflow() const { return overflow_; }

 private:
  friend class TagStore;
  std::uint32_t id_ = 0;
  bool overflow_ = false;
  std::vector<Tag> tags_;
  std::vector<std::uint32_t> symbols_;  // key and value of each tag, as the store numbers them
};

// What stands in the place of values beyond a limit.
inline constexpr std::string_view kOverflowValue = "(overflow)";

struct TagLimits {
  std::size_t values_of_a_key = 10'000;
  std::size_t sets = 100'000;
};

// The tag sets of one thread; not thread-safe. A script that puts an identifier in every URL would
// otherwise make sets without end: beyond `values_of_a_key` a new value becomes kOverflowValue,
// beyond `sets` a new set becomes the one that has the tag `overflow` and nothing else.
class TagStore {
 public:
  explicit TagStore(TagLimits limits = {});
  TagStore(const TagStore&) = delete;
  TagStore& operator=(const TagStore&) = delete;

  const TagSet* empty() const { return &sets_.front(); }
  // `set` with the tag put in or replaced. `set` is one of this store.
  const TagSet* with(const TagSet* set, std::string_view key, std::string_view value);
  const TagSet* without(const TagSet* set, std::string_view key);
  // All of `tags` (any order) in one go; a later value of a key wins. One look-up when the same
  // were put to the same set before: the way for the tags of a request.
  const TagSet* with_all(const TagSet* set, std::span<const Tag> tags);

  std::size_t size() const { return sets_.size(); }
  std::uint64_t overflows() const { return overflows_; }  // how often a limit was in the way

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  struct Step {
    std::uint32_t set;
    std::uint32_t key;
    std::uint32_t value;
    bool operator==(const Step&) const = default;
  };
  struct StepHash {
    std::size_t operator()(const Step& step) const;
  };

  // Tags that were put to a set, as they came, and what it made.
  struct Way {
    const TagSet* from;
    std::vector<Tag> tags;  // texts of this store
    const TagSet* to;
  };

  void remember(std::size_t hash, const TagSet* from, std::span<const Tag> tags, const TagSet* to);
  std::uint32_t key_symbol(std::string_view key);
  std::uint32_t value_symbol(std::uint32_t key, std::string_view value);
  std::uint32_t symbol(std::string_view text);
  const TagSet* intern(std::vector<std::uint32_t> symbols);
  const TagSet* overflow_set();

  TagLimits limits_;
  std::deque<std::string> texts_;
  std::unordered_map<std::string_view, std::uint32_t, TextHash> symbols_;
  std::unordered_map<std::uint64_t, bool> values_;  // key and value symbols seen together
  std::unordered_map<std::uint32_t, std::size_t> value_count_;  // by key symbol
  std::deque<TagSet> sets_;
  std::unordered_multimap<std::size_t, const TagSet*> by_content_;
  std::unordered_map<Step, const TagSet*, StepHash> steps_;
  std::unordered_multimap<std::size_t, Way> ways_;
  const TagSet* overflow_set_ = nullptr;
  std::uint64_t overflows_ = 0;
};

}  // namespace crema::load
