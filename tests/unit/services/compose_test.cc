// Compose files: what they say, in which order it starts, and where they are wrong.
#include "crema/services/compose.h"

#include "crema/sys/files.h"
#include "crema/sys/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::optional<std::string> variable(std::string_view name) {
  if (name == "SET") return "value";
  if (name == "EMPTY") return "";
  return std::nullopt;
}

std::string replaced(std::string_view text) {
  const auto result = interpolate(text, variable);
  return result ? *result : "error: " + result.error().message;
}

TEST(Interpolation, FollowsTheSpecification) {
  EXPECT_EQ(replaced("$SET ${SET}-$NONE-${NONE}"), "value value--");
  EXPECT_EQ(replaced("${NONE:-a} ${EMPTY:-b} ${EMPTY-c} ${SET:-d}"), "a b  value");
  EXPECT_EQ(replaced("${NONE:+a}|${EMPTY:+b}|${EMPTY+c}|${SET:+d}"), "||c|d");
  EXPECT_EQ(replaced("${NONE:-${SET:-x}y}"), "valuey");
  EXPECT_EQ(replaced("a$$b $${SET}"), "a$b ${SET}");
  EXPECT_EQ(replaced("${NONE:?say it}"), "error: the variable NONE is not set: say it");
  EXPECT_EQ(replaced("${SET:?say it}"), "value");
  EXPECT_THAT(replaced("${SET"), HasSubstr("never closed"));
  EXPECT_THAT(replaced("100$ each"), HasSubstr("write $$"));
  EXPECT_THAT(replaced("${1}"), HasSubstr("names no variable"));
}

class ComposeTest : public testing::Test {
 protected:
  sys::TemporaryDirectory folder =
      sys::TemporaryDirectory::create(sys::real_host().temporary_directory, "compose-").value();

  Result<ComposeFile> read(std::string text) {
    return read_compose(std::make_shared<SourceFile>("docker-compose.yml", std::move(text)),
                        folder.path(), variable);
  }
};

constexpr auto kShop = R"(
x-common: &common
  restart: unless-stopped
  environment: {LOG: info}
services:
  db:
    image: postgres:${TAG:-15}
    container_name: shop-db
    environment: [POSTGRES_PASSWORD=p, "SET", "NONE"]
    env_file: [db.env, {path: none.env, required: false}]
    command: postgres -c "fsync=off"
    ports: ["127.0.0.1:15432:5432"]
    volumes:
      - ./db/init.sql:/docker-entrypoint-initdb.d/init.sql:ro
      - {type: bind, source: ./x, target: /y}
    healthcheck: {test: [CMD, pg_isready, -U, "it's"], interval: 2s, retries: 20}
  migrate:
    build: .
    depends_on: {db: {condition: service_healthy}}
  api:
    <<: *common
    build: {context: api, dockerfile: ../Dockerfile, args: {VERSION: 1}}
    depends_on:
      migrate: {condition: service_completed_successfully}
      cache: {condition: service_started, required: false}
    ports: [{target: 8080, published: "80"}]
    deploy: {replicas: 2}
  tests:
    image: golang
    profiles: [tests]
    depends_on: [api]
)";

TEST_F(ComposeTest, ReadsServices) {
  ASSERT_TRUE(sys::write_file(folder.path() / ".env", "TAG=16\n"));
  ASSERT_TRUE(sys::write_file(folder.path() / "db.env", "POSTGRES_DB=shop\nPOSTGRES_PASSWORD=x\n"));
  const auto file = read(kShop);
  ASSERT_TRUE(file) << file.error().message;
  const auto& db = *file->find("db");
  EXPECT_EQ(db.spec.image, "postgres:16");
  EXPECT_THAT(db.spec.env, ElementsAre(Pair("POSTGRES_PASSWORD", "p"), Pair("SET", "value"),
                                       Pair("POSTGRES_DB", "shop")));
  EXPECT_THAT(db.spec.command, ElementsAre("postgres", "-c", "fsync=off"));
  EXPECT_THAT(db.spec.ports, ElementsAre(PortMapping{5432, 15432}));
  EXPECT_THAT(db.spec.volumes, ElementsAre(HasSubstr("init.sql:ro"), "./x:/y"));
  EXPECT_EQ(db.spec.health.command, R"('pg_isready' '-U' 'it'\''s')");
  EXPECT_EQ(db.spec.health.retries, 20);
  EXPECT_THAT(db.aliases, ElementsAre("shop-db"));
  const auto& api = *file->find("api");
  EXPECT_EQ(api.build->dockerfile, "../Dockerfile");
  EXPECT_THAT(api.spec.env, ElementsAre(Pair("LOG", "info")));
  EXPECT_THAT(api.spec.ports, ElementsAre(PortMapping{8080, 80}));
  EXPECT_THAT(api.without_effect, ElementsAre("deploy"));
}

std::string order_text(const ComposeFile& file, const std::vector<std::string>& profiles) {
  const auto order = start_order(file, profiles);
  if (!order) return "error: " + order.error().message;
  std::string text;
  for (const auto& level : *order) {
    for (const auto* service : level) text += service->spec.id + " ";
    text += "| ";
  }
  return text;
}

TEST_F(ComposeTest, OrdersServices) {
  ASSERT_TRUE(sys::write_file(folder.path() / "db.env", ""));
  const auto file = read(kShop);
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(order_text(*file, {}), "db | migrate | api | ");
  EXPECT_EQ(order_text(*file, {"tests"}), "db | migrate | api | tests | ");
  const auto circle =
      read("services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n");
  EXPECT_THAT(order_text(*circle, {}), HasSubstr("circle"));
  const auto unknown = read("services:\n  a: {image: x, depends_on: [b]}\n");
  EXPECT_THAT(order_text(*unknown, {}), HasSubstr("depends on b"));
}

TEST_F(ComposeTest, SaysWhereItIsWrong) {
  const auto error = [&](std::string text) {
    const auto file = read(std::move(text));
    if (file) return std::string("none");
    return std::to_string(file.error().span.line) + ": " + file.error().message;
  };
  EXPECT_EQ(error("services:\n  a:\n    command: x\n"), "3: service a has neither image nor build");
  EXPECT_THAT(error("services:\n  a:\n    image: ${NONE:?no}\n"),
              HasSubstr("3: the variable NONE"));
  EXPECT_THAT(error("services:\n  a:\n    image: x\n    ports: [\"1-3:1-3\"]\n"),
              HasSubstr("4: not supported"));
  EXPECT_THAT(error("services:\n  a: {image: x, depends_on: {b: {condition: up}}}\n"),
              HasSubstr("unknown condition 'up'"));
  EXPECT_THAT(error("services:\n  a: {extends: {service: b}}\n"),
              HasSubstr("not supported: extends"));
  EXPECT_THAT(error("name: x\n"), HasSubstr("no services"));
}

}  // namespace
}  // namespace crema::services
