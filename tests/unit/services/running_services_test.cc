// Services on this machine, with the real programs where they are installed.
#include "crema/services/running_services.h"

#include "service_driver.h"

#include "crema/services/service_options.h"
#include "crema/sys/files.h"
#include "crema/sys/ports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ServiceOptions, ReadDockersHealthOptions) {
  const auto options = parse_service_options(
      R"(--health-cmd "redis-cli ping" --health-interval=1m30s --health-timeout 500ms --health-retries 5 --memory 1g --init)");
  ASSERT_TRUE(options) << options.error().message;
  EXPECT_EQ(options->health.command, "redis-cli ping");
  EXPECT_EQ(options->health.interval, std::chrono::milliseconds(90'000));
  EXPECT_EQ(options->health.timeout, std::chrono::milliseconds(500));
  EXPECT_EQ(options->health.retries, 5);
  EXPECT_THAT(options->without_effect, ElementsAre("--memory", "--init"));
  EXPECT_FALSE(parse_service_options("--health-interval soon"));
  EXPECT_FALSE(parse_service_options("--health-cmd 'open"));
}

TEST(ServiceOptions, ReadPorts) {
  EXPECT_EQ(parse_port("5433:5432")->host, 5433);
  EXPECT_EQ(parse_port("5433:5432")->container, 5432);
  EXPECT_EQ(parse_port("127.0.0.1:5433:5432/tcp")->host, 5433);
  EXPECT_FALSE(parse_port("5432")->host);
  EXPECT_THAT(parse_port("53:53/udp").error().message, HasSubstr("not supported"));
  EXPECT_FALSE(parse_port("http"));
  EXPECT_FALSE(parse_port("70000"));
}

TEST(ServiceTable, KnowsImagesByAnyRegistryAndTag) {
  for (const auto* image : {"postgres", "postgres:15-alpine", "docker.io/library/postgres:15",
                            "bitnami/postgresql:16@sha256:abc"}) {
    ASSERT_NE(find_service_kind(image), nullptr) << image;
    EXPECT_EQ(find_service_kind(image)->name, "PostgreSQL");
  }
  EXPECT_EQ(find_service_kind("registry.example:5000/team/api"), nullptr);
}

class ServicesTest : public testing::Test {
 protected:
  sys::Host host = sys::real_host();
  std::unique_ptr<sys::ProcessTree> tree = sys::ProcessTree::create(host).value();
  sys::TemporaryDirectory folder = sys::TemporaryDirectory::create("/tmp", "crema-test-").value();
  PortReservations ports;
  std::vector<std::string> said;

  auto start(const std::vector<ServiceSpec>& specs) {
    return start_services(specs, {.host = host,
                                  .processes = *tree,
                                  .ports = ports,
                                  .workspace = folder.path(),
                                  .log = [&](std::string_view line) { said.emplace_back(line); },
                                  .stop = {}});
  }
  // Runs a client against a service; its output.
  std::string client(std::vector<std::string> argv, sys::Environment extra = {}) {
    sys::Environment environment{{"PATH", host.variable("PATH").value_or("/usr/bin:/bin")}};
    environment.merge(extra);
    std::string out;
    const auto exit = tree->run(
        {.argv = std::move(argv), .environment = environment, .working_directory = folder.path()},
        {}, [&](std::string_view text) { out += text; });
    return exit ? out : exit.error().message;
  }
  static std::string port(const RunningServices& services, const std::string& id,
                          const std::string& container) {
    for (const auto& service : services.addresses()) {
      for (const auto& [inside, here] : service.ports) {
        if (service.id == id && std::to_string(inside) == container) return std::to_string(here);
      }
    }
    return "none";
  }
};

TEST_F(ServicesTest, RunsPostgresWithTheImagesConventions) {
  if (!kPostgres.installed(host)) GTEST_SKIP() << "PostgreSQL is not installed";
  ASSERT_TRUE(sys::write_file(
      folder.path() / "1.sql",
      "CREATE TABLE coffee (name text); INSERT INTO coffee VALUES ('flat white');"));
  ServiceSpec spec{.id = "db", .image = "postgres:15"};
  spec.env = {
      {"POSTGRES_PASSWORD", "se'cret"}, {"POSTGRES_DB", "shop"}, {"POSTGRES_USER", "barista"}};
  spec.ports = {{.container = 5432}};
  spec.volumes = {folder.path().string() + ":/docker-entrypoint-initdb.d"};
  spec.health =
      parse_service_options(
          "--health-cmd pg_isready --health-interval 10s --health-timeout 5s --health-retries 5")
          ->health;
  const auto services = start({spec});
  ASSERT_TRUE(services) << services.error().message;
  const std::string url =
      "postgres://barista@localhost:" + port(**services, "db", "5432") + "/shop?sslmode=disable";
  EXPECT_EQ(client({"psql", "-Atc", "SELECT name FROM coffee", url}, {{"PGPASSWORD", "se'cret"}}),
            "flat white\n");
  EXPECT_THAT(client({"psql", "-Atc", "SELECT 1", url}, {{"PGPASSWORD", "wrong"}}),
              HasSubstr("authentication failed"));
  EXPECT_THAT(said, testing::Contains(HasSubstr("healthy")));
}

TEST_F(ServicesTest, SaysWhatPostgresMisses) {
  if (!kPostgres.installed(host)) GTEST_SKIP() << "PostgreSQL is not installed";
  const auto services = start({{.id = "db", .image = "postgres"}});
  ASSERT_FALSE(services);
  EXPECT_THAT(services.error().hint, HasSubstr("POSTGRES_PASSWORD"));
}

TEST_F(ServicesTest, RunsRedisAndFindsItInHealthCommands) {
  if (!kRedis.installed(host)) GTEST_SKIP() << "Redis is not installed";
  ServiceSpec spec{.id = "cache", .image = "redis:7"};
  spec.ports = {{.container = 6379}};
  spec.health =
      parse_service_options(R"(--health-cmd "redis-cli ping" --health-interval 10s)")->health;
  const auto services = start({spec});
  ASSERT_TRUE(services) << services.error().message;
  EXPECT_EQ(client({"redis-cli", "-p", port(**services, "cache", "6379"), "set", "a", "b"}),
            "OK\n");
}

TEST_F(ServicesTest, RunsMariaDbForMysqlImages) {
  if (!kMysql.installed(host)) GTEST_SKIP() << "MariaDB is not installed";
  ASSERT_TRUE(
      sys::write_file(folder.path() / "1.sql",
                      "CREATE TABLE coffee (name text); INSERT INTO coffee VALUES ('ristretto');"));
  ServiceSpec spec{.id = "db", .image = "mysql:8"};
  spec.env = {{"MYSQL_ROOT_PASSWORD", "se'cret"},
              {"MYSQL_DATABASE", "shop"},
              {"MYSQL_USER", "barista"},
              {"MYSQL_PASSWORD", "crema\\"}};
  spec.ports = {{.container = 3306}};
  spec.volumes = {folder.path().string() + ":/docker-entrypoint-initdb.d"};
  spec.health = parse_service_options(
                    R"(--health-cmd "mysqladmin ping -h localhost -u root -p$MYSQL_ROOT_PASSWORD")")
                    ->health;
  const auto services = start({spec});
  ASSERT_TRUE(services) << services.error().message;
  const auto ask = [&](const std::string& user, const std::string& password) {
    return client({"mariadb", "-h127.0.0.1", "-P" + port(**services, "db", "3306"), "-u" + user,
                   "-NBe", "SELECT name FROM coffee", "shop"},
                  {{"MYSQL_PWD", password}});
  };
  EXPECT_EQ(ask("barista", "crema\\"), "ristretto\n");
  EXPECT_EQ(ask("root", "se'cret"), "ristretto\n");
  EXPECT_THAT(ask("barista", "wrong"), HasSubstr("Access denied"));
}

// Says a line to a service and gives what it answers first.
constexpr std::string_view kTalk = R"(
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5) as line:
    line.sendall(sys.argv[2].encode() + b"\r\n")
    print(line.recv(64).decode().split("\r\n")[0][:5])
)";

TEST_F(ServicesTest, RunsNatsAndMemcached) {
  if (!kNats.installed(host) || !kMemcached.installed(host))
    GTEST_SKIP() << "NATS or Memcached is not installed";
  const auto services =
      start({{.id = "bus", .image = "nats:2", .ports = {{.container = 4222}}},
             {.id = "cache", .image = "memcached:1.6", .ports = {{.container = 11211}}}});
  ASSERT_TRUE(services) << services.error().message;
  const auto talk = [&](const std::string& id, const std::string& inside, const std::string& line) {
    return client({"python3", "-c", std::string(kTalk), port(**services, id, inside), line});
  };
  EXPECT_EQ(talk("bus", "4222", "PING"), "INFO \n");
  EXPECT_EQ(talk("cache", "11211", "version"), "VERSI\n");
}

TEST_F(ServicesTest, RunsRabbitMqWithItsUser) {
  if (!kRabbitmq.installed(host)) GTEST_SKIP() << "RabbitMQ is not installed";
  ServiceSpec spec{.id = "queue", .image = "rabbitmq:3-management"};
  spec.env = {{"RABBITMQ_DEFAULT_USER", "barista"}, {"RABBITMQ_DEFAULT_PASS", "crema"}};
  spec.ports = {{.container = 5672}};
  spec.health =
      parse_service_options(R"(--health-cmd "rabbitmq-diagnostics -q ping" --health-interval 2s)")
          ->health;
  const auto services = start({spec});
  ASSERT_TRUE(services) << services.error().message << testing::PrintToString(said);
  EXPECT_EQ(client({"python3", "-c", std::string(kTalk), port(**services, "queue", "5672"),
                    "not the protocol"}),
            std::string("AMQP\0\n", 6));
}

TEST_F(ServicesTest, NamesWhoHoldsAPort) {
  if (!kRedis.installed(host)) GTEST_SKIP() << "Redis is not installed";
  const auto taken = std::to_string(sys::free_port().value());
  ServiceSpec spec{.id = "cache", .image = "redis"};
  spec.ports = {*parse_port(taken + ":6379")};
  const auto first = start({spec});
  ASSERT_TRUE(first) << first.error().message;
  PortReservations other_run;
  const auto second = start_services({spec}, {.host = host,
                                              .processes = *tree,
                                              .ports = other_run,
                                              .workspace = folder.path(),
                                              .log = [](std::string_view) {},
                                              .stop = {}});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("port " + taken + " is taken by redis-server"));
}

TEST_F(ServicesTest, SaysWhatItCannotRun) {
  sys::Host bare = host;
  bare.environment["PATH"] = "/nonexistent";
  const auto start_bare = [&](const std::string& image) {
    return start_services({{.id = "q", .image = image}}, {.host = bare,
                                                          .processes = *tree,
                                                          .ports = ports,
                                                          .workspace = folder.path(),
                                                          .log = [](std::string_view) {},
                                                          .stop = {}});
  };
  const auto unknown = start_bare("docker.elastic.co/elasticsearch:8");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("needs a container engine"));
  EXPECT_THAT(unknown.error().hint, HasSubstr("postgres, redis"));
  const auto missing = start_bare("memcached");
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().hint, HasSubstr("apt-get install memcached"));
}

TEST_F(ServicesTest, TellsWhyAServiceDied) {
  if (!kRedis.installed(host)) GTEST_SKIP() << "Redis is not installed";
  ServiceSpec spec{.id = "cache", .image = "redis"};
  spec.command = {"redis-server", "--no-such-option", "1"};
  const auto services = start({spec});
  ASSERT_FALSE(services);
  EXPECT_THAT(services.error().message, HasSubstr("no-such-option"));
}

}  // namespace
}  // namespace crema::services
