#include "target.h"

#include "crema/base/strings.h"

#include <fmt/format.h>
#include <openssl/evp.h>

namespace crema::load {

std::string base64(std::string_view bytes) {
  std::string result((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(result.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  result.resize(static_cast<std::size_t>(size));
  return result;
}

Target::Target(Url from)
    : url(std::move(from)),
      plain(url.without_credentials()),
      key(fmt::format("{}://{}:{}", url.scheme, to_lower(url.host), url.port)),
      request_line(fmt::format(" {} HTTP/1.1\r\n", url.target())),
      absolute_line(
          fmt::format(" {}://{}{} HTTP/1.1\r\n", url.scheme, url.authority, url.target())) {
  if (url.user || url.password) {
    basic = "Basic " + base64(url.user.value_or("") + ":" + url.password.value_or(""));
  }
}

Result<std::shared_ptr<const Target>> TargetCache::find(std::string_view text) {
  auto& place = places_[std::hash<std::string_view>()(text) % kPlaces];
  if (place.target != nullptr && place.text == text) return place.target;
  place.target = std::make_shared<const Target>(CREMA_TRY(Url::parse(text)));
  place.text = text;
  return place.target;
}

}  // namespace crema::load
