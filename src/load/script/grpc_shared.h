// GrpcShared: what the gRPC clients of all users of a test have in common: schemas that were read
// once, TLS that was set up once.
#pragma once

#include "crema/base/sync.h"
#include "crema/load/core/tls_context.h"
#include "crema/load/protobuf/schema.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace crema::load {

// May be used on several threads at once.
class GrpcShared {
 public:
  // The schema of that key, made by the first who asks; a failure is asked for again.
  Result<SchemaPtr> schema(const std::string& key, const std::function<Result<SchemaPtr>()>& make);
  // TLS as `base` has it, and beside that these authorities and this client's certificate; all PEM.
  Result<std::shared_ptr<const TlsContext>> tls(const TlsContext& base,
                                                const std::vector<std::string>& authorities,
                                                const ClientCertificate& certificate);

 private:
  Sync<std::map<std::string, SchemaPtr>> schemas_;
  Sync<std::map<std::string, std::shared_ptr<const TlsContext>>> tls_;
};

}  // namespace crema::load
