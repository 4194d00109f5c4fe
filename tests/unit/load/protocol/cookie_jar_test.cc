#include "crema/load/protocol/cookie_jar.h"

#include <gtest/gtest.h>

namespace crema::load {
namespace {

using namespace std::chrono_literals;

const sys::WallTime kNow{std::chrono::seconds(1'700'000'000)};

std::string sent(CookieJar& jar, std::string_view url, sys::WallTime now = kNow) {
  std::string text;
  for (const auto& cookie : jar.cookies(Url::parse(url).value(), now)) {
    text += (text.empty() ? "" : "; ") + cookie.name + "=" + cookie.value;
  }
  return text;
}

void set(CookieJar& jar, std::string_view url, std::string_view text) {
  const auto cookie = parse_set_cookie(text);
  ASSERT_TRUE(cookie) << text;
  jar.set(Url::parse(url).value(), *cookie, kNow);
}

TEST(CookieJarTest, SendsWhereRfc6265Says) {
  CookieJar jar;
  set(jar, "http://www.example.com/a/b", "host=1");
  set(jar, "http://www.example.com/", "wide=2; Domain=.example.com; Path=/");
  set(jar, "http://www.example.com/", "deep=3; Path=/a/b");
  set(jar, "https://www.example.com/", "safe=4; Secure");
  set(jar, "http://www.example.com/", "foreign=5; Domain=other.com");
  set(jar, "http://www.example.com/", "below=6; Domain=x.www.example.com");
  EXPECT_EQ(sent(jar, "http://www.example.com/a/b/c"), "deep=3; host=1; wide=2");
  EXPECT_EQ(sent(jar, "http://www.example.com/a"), "host=1; wide=2");
  EXPECT_EQ(sent(jar, "http://www.example.com/ab"), "wide=2");
  EXPECT_EQ(sent(jar, "https://www.example.com/"), "wide=2; safe=4");
  EXPECT_EQ(sent(jar, "http://example.com/"), "wide=2");
  EXPECT_EQ(sent(jar, "http://badexample.com/"), "");
  EXPECT_EQ(sent(jar, "http://WWW.Example.com./a/b"), "deep=3; host=1; wide=2");
}

TEST(CookieJarTest, ReplacesExpiresAndDeletes) {
  CookieJar jar;
  const auto url = "http://127.0.0.1:8080/";
  set(jar, url, "a=1");
  set(jar, url, "b=2; Max-Age=10");
  set(jar, url, "c=3; Expires=Wed, 15 Nov 2023 00:00:00 GMT");
  set(jar, url, "a=4");
  EXPECT_EQ(sent(jar, url), "a=4; b=2; c=3");
  EXPECT_EQ(sent(jar, url, kNow + 11s), "a=4; c=3");
  EXPECT_EQ(sent(jar, url, kNow + 48h), "a=4");
  set(jar, url, "a=; Max-Age=0");
  EXPECT_EQ(sent(jar, url), "");
  set(jar, url, "d=1");
  set(jar, url, "d=; Expires=Thu, 01 Jan 1970 00:00:00 GMT");
  set(jar, url, "e=1; Domain=127.0.0.1");
  EXPECT_EQ(sent(jar, url), "e=1");
  jar.erase(Url::parse(url).value(), "e");
  EXPECT_EQ(sent(jar, url), "");
}

TEST(SetCookieTest, ReadsAttributes) {
  const auto cookie = parse_set_cookie(
      "n=\"v\"; Path=/p; Domain=.E.com; Max-Age=60; HttpOnly; Secure; SameSite=lax; "
      "Expires=Sunday, 06-Nov-94 08:49:37 GMT");
  ASSERT_TRUE(cookie);
  EXPECT_EQ(cookie->name, "n");
  EXPECT_EQ(cookie->value, "v");
  EXPECT_EQ(cookie->path, "/p");
  EXPECT_EQ(cookie->domain, "e.com");
  EXPECT_EQ(cookie->max_age, 60);
  EXPECT_TRUE(cookie->http_only && cookie->secure);
  EXPECT_EQ(cookie->same_site, "Lax");
  EXPECT_EQ(cookie->expires->time_since_epoch(), 784111777s);
  for (const std::string_view text : {"", "novalue", "=x", "a b=c", "a=b\x01"}) {
    EXPECT_FALSE(parse_set_cookie(text)) << text;
  }
}

}  // namespace
}  // namespace crema::load
