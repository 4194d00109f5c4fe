// The kinds of services this machine can run.
#include "service_driver.h"

#include <array>

namespace crema::services {

std::span<const ServiceKind> service_kinds() {
  static const std::array kinds{kPostgres, kRedis, kMysql, kNats, kMemcached, kRabbitmq};
  return kinds;
}

const ServiceKind* find_service_kind(std::string_view image) {
  // registry.example:5000/library/postgres:15@sha256:... -> postgres
  image = image.substr(0, image.find('@'));
  if (const auto slash = image.rfind('/'), colon = image.rfind(':');
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    image = image.substr(0, colon);
  }
  for (const std::string_view registry :
       {"docker.io/", "index.docker.io/", "public.ecr.aws/docker/", "mirror.gcr.io/", "library/"}) {
    if (image.starts_with(registry)) image.remove_prefix(registry.size());
  }
  for (const auto& kind : service_kinds()) {
    for (const auto name : kind.images) {
      if (image == name) return &kind;
    }
  }
  return nullptr;
}

}  // namespace crema::services
