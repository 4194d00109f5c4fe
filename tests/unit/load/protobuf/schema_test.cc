#include "crema/load/protobuf/schema.h"

#include "load/protobuf/shop_schema.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/timestamp.pb.h>

namespace crema::load {
namespace {

TEST(Schema, HasMethodsInTheirOrderWithTheirKinds) {
  const auto schema = shop_schema();
  std::vector<std::string> paths;
  for (const auto& method : schema->methods()) paths.push_back(method.path);
  EXPECT_THAT(paths, testing::ElementsAre("/shop.v1.Shop/Order", "/shop.v1.Shop/Refuse",
                                          "/shop.v1.Shop/Echo", "/shop.v1.Shop/Metadata",
                                          "/shop.v1.Shop/Watch", "/shop.v1.Shop/Count",
                                          "/shop.v1.Shop/Chat"));
  const auto* const watch = schema->method("/shop.v1.Shop/Watch");
  ASSERT_NE(watch, nullptr);
  EXPECT_TRUE(watch->server_streams);
  EXPECT_FALSE(watch->client_streams);
  EXPECT_EQ(watch->package, "shop.v1");
  EXPECT_EQ(watch->service, "Shop");
  EXPECT_EQ(watch->output->name, "shop.v1.Progress");
  EXPECT_EQ(schema->method("/shop.v1.Shop/Nope"), nullptr);
}

TEST(Schema, KnowsMessagesOfImportsAndWhatIsKnownOfThem) {
  const auto schema = shop_schema();
  ASSERT_NE(schema->message("types.Money"), nullptr);
  EXPECT_EQ(schema->message("google.protobuf.Timestamp")->known, KnownType::timestamp);
  EXPECT_EQ(schema->message("shop.v1.Everything")->known, KnownType::none);
  EXPECT_EQ(schema->message("shop.v1.Everything.PricesEntry"), nullptr) << "of maps";
}

struct Broken {
  const char* text;
  const char* code;
  const char* message;
};

TEST(Schema, NamesFileLineAndColumnOfWhatIsWrong) {
  const Broken cases[] = {
      {"syntax = \"proto3\";\nmessage A {\n  int32 a = ;\n}\n", "protobuf/syntax",
       "a.proto:3:13: Expected field number."},
      {"syntax = \"proto3\";\nmessage A { Nope a = 1; }\n", "protobuf/syntax",
       "a.proto:2:13: \"Nope\" is not defined."},
      {"syntax = \"proto3\";\nimport \"b.proto\";\n", "protobuf/syntax",
       "b.proto: the file was not found"},
  };
  for (const auto& wrong : cases) {
    const auto schema = schema_of_text(wrong.text);
    ASSERT_FALSE(schema) << wrong.text;
    EXPECT_EQ(schema.error().code, wrong.code);
    EXPECT_EQ(schema.error().message, wrong.message);
  }
  const std::vector<std::string> names{"nope.proto"};
  const auto missing = schema_of_files(names, shop_file);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, "protobuf/file");
}

TEST(Schema, TakesAMessageForAKnownTypeOnlyWithItsFields) {
  const auto schema = schema_of_text(
      "syntax = \"proto3\"; package google.protobuf; message Timestamp { string a = 1; }");
  ASSERT_TRUE(schema);
  EXPECT_EQ((*schema)->message("google.protobuf.Timestamp")->known, KnownType::none);
}

TEST(Schema, ReadsSetsOfDescriptors) {
  google::protobuf::FileDescriptorSet set;
  auto& file = *set.add_file();
  file.set_name("a.proto");
  file.set_package("a");
  file.set_syntax("proto3");
  file.add_dependency("google/protobuf/timestamp.proto");
  auto& message = *file.add_message_type();
  message.set_name("M");
  auto& field = *message.add_field();
  field.set_name("some_time");
  field.set_number(1);
  field.set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
  field.set_type_name(".google.protobuf.Timestamp");
  auto& service = *file.add_service();
  service.set_name("S");
  auto& method = *service.add_method();
  method.set_name("Do");
  method.set_input_type(".a.M");
  method.set_output_type(".a.M");
  const auto schema = schema_of_set(set.SerializeAsString());
  ASSERT_TRUE(schema) << schema.error().message;
  ASSERT_NE((*schema)->method("/a.S/Do"), nullptr);
  EXPECT_EQ((*schema)->method("/a.S/Do")->input->fields[0].json_name, "someTime");
  const std::vector<std::string> files{file.SerializeAsString()};
  EXPECT_TRUE(schema_of_descriptors(files));
  EXPECT_EQ(schema_of_set("\x0a\xff").error().code, "protobuf/set");
}

}  // namespace
}  // namespace crema::load
