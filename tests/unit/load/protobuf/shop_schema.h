// The schema of the end-to-end tests' server, for tests of messages.
#pragma once

#include "crema/load/protobuf/message.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace crema::load {

inline std::shared_ptr<const std::string> shop_file(const std::string& name) {
  std::ifstream file(CREMA_SOURCE_DIR "/tests/e2e/grpc/" + name);
  if (!file) return nullptr;
  std::stringstream text;
  text << file.rdbuf();
  return std::make_shared<const std::string>(text.str());
}

inline SchemaPtr shop_schema() {
  const std::vector<std::string> names{"shop.proto"};
  auto schema = schema_of_files(names, shop_file);
  if (!schema) ADD_FAILURE() << schema.error().message;
  return schema ? *schema : nullptr;
}

// The schema of one file with that text.
inline Result<SchemaPtr> schema_of_text(const std::string& text) {
  const std::vector<std::string> names{"a.proto"};
  return schema_of_files(names, [&](const std::string& name) {
    return name == "a.proto" ? std::make_shared<const std::string>(text) : nullptr;
  });
}

}  // namespace crema::load
