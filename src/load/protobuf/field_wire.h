// What a field of each kind has on the wire (protobuf.dev, "Encoding").
#pragma once

#include "crema/load/protobuf/schema.h"
#include "crema/load/protobuf/wire.h"

namespace crema::load {

// Outside of a packed list.
WireType wire_type(ProtoKind kind);

}  // namespace crema::load
