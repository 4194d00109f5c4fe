#include "crema/load/protocol/url.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

TEST(UrlTest, ReadsWhatGoReads) {
  struct Case {
    std::string_view text;
    std::string_view host;
    int port;
    std::string_view authority;
    std::string_view target;
  };
  const Case cases[] = {
      {"http://example.com", "example.com", 80, "example.com", "/"},
      {"HTTPS://Example.com/a", "Example.com", 443, "Example.com", "/a"},
      {"http://example.com:8080?x=1", "example.com", 8080, "example.com:8080", "/?x=1"},
      {"http://example.com:/a?", "example.com", 80, "example.com", "/a?"},
      {"http://[::1]:81/a#frag", "::1", 81, "[::1]:81", "/a"},
      {"http://[::1]/", "::1", 80, "[::1]", "/"},
      {"http://u:p%40@h/a%20b/c d\xC3\xA9", "h", 80, "h", "/a%20b/c%20d%C3%A9"},
      {"http://h/a?b=c d&e=[1]", "h", 80, "h", "/a?b=c%20d&e=[1]"},
      {"http://u@p@h/", "h", 80, "h", "/"},
  };
  for (const auto& c : cases) {
    const auto url = Url::parse(c.text);
    ASSERT_TRUE(url) << c.text << ": " << url.error().message;
    EXPECT_EQ(url->host, c.host) << c.text;
    EXPECT_EQ(url->port, c.port) << c.text;
    EXPECT_EQ(url->authority, c.authority) << c.text;
    EXPECT_EQ(url->target(), c.target) << c.text;
  }
}

TEST(UrlTest, CredentialsAreDecodedAndMasked) {
  const auto url = Url::parse("https://us%3Aer:pa%40ss@host/x?y#z").value();
  EXPECT_EQ(url.user, "us:er");
  EXPECT_EQ(url.password, "pa@ss");
  EXPECT_EQ(url.masked(), "https://****:****@host/x?y#z");
  EXPECT_EQ(url.without_credentials(), "https://host/x?y#z");
  EXPECT_EQ(Url::parse("http://h/").value().masked(), "http://h/");
}

TEST(UrlTest, RefusesWithAReasonAndWithoutThePassword) {
  for (const std::string_view text :
       {"", "example.com", "/a", "ftp://h/", "http://", "http:///a", "http://h:x/",
        "http://h:99999/", "http://h:-1/", "http://h/%zz", "http://h/%2", "http://a b/",
        "http://[::1/", "http://h/\n", "http://u:secret@h:x/"}) {
    const auto url = Url::parse(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().code, "load/url");
    EXPECT_EQ(url.error().message.find("secret"), std::string::npos);
  }
}

// RFC 3986, 5.4, on a base of its own.
TEST(UrlTest, AppliesReferences) {
  const auto base = Url::parse("http://u:p@a:81/b/c/d;p?q#f").value();
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"g", "http://a:81/b/c/g"},
      {"./g", "http://a:81/b/c/g"},
      {"g/", "http://a:81/b/c/g/"},
      {"/g", "http://a:81/g"},
      {"//g", "http://g/"},
      {"?y", "http://a:81/b/c/d;p?y"},
      {"g?y#s", "http://a:81/b/c/g?y#s"},
      {"#s", "http://a:81/b/c/d;p?q#s"},
      {"", "http://a:81/b/c/d;p?q#f"},
      {".", "http://a:81/b/c/"},
      {"..", "http://a:81/b/"},
      {"../../../g", "http://a:81/g"},
      {"https://x/y", "https://x/y"},
      {"g;x=1/../y", "http://a:81/b/c/y"},
      {"/a/../../b//c", "http://a:81/b//c"},
      {"g?http://x", "http://a:81/b/c/g?http://x"},
  };
  for (const auto& [reference, expected] : cases) {
    const auto url = base.resolve(reference);
    ASSERT_TRUE(url) << reference << ": " << url.error().message;
    EXPECT_EQ(url->without_credentials(), expected) << reference;
  }
  EXPECT_EQ(base.resolve("/x").value().user, "u");
  EXPECT_FALSE(base.resolve("//x").value().user.has_value());
  EXPECT_FALSE(base.resolve("mailto:x@y"));
}

TEST(UrlTest, EscapesAQueryAsGoDoes) {
  EXPECT_EQ(query_escape("a b&c=d/\xC3\xA9~-_."), "a+b%26c%3Dd%2F%C3%A9~-_.");
}

}  // namespace
}  // namespace crema::load
