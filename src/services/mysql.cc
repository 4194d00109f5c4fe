// MySQL and MariaDB with the conventions of their images; either program serves both.
#include "service_driver.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"
#include "crema/sys/users.h"

#include <array>

namespace crema::services {
namespace {

constexpr std::array<std::string_view, 4> kImages{"mysql", "mariadb", "bitnami/mysql",
                                                  "bitnami/mariadb"};

std::string quoted(std::string text) {
  text = replace_all(std::move(text), "\\", "\\\\");
  return "'" + replace_all(std::move(text), "'", "\\'") + "'";
}

class Mysql : public ServiceDriver {
 public:
  Result<sys::Command> prepare(const ServiceCase& service) override {
    const auto setting = [&](const std::string& name) {
      return service.variable("MYSQL_" + name, service.variable("MARIADB_" + name));
    };
    root_password_ = setting("ROOT_PASSWORD");
    database_ = setting("DATABASE");
    user_ = setting("USER");
    password_ = setting("PASSWORD");
    const bool may_be_empty = !setting("ALLOW_EMPTY_PASSWORD").empty() ||
                              !setting("ALLOW_EMPTY_ROOT_PASSWORD").empty() ||
                              !setting("RANDOM_ROOT_PASSWORD").empty();
    if (root_password_.empty() && !may_be_empty) {
      auto error =
          make_error("service/failed", "service " + service.spec.id +
                                           ": the image refuses to start without a root password");
      error.hint = "set MYSQL_ROOT_PASSWORD in its env, or MYSQL_ALLOW_EMPTY_PASSWORD: yes";
      return fail(std::move(error));
    }
    if (sys::is_root()) {
      owner_ = sys::find_user("mysql");
      if (!owner_)
        return fail("service/failed",
                    "service " + service.spec.id + ": there is no user 'mysql' to run it as");
      CREMA_TRY(sys::give_to(service.folder, *owner_));
    }
    // Debian names a socket in /etc/mysql, which wins over the environment but not over this file:
    // health commands say `-h localhost`.
    CREMA_TRY(sys::write_file(
        service.folder / "my.cnf",
        "[client]\nsocket=" + socket(service) + "\nport=" + std::to_string(service.port) + "\n"));
    const std::string data = service.folder / "data";
    CREMA_TRY(service.run(
        as_owner(service, {"mariadb-install-db", "--no-defaults", "--datadir=" + data,
                           "--auth-root-authentication-method=normal", "--skip-test-db"}),
        "mariadb-install-db"));
    auto server = as_owner(
        service, {"mariadbd", "--no-defaults", "--datadir=" + data,
                  "--port=" + std::to_string(service.port), "--socket=" + socket(service),
                  "--bind-address=127.0.0.1", "--pid-file=" + (service.folder / "pid").string(),
                  "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"});
    for (const auto& argument : service.arguments()) server.argv.push_back(argument);
    return server;
  }

  bool ready(const ServiceCase& service) override {
    return service
        .run({.argv = {"mariadb-admin", "--no-defaults", "--socket=" + socket(service), "-u",
                       "root", "ping"},
              .environment = service.environment()},
             "ping")
        .has_value();
  }

  Result<> initialise(const ServiceCase& service) override {
    std::string sql;
    if (!database_.empty())
      sql += "CREATE DATABASE IF NOT EXISTS `" + replace_all(database_, "`", "``") + "`;\n";
    if (!user_.empty()) {
      sql += "CREATE USER " + quoted(user_) + "@'%' IDENTIFIED BY " + quoted(password_) + ";\n";
      if (!database_.empty())
        sql += "GRANT ALL ON `" + replace_all(database_, "`", "``") + "`.* TO " + quoted(user_) +
               "@'%';\n";
    }
    for (const auto& file : service.mounted("/docker-entrypoint-initdb.d")) {
      if (file.extension() != ".sql") continue;
      if (!database_.empty()) sql += "USE `" + replace_all(database_, "`", "``") + "`;\n";
      sql += CREMA_TRY(sys::read_file(file)) + "\n";
    }
    sql += "CREATE USER 'root'@'%' IDENTIFIED BY " + quoted(root_password_) +
           ";\nGRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;\n";
    sql += "ALTER USER 'root'@'localhost' IDENTIFIED BY " + quoted(root_password_) + ";\n";
    CREMA_TRY(service.run(
        {.argv = {"mariadb", "--no-defaults", "--socket=" + socket(service), "-u", "root"},
         .environment = service.environment(),
         .input = sql},
        "setting up users and databases"));
    return {};
  }

  sys::Environment client_environment(const ServiceCase& service) override {
    return {{"MYSQL_HOME", service.folder.string()},
            {"MARIADB_HOME", service.folder.string()},
            {"MYSQL_TCP_PORT", std::to_string(service.port)},
            {"MYSQL_UNIX_PORT", socket(service)},
            {"MYSQL_ROOT_PASSWORD", root_password_},
            {"MARIADB_ROOT_PASSWORD", root_password_}};
  }

 private:
  static std::string socket(const ServiceCase& service) { return service.folder / "mysql.sock"; }

  sys::Command as_owner(const ServiceCase& service, std::vector<std::string> argv) const {
    sys::Command command{.argv = std::move(argv),
                         .environment = service.environment(),
                         .working_directory = service.folder};
    if (owner_) {
      command.user = owner_->id;
      command.group = owner_->group;
    }
    return command;
  }

  std::string root_password_, database_, user_, password_;
  std::optional<sys::User> owner_;
};

}  // namespace

const ServiceKind kMysql{
    .name = "MariaDB",
    .images = kImages,
    .program = "mariadbd",
    .package = "mariadb-server",
    .port = 3306,
    .installed =
        [](const sys::Host& host) {
          return host.find_program("mariadbd").has_value() ||
                 std::filesystem::exists("/usr/sbin/mariadbd");
        },
    .make = []() -> std::unique_ptr<ServiceDriver> { return std::make_unique<Mysql>(); }};

}  // namespace crema::services
