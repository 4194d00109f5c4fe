#include "crema/load/protobuf/reflection.h"

#include "crema/load/protobuf/wire.h"

#include <gmock/gmock.h>

namespace crema::load {
namespace {

std::string services(std::initializer_list<std::string_view> names) {
  std::string list, response;
  for (const auto name : names) {
    std::string service;
    append_field(service, 1, name);
    append_field(list, 1, service);
  }
  append_field(response, 6, list);
  return response;
}

std::string file(std::string_view name, std::initializer_list<std::string_view> imports) {
  std::string descriptor, list, response;
  append_field(descriptor, 1, name);
  for (const auto import : imports) append_field(descriptor, 3, import);
  append_field(list, 1, descriptor);
  append_field(response, 4, list);
  return response;
}

std::string refusal(std::string_view text) {
  std::string error, response;
  append_field(error, 2, text);
  append_field(response, 7, error);
  return response;
}

std::string request(std::uint32_t field, std::string_view text) {
  std::string made;
  append_field(made, field, text);
  return made;
}

TEST(Reflection, AsksForServicesTheirFilesAndWhatThoseImport) {
  ReflectionWalk walk;
  std::string asked;
  ASSERT_TRUE(walk.next(asked));
  EXPECT_EQ(asked, request(7, "*"));
  ASSERT_TRUE(walk.take(services({"a.A"})));
  ASSERT_TRUE(walk.next(asked));
  EXPECT_EQ(asked, request(4, "a.A"));
  ASSERT_TRUE(walk.take(file("a.proto", {"b.proto", "google/protobuf/any.proto"})));
  ASSERT_TRUE(walk.next(asked));
  EXPECT_EQ(asked, request(3, "google/protobuf/any.proto"));
  ASSERT_TRUE(walk.take(refusal("not here"))) << "it may be a standard one";
  ASSERT_TRUE(walk.next(asked));
  EXPECT_EQ(asked, request(3, "b.proto"));
  ASSERT_TRUE(walk.take(file("b.proto", {"a.proto"})));
  EXPECT_FALSE(walk.next(asked));
  EXPECT_EQ(walk.files().size(), 2U);
}

TEST(Reflection, TellsWhyAServerRefuses) {
  ReflectionWalk walk;
  std::string asked;
  walk.next(asked);
  ASSERT_TRUE(walk.take(services({"a.A"})));
  walk.next(asked);
  const auto refused = walk.take(refusal("no file of it"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "can't get method on service \"a.A\": no file of it");
  EXPECT_FALSE(walk.take("\x0a\xff")) << "what cannot be read";
}

}  // namespace
}  // namespace crema::load
