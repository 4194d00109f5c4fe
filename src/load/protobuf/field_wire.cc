#include "field_wire.h"

namespace crema::load {

WireType wire_type(ProtoKind kind) {
  switch (kind) {
    case ProtoKind::float64:
    case ProtoKind::fixed64:
    case ProtoKind::sfixed64:
      return WireType::fixed64;
    case ProtoKind::float32:
    case ProtoKind::fixed32:
    case ProtoKind::sfixed32:
      return WireType::fixed32;
    case ProtoKind::string:
    case ProtoKind::bytes:
    case ProtoKind::message:
      return WireType::bytes;
    case ProtoKind::group:
      return WireType::begin_group;
    default:
      return WireType::varint;
  }
}

}  // namespace crema::load
