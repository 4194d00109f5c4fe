#include "crema/scan/secrets/secret_match.h"

#include "crema/base/strings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

SourcePtr file(std::string text) {
  return std::make_shared<SourceFile>(".gitleaks.toml", std::move(text));
}

Result<GitleaksConfig> config(std::string text, const SecretRules* defaults = nullptr) {
  return parse_gitleaks_config(
      file(std::move(text)),
      {.read = [](const std::string& path) -> Result<SourcePtr> {
         if (path == "base.toml")
           return file("[[rules]]\nid = 'base'\nregex = 'b[0-9]+'\nkeywords = ['b']\n");
         return fail("sys/cannot-read", "no " + path);
       },
       .defaults = defaults});
}

bool has_keyword(const SecretRule& rule, std::string_view lower_text) {
  return rule.keywords.empty() || std::ranges::any_of(rule.keywords, [&](const auto& word) {
           return lower_text.find(word) != std::string_view::npos;
         });
}

std::vector<std::string> secrets(const SecretRules& rules, std::string_view text,
                                 std::string_view path = "a.txt") {
  std::vector<RuleSearch> with_keywords;
  const auto lower = to_lower(text);
  for (const auto& rule : rules.rules)
    if (has_keyword(rule, lower)) with_keywords.push_back({.rule = &rule});
  std::vector<std::string> found;
  auto matches = find_secrets(path, text, rules, with_keywords);
  drop_generic(text, matches);
  for (const auto& match : matches) found.push_back(match.rule->id + "=" + match.secret);
  return found;
}

TEST(Secrets, AreTheGroupOfTheMatch) {
  const auto rules = config(R"TOML(
[[rules]]
id = "first-not-empty"
regex = '''(?:x|y)=(?:"([a-z0-9]+)"|([a-z0-9]+))'''
[[rules]]
id = "second"
regex = '''(k)=([0-9]+)'''
secretGroup = 2
)TOML")
                         .value()
                         .rules;
  EXPECT_THAT(secrets(rules, "x=\"ab1\" y=cd2"),
              ElementsAre("first-not-empty=ab1", "first-not-empty=cd2"));
  EXPECT_THAT(secrets(rules, "k=12"), ElementsAre("second=12"));
}

TEST(Secrets, NeedAKeywordEntropyAndNoAllowance) {
  const auto rules = config(R"TOML(
[allowlist]
paths = ['''^vendor/''']
stopwords = ["example"]
[[rules]]
id = "key"
regex = '''key=([a-z0-9]+)'''
keywords = ["KEY"]
entropy = 2
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''^#''']
[[rules.allowlists]]
condition = "AND"
paths = ['''\.md$''']
regexes = ['''^doc''']
)TOML")
                         .value()
                         .rules;
  EXPECT_THAT(secrets(rules, "key=abcdefgh"), ElementsAre("key=abcdefgh"));
  EXPECT_THAT(secrets(rules, "key=aaaaaaaa"), IsEmpty());
  EXPECT_THAT(secrets(rules, "key=myexample1"), IsEmpty());
  EXPECT_THAT(secrets(rules, "key=abcdefgh", "vendor/a"), IsEmpty());
  EXPECT_THAT(secrets(rules, "# key=abcdefgh"), IsEmpty());
  EXPECT_THAT(secrets(rules, "key=docdefgh", "a.md"), IsEmpty());
  EXPECT_THAT(secrets(rules, "key=docdefgh", "a.go"), SizeIs(1));
  EXPECT_THAT(secrets(rules, "key=abcdefgh // gitleaks:allow"), IsEmpty());
}

TEST(Secrets, MayRequireACompanionNearby) {
  const auto rules = config(R"TOML(
[[rules]]
id = "id"
regex = '''id=([0-9]+)'''
skipReport = true
[[rules]]
id = "secret"
regex = '''secret=([0-9]+)'''
[[rules.required]]
id = "id"
withinLines = 1
)TOML")
                         .value()
                         .rules;
  EXPECT_THAT(secrets(rules, "id=1\nsecret=2"), ElementsAre("secret=2"));
  EXPECT_THAT(secrets(rules, "id=1\n\n\nsecret=2"), IsEmpty());
  EXPECT_THAT(secrets(rules, "secret=2"), IsEmpty());
}

TEST(Secrets, OfAPathNeedNoText) {
  const auto rules = config("[[rules]]\nid = 'p12'\npath = '''\\.p12$'''\n").value().rules;
  EXPECT_THAT(secrets(rules, "", "a/b.p12"), ElementsAre("p12="));
  EXPECT_THAT(secrets(rules, "", "a/b.txt"), IsEmpty());
}

TEST(Secrets, OfASpecialRuleStandForTheGenericOne) {
  const auto rules = config(R"TOML(
[[rules]]
id = "generic-key"
regex = '''key=(\w+)'''
[[rules]]
id = "abc"
regex = '''abc\w+'''
)TOML")
                         .value()
                         .rules;
  EXPECT_THAT(secrets(rules, "key=abc123\nkey=other"),
              ElementsAre("generic-key=other", "abc=abc123"));
}

TEST(GitleaksConfig, ExtendsOthers) {
  const auto defaults =
      config(
          "[[rules]]\nid = 'd'\nregex = 'd'\nkeywords = ['d']\n[[rules]]\nid = 'e'\nregex = 'e'\n")
          .value()
          .rules;
  const auto extended = config(R"TOML(
[extend]
useDefault = true
disabledRules = ["e"]
[[rules]]
id = "d"
keywords = ["x"]
entropy = 3.0
)TOML",
                               &defaults)
                            .value()
                            .rules;
  ASSERT_THAT(extended.rules, SizeIs(1));
  EXPECT_THAT(extended.rules[0].keywords, ElementsAre("d", "x"));
  EXPECT_EQ(extended.rules[0].entropy, 3.0);
  EXPECT_TRUE(extended.rules[0].expression);
  EXPECT_NE(config("[extend]\npath = 'base.toml'\n").value().rules.find("base"), nullptr);
  EXPECT_FALSE(config("[extend]\npath = 'none.toml'\n"));
}

TEST(GitleaksConfig, SaysWhatIsWrongAndWhere) {
  struct Wrong {
    std::string text;
    std::string code;
    std::uint32_t line;
  };
  for (const auto& [text, code, line] :
       {Wrong{"[[rules]]\nregex = 'a'\n", "secrets/config", 1},
        Wrong{"[[rules]]\nid = 'a'\nregex = '(?=a)'\n", "secrets/expression", 3},
        Wrong{"[[rules]]\nid = 'a'\nregex = 3\n", "secrets/config", 3},
        Wrong{"[[allowlists]]\ndescription = 'x'\n", "secrets/config", 1},
        Wrong{"\n[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.allowlists]]\npaths = ['a']\ncondition "
              "= 'XOR'\n",
              "secrets/config", 7},
        Wrong{"[[rules]]\nid = 'a'\nregex = 'a'\n[[rules.required]]\nid = 'b'\n", "secrets/config",
              1}}) {
    const auto read = config(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, code) << read.error().message;
    EXPECT_EQ(read.error().span.line, line) << read.error().message;
  }
  const auto odd = config("[[rules]]\nid = 'a'\nregex = 'a'\nseverity = 'x'\n").value();
  ASSERT_THAT(odd.warnings, SizeIs(1));
  EXPECT_EQ(odd.warnings[0].span.line, 4U);
}

}  // namespace
}  // namespace crema::scan
