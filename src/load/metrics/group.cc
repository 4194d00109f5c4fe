#include "crema/load/metrics/group.h"

#include "crema/base/hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace crema::load {
namespace {

// A script that puts a number in the name of a check makes names without end.
constexpr std::size_t kMembers = 10'000;
constexpr std::string_view kBeyond = "(overflow)";

template <class Member, class Make>
Member* found_or_made(std::map<std::string, Member*, std::less<>>& by_name, std::string_view name,
                      const Make& make) {
  if (const auto found = by_name.find(name); found != by_name.end()) return found->second;
  if (by_name.size() >= kMembers && name != kBeyond) return found_or_made(by_name, kBeyond, make);
  Member* made = make(name);
  by_name.emplace(std::string(name), made);
  return made;
}

}  // namespace

Group::Group(Group* parent, std::string_view name)
    : name_(name),
      path_(parent->path() + "::" + std::string(name)),
      tree_checks_(parent->tree_checks_) {}

Group* Group::group(std::string_view name) {
  return found_or_made(group_by_name_, name, [&](std::string_view made) {
    return groups_.emplace_back(std::make_unique<Group>(this, made)).get();
  });
}

Check* Group::check(std::string_view name) {
  return found_or_made(check_by_name_, name, [&](std::string_view made) {
    return checks_
        .emplace_back(
            std::make_unique<Check>(Check{.name = std::string(made), .order = (*tree_checks_)++}))
        .get();
  });
}

void Group::merge_groups(const Group& other, std::vector<Merged>& checks) {
  for (const auto& theirs : other.checks_) checks.push_back({theirs.get(), this});
  for (const auto& theirs : other.groups_) group(theirs->name())->merge_groups(*theirs, checks);
}

void Group::merge(const Group& other) {
  std::vector<Merged> checks;
  merge_groups(other, checks);
  std::ranges::sort(checks, {}, [](const Merged& merged) { return merged.check->order; });
  for (const auto& [theirs, into] : checks) {
    Check* mine = into->check(theirs->name);
    mine->passes += theirs->passes;
    mine->fails += theirs->fails;
  }
}

Group Group::take() {
  Group taken;
  taken.merge(*this);
  const auto reset = [](Group& group, const auto& self) -> void {
    for (const auto& check : group.checks_) check->passes = check->fails = 0;
    for (const auto& inner : group.groups_) self(*inner, self);
  };
  reset(*this, reset);
  return taken;
}

std::string path_id(std::string_view path) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(path.data(), path.size(), digest.data(), &size, EVP_md5(), nullptr);
  return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), size));
}

}  // namespace crema::load
