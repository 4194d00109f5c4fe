// From libprotobuf's descriptors to a ProtoSchema.
#pragma once

#include "crema/load/protobuf/schema.h"

#include <span>

namespace google::protobuf {
class FileDescriptor;
}

namespace crema::load {

// Of these files and all they import. Nothing of them is needed afterwards.
SchemaPtr schema_of(std::span<const google::protobuf::FileDescriptor* const> files);

}  // namespace crema::load
