#include "crema/load/protobuf/message.h"

#include "load/protobuf/shop_schema.h"

#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>
#include <nlohmann/json.hpp>

namespace crema::load {
namespace {

using Json = nlohmann::json;

class Messages : public testing::Test {
 protected:
  Messages() : schema(shop_schema()) { types.add(schema); }

  Result<std::string> there_and_back(const std::string& json) const {
    const auto& message = *schema->message("shop.v1.Everything");
    return decode_message(message, CREMA_TRY(encode_message(message, json, types)), types);
  }
  std::string error_of(const std::string& json, const char* name = "shop.v1.Everything") const {
    const auto wire = encode_message(*schema->message(name), json, types);
    return wire ? "fine" : wire.error().message;
  }

  SchemaPtr schema;
  ProtoTypes types;
};

// What k6 1.8.1 gave for {} (tests/e2e/load_grpc_test.py asks it again).
TEST_F(Messages, WritesWhatIsNotSetButNoOneof) {
  const auto json = there_and_back("{}");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ(Json::parse(*json), Json::parse(R"({"aUint32":0,"nested":null,"empty":null,
    "aString":"","numbers":[],"aDouble":0,"anInt32":0,"items":[],"took":null,"aFixed32":0,
    "aFixed64":"0","someBytes":"","data":null,"any":null,"anInt64":"0","aUint64":"0",
    "aSfixed64":"0","size":"SIZE_UNKNOWN","prices":{},"byNumber":{},"list":null,"sizes":[],
    "aSint32":0,"aBool":false,"at":null,"wrapped":null,"nothing":null,"other":"","aFloat":0,
    "aSint64":"0","aSfixed32":0,"value":null,"mask":null})"));
}

TEST_F(Messages, GoThereAndBack) {
  // What is given, and what comes of it where that is another thing.
  const std::pair<const char*, const char*> cases[] = {
      {R"({"aDouble":0.1,"aFloat":0.1})", nullptr},
      {R"({"aDouble":-1.5e300})", nullptr},
      {R"({"aDouble":"NaN","aFloat":"-Infinity"})", nullptr},
      {R"({"aDouble":"2.5"})", R"({"aDouble":2.5})"},
      {R"({"anInt32":-7,"aSint32":-2147483648,"aSfixed32":-1})", nullptr},
      {R"({"anInt32":2e1})", R"({"anInt32":20})"},
      {R"({"anInt32":1500e-2})", R"({"anInt32":15})"},
      {R"({"anInt32":"3.0"})", R"({"anInt32":3})"},
      {R"({"anInt64":"-9223372036854775808","aUint64":"18446744073709551615"})", nullptr},
      {R"({"aSint64":-5,"aSfixed64":"-6","aFixed64":7})",
       R"({"aSint64":"-5","aSfixed64":"-6","aFixed64":"7"})"},
      {R"({"aUint32":4294967295,"aFixed32":4294967295})", nullptr},
      {R"({"aBool":true,"aString":"a\"\\\u0001\u00e9\ud83d\ude00\n"})", nullptr},
      {R"({"someBytes":"AAH/"})", nullptr},
      {R"({"someBytes":"-_8"})", R"({"someBytes":"+/8="})"},
      {R"({"size":"SIZE_LARGE","sizes":[1,"SIZE_SMALL",9]})",
       R"({"size":"SIZE_LARGE","sizes":["SIZE_SMALL","SIZE_SMALL",9]})"},
      {R"({"numbers":[1,-2,300]})", nullptr},
      {R"({"prices":{"a":"2","b":"1"}})", nullptr},
      {R"({"by_number":{"7":{"name":"x"},"-8":{"price":-3}}})",
       R"({"byNumber":{"7":{"name":"x","price":0},"-8":{"name":"","price":-3}}})"},
      {R"({"word":""})", nullptr},
      {R"({"number":0})", nullptr},
      {R"({"item":{"name":"y","price":1}})", nullptr},
      {R"({"maybe":0})", nullptr},
      {R"({"at":"2026-01-02T04:04:05.5+01:00"})", R"({"at":"2026-01-02T03:04:05.500Z"})"},
      {R"({"at":"0001-01-01T00:00:00Z"})", nullptr},
      {R"({"at":"9999-12-31T23:59:59.999999999Z"})", nullptr},
      {R"({"took":"1.5s"})", R"({"took":"1.500s"})"},
      {R"({"took":"-0.000001s"})", nullptr},
      {R"({"data":{"a":[1,null,"x",{"b":true}]}})", nullptr},
      {R"({"value":null})", nullptr},
      {R"({"value":[{}]})", nullptr},
      {R"({"list":[1,"2"]})", nullptr},
      {R"({"any":{"@type":"type.googleapis.com/shop.v1.Item","name":"q","price":4}})", nullptr},
      {R"({"any":{"price":4,"@type":"x/shop.v1.Item","name":"q"}})", nullptr},
      {R"({"any":{"@type":"x/google.protobuf.Duration","value":"3s"}})", nullptr},
      {R"({"any":{}})", nullptr},
      {R"({"wrapped":""})", nullptr},
      {R"({"mask":"aB,c.dE"})", nullptr},
      {R"({"nothing":null})", nullptr},
      {R"({"empty":{}})", nullptr},
      {R"({"renamed":"a"})", R"({"other":"a"})"},
      {R"({"nested":null,"aBool":null,"numbers":null})", R"({})"},
  };
  const auto unset = Json::parse(*there_and_back("{}"));
  for (const auto& [given, wanted] : cases) {
    const auto json = there_and_back(given);
    ASSERT_TRUE(json) << given << ": " << json.error().message;
    auto expected = unset;
    expected.update(Json::parse(wanted == nullptr ? given : wanted));
    EXPECT_EQ(Json::parse(*json), expected) << given;
  }
}

TEST_F(Messages, SayWhatIsWrongInProtojsonsWords) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"nope":2})", R"(proto: (line 1:2): unknown field "nope")"},
      {"{\n \"aBool\": 2}", "proto: (line 2:11): invalid value for bool field aBool: 2"},
      {R"({"anInt32":1.5})", "proto: (line 1:12): invalid value for int32 field anInt32: 1.5"},
      {R"({"anInt32":"x"})", R"(proto: (line 1:12): invalid value for int32 field anInt32: "x")"},
      {R"({"anInt32":2147483648})",
       "proto: (line 1:12): invalid value for int32 field anInt32: 2147483648"},
      {R"({"aUint32":-1})", "proto: (line 1:12): invalid value for uint32 field aUint32: -1"},
      {R"({"aUint64":" 1"})",
       R"(proto: (line 1:12): invalid value for uint64 field aUint64: " 1")"},
      {R"({"aFloat":1e39})", "proto: (line 1:11): invalid value for float field aFloat: 1e39"},
      {R"({"aString":5})", "proto: (line 1:12): invalid value for string field aString: 5"},
      {R"({"someBytes":"*"})",
       R"(proto: (line 1:14): invalid value for bytes field someBytes: "*")"},
      {R"({"size":"NOPE"})", R"(proto: (line 1:9): invalid value for enum field size: "NOPE")"},
      {R"({"word":"a","number":1})",
       "proto: (line 1:13): error parsing \"number\", oneof shop.v1.Everything.choice is already "
       "set"},
      {R"({"aBool":true,"a_bool":true})", R"(proto: (line 1:15): duplicate field "a_bool")"},
      {R"({"prices":{"a":1,"a":2}})", R"(proto: (line 1:18): duplicate map key "a")"},
      {R"({"byNumber":{"x":{}}})", R"(proto: (line 1:14): invalid value for int32 key: "x")"},
      {R"({"any":{"@type":"type.googleapis.com/nope.X"}})",
       "proto: (line 1:17): unable to resolve \"type.googleapis.com/nope.X\": \"not found\""},
      {R"({"at":"yesterday"})",
       R"(proto: (line 1:7): invalid google.protobuf.Timestamp value "yesterday")"},
      {R"({"took":"1"})", R"(proto: (line 1:9): invalid google.protobuf.Duration value "1")"},
      {R"("x")", R"(proto: syntax error (line 1:1): unexpected token "x")"},
      {"[]", "proto: syntax error (line 1:1): unexpected token ["},
      {"", "proto: syntax error (line 1:1): unexpected EOF"},
      {"{} {}", "proto: syntax error (line 1:4): unexpected token {"},
      {R"({"numbers":{}})", "proto: syntax error (line 1:12): unexpected token {"},
  };
  for (const auto& [json, wanted] : cases) EXPECT_EQ(error_of(json), wanted) << json;
}

TEST_F(Messages, RefuseWhatIsNestedTooDeep) {
  std::string json = "{}", list = "1";
  for (int i = 0; i < 2 * kMostMessageDepth; ++i) {
    json = R"({"nested":)" + json + "}";
    list = "[" + list + "]";
  }
  EXPECT_THAT(error_of(json), testing::HasSubstr("exceeded max recursion depth"));
  EXPECT_THAT(error_of(R"({"value":)" + list + "}"),
              testing::HasSubstr("exceeded max recursion depth"));
  std::string wire;
  for (int i = 0; i < 2 * kMostMessageDepth && wire.size() < 120; ++i)
    wire = "\x8a\x01" + std::string(1, static_cast<char>(wire.size())) + wire;
  std::string deep;
  for (int i = 0; i < 3 * kMostMessageDepth; ++i) {
    std::string size;
    for (std::size_t rest = deep.size(); true; rest >>= 7) {
      size += static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
      if (rest <= 0x7f) break;
    }
    deep = "\x8a\x01" + size + deep;
  }
  const auto& message = *schema->message("shop.v1.Everything");
  EXPECT_TRUE(decode_message(message, wire, types));
  EXPECT_FALSE(decode_message(message, deep, types));
}

TEST_F(Messages, ReadTheWireAsTheRulesOfMergingSay) {
  const auto& message = *schema->message("shop.v1.Everything");
  const auto read = [&](std::string_view wire) {
    const auto json = decode_message(message, wire, types);
    return json ? Json::parse(*json) : Json(json.error().message);
  };
  using namespace std::string_view_literals;
  EXPECT_EQ(read("\x18\x01\x18\x02"sv)["anInt32"], 2) << "the last one counts";
  EXPECT_EQ(read("\x8a\x01\x02\x18\x05\x8a\x01\x02\x68\x01"sv)["nested"]["anInt32"], 5)
      << "messages are merged";
  EXPECT_EQ(read("\x8a\x01\x02\x18\x05\x8a\x01\x02\x68\x01"sv)["nested"]["aBool"], true);
  const auto choice = read("\xb2\x01\x01x\xb8\x01\x03"sv);
  EXPECT_FALSE(choice.contains("word")) << "the last of a oneof counts";
  EXPECT_EQ(choice["number"], 3);
  EXPECT_EQ(read("\x92\x01\x02\x01\x02\x90\x01\x03"sv)["numbers"], Json::parse("[1,2,3]"))
      << "packed or not";
  EXPECT_EQ(read("\xa2\x01\x00"sv)["prices"], Json::parse(R"({"":"0"})")) << "an empty entry";
  EXPECT_EQ(read("\xf8\x07\x01\x18\x04"sv)["anInt32"], 4) << "unknown fields are passed over";
  EXPECT_EQ(read("\xfb\x07\x08\x01\xfc\x07\x18\x04"sv)["anInt32"], 4) << "unknown groups too";
  EXPECT_EQ(read("\x1a\x01\x01\x18\x04"sv)["anInt32"], 4) << "another wire type is unknown";
  EXPECT_EQ(read("\x72\x01\xff"sv), "proto: field a_string contains invalid UTF-8");
  for (const auto wire : {"\x18"sv, "\x72\x05x"sv, "\x19\x01"sv, "\x00\x01"sv, "\x1c"sv, "\x1b"sv,
                          "\x18\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"sv})
    EXPECT_EQ(read(wire), "proto: cannot parse invalid wire-format data");
}

TEST(MessagesOfProto2, HavePresenceRequiredFieldsAndGroups) {
  const auto schema = schema_of_text(R"(syntax = "proto2"; message M {
    required int32 a = 1; optional string b = 2 [default = "x"]; repeated int32 c = 3;
    optional group G = 4 { optional int32 d = 5; } })");
  ASSERT_TRUE(schema) << schema.error().message;
  const ProtoTypes types;
  const auto& message = *(*schema)->message("M");
  EXPECT_EQ(encode_message(message, "{}", types).error().message,
            "proto: (line 1:3): required field M.a not set");
  EXPECT_EQ(decode_message(message, "", types).error().message,
            "proto: required field M.a not set");
  const auto wire = encode_message(message, R"({"a":0,"c":[1,2],"g":{"d":7}})", types);
  ASSERT_TRUE(wire) << wire.error().message;
  using namespace std::string_view_literals;
  EXPECT_EQ(*wire, "\x08\x00\x18\x01\x18\x02\x23\x28\x07\x24"sv);
  EXPECT_EQ(Json::parse(*decode_message(message, *wire, types)),
            Json::parse(R"({"a":0,"b":null,"c":[1,2],"g":{"d":7}})"));
}

// libprotobuf must read what we write, and we what it writes.
TEST_F(Messages, AreThoseOfLibprotobuf) {
  google::protobuf::compiler::DiskSourceTree tree;
  tree.MapPath("", CREMA_SOURCE_DIR "/tests/e2e/grpc");
  tree.MapPath("", "/usr/include");
  google::protobuf::compiler::Importer importer(&tree, nullptr);
  const auto* const file = importer.Import("shop.proto");
  ASSERT_NE(file, nullptr);
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> message(
      factory.GetPrototype(file->FindMessageTypeByName("Everything"))->New());
  const std::string given = R"({"aDouble":0.1,"anInt64":"-5","aSint32":-3,"aFixed32":8,
    "someBytes":"AAH/","size":"SIZE_LARGE","nested":{"nested":{"aString":")" +
                            std::string(300, 'x') + R"("}},"numbers":[1,-2],"items":[{"name":"a"},
    {"price":-9}],"prices":{"a":"2"},"item":{"name":"z"},"at":"2026-01-02T03:04:05.006Z",
    "data":{"a":[1,{"b":null}]}})";
  const auto& shape = *schema->message("shop.v1.Everything");
  const auto wire = encode_message(shape, given, types);
  ASSERT_TRUE(wire) << wire.error().message;
  ASSERT_TRUE(message->ParseFromString(*wire));
  google::protobuf::util::JsonPrintOptions options;
  std::string theirs;
  ASSERT_TRUE(google::protobuf::util::MessageToJsonString(*message, &theirs, options).ok());
  auto expected = Json::parse(given);
  expected["items"][1] = Json::parse(R"({"price":-9})");
  EXPECT_EQ(Json::parse(theirs), expected);
  EXPECT_EQ(*decode_message(shape, message->SerializeAsString(), types),
            *decode_message(shape, *wire, types));
}

}  // namespace
}  // namespace crema::load
