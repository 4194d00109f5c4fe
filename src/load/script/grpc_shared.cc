#include "grpc_shared.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

// A script may make up a certificate an iteration: what is kept is bounded.
constexpr std::size_t kMostKept = 256;

// Texts of any content as one key.
void append_key(std::string& key, const std::string& text) {
  key += fmt::format("{}:{}", text.size(), text);
}

}  // namespace

Result<SchemaPtr> GrpcShared::schema(const std::string& key,
                                     const std::function<Result<SchemaPtr>()>& make) {
  // Who comes second waits for the first: it takes milliseconds, in init code.
  auto schemas = schemas_.lock();
  if (const auto found = schemas->find(key); found != schemas->end()) return found->second;
  auto schema = CREMA_TRY(make());
  if (schemas->size() >= kMostKept) schemas->clear();
  schemas->emplace(key, schema);
  return schema;
}

Result<std::shared_ptr<const TlsContext>> GrpcShared::tls(
    const TlsContext& base, const std::vector<std::string>& authorities,
    const ClientCertificate& certificate) {
  std::string key;
  append_key(key, certificate.certificate);
  append_key(key, certificate.key);
  append_key(key, certificate.password);
  for (const auto& authority : authorities) append_key(key, authority);
  auto made = tls_.lock();
  if (const auto found = made->find(key); found != made->end()) return found->second;
  TlsOptions options = base.options();
  for (const auto& authority : authorities) options.roots += authority + "\n";
  // Only its own certificate: those of `tlsAuth` are for other clients.
  options.certificates.clear();
  if (!certificate.certificate.empty() && !certificate.key.empty())
    options.certificates.push_back(certificate);
  auto context = CREMA_TRY(TlsContext::create(options));
  if (made->size() >= kMostKept) made->clear();
  made->emplace(key, context);
  return std::shared_ptr<const TlsContext>(std::move(context));
}

}  // namespace crema::load
