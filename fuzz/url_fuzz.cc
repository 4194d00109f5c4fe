// Feeds any text to the reader of URLs, and as a reference to a URL: what was read is read the same
// again. The same text is read as a cookie and as a challenge for digest authentication.
#include "digest_auth.h"

#include "crema/load/protocol/cookie_jar.h"
#include "crema/load/protocol/url.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using crema::load::Url;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto base = Url::parse("http://a.example:81/b/c?d");
  if (!base) std::abort();
  for (const auto& url : {Url::parse(text), base->resolve(text)}) {
    if (!url) continue;
    const auto again = Url::parse(url->without_credentials());
    if (!again || again->without_credentials() != url->without_credentials()) std::abort();
    if (url->target().find_first_of(" \r\n") != std::string::npos) std::abort();
  }
  crema::load::CookieJar jar;
  if (const auto cookie = crema::load::parse_set_cookie(text)) {
    const crema::sys::WallTime now{std::chrono::seconds(1'700'000'000)};
    jar.set(*base, *cookie, now);
    if (jar.cookies(*base, now).size() > 1) std::abort();
  }
  if (const auto challenge = crema::load::parse_digest_challenge(text)) {
    crema::load::digest_authorization(*challenge, {.user = "u", .password = "p", .method = "GET"});
  }
  return 0;
}
