// Asking a server itself: what it offers, by reflection, and how it is, by its health service.
#pragma once

#include "grpc_client.h"

#include <string>

namespace crema::load {

// The schema of all that the server offers: by grpc.reflection.v1, or v1alpha where it has only
// that. Fails with "protobuf/reflection"; with "load/interrupted" where the user is.
Result<SchemaPtr> reflect(UserState& user, const std::shared_ptr<GrpcChannel>& channel,
                          const GrpcMetadata& metadata, Time deadline);

// grpc.health.v1.Health/Check: the number that says how the service is.
struct GrpcHealth {
  GrpcStatus status;
  std::uint32_t health = 0;
  bool interrupted = false;
};
GrpcHealth check_health(UserState& user, const std::shared_ptr<GrpcChannel>& channel,
                        const std::string& service);

}  // namespace crema::load
