// What a server that offers reflection is asked, and what it answers: the messages of
// grpc.reflection.v1 (v1alpha has the same ones), without their transport
// (https://github.com/grpc/grpc/blob/master/doc/server-reflection.md).
#pragma once

#include "crema/base/result.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

// Leads a conversation: each request is followed by the server's answer to it.
class ReflectionWalk {
 public:
  // The next request; none when all there is to know is known.
  bool next(std::string& request);
  // Fails with "protobuf/reflection" where it cannot be read, or the server refuses.
  Result<> take(std::string_view response);

  // Serialised file descriptors, each once.
  const std::vector<std::string>& files() const { return files_; }

 private:
  Result<> take_services(std::string_view bytes);
  Result<> take_files(std::string_view bytes);
  Result<> refuse(std::string_view bytes) const;

  enum class Asked : std::uint8_t { nothing, services, service, file } asked_ = Asked::nothing;
  std::string subject_;
  std::vector<std::string> services_;  // that were not asked for yet
  std::vector<std::string> missing_;   // names of files that others import
  std::set<std::string> known_files_;  // that came, or that the server does not have
  std::vector<std::string> files_;
};

}  // namespace crema::load
