#include "crema/scan/secrets/secret_rules.h"

#include "crema/base/hash.h"

#include <fmt/format.h>

#include <algorithm>

namespace crema::scan {
namespace {

// All that is said of the rules, each with its length, so that no two run together.
class Digest {
 public:
  void add(std::string_view text) { all_ += fmt::format("{}:{}", text.size(), text); }
  void add(const Expression& expression) { add(expression.text()); }
  template <class Item>
  void add_all(const std::vector<Item>& items) {
    add(std::to_string(items.size()));
    for (const auto& item : items) add(item);
  }
  void add(const Allowlist& list) {
    add(fmt::format("{} {}", list.all_must_hold, static_cast<int>(list.target)));
    add_all(list.commits);
    add_all(list.paths);
    add_all(list.expressions);
    add_all(list.stop_words);
  }
  void add(const RequiredRule& required) {
    add(required.id);
    add(fmt::format("{} {}", required.within_lines.value_or(-1),
                    required.within_columns.value_or(-1)));
  }
  void add(const SecretRule& rule) {
    for (const auto& text : {rule.id, rule.description, rule.fix, rule.help_uri}) add(text);
    add(rule.expression);
    add(rule.path);
    add(fmt::format("{} {} {} {} {} {} {}", rule.group, rule.entropy, rule.skip_report,
                    static_cast<int>(rule.severity), rule.random, rule.kubernetes, rule.generic));
    add(fmt::format("{} {}", rule.before_keyword, rule.behind_keyword));
    add_all(rule.keywords);
    add_all(rule.aliases);
    add_all(rule.allowlists);
    add_all(rule.required);
  }
  std::string take() const { return sha256_hex(all_); }

 private:
  std::string all_;
};

}  // namespace

const SecretRule* SecretRules::find(std::string_view id) const {
  const auto found = std::ranges::find(rules, id, &SecretRule::id);
  return found == rules.end() ? nullptr : &*found;
}

std::string SecretRules::digest() const {
  Digest digest;
  digest.add_all(rules);
  digest.add_all(allowlists);
  return digest.take();
}

}  // namespace crema::scan
