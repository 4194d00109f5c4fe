// PostgreSQL with the conventions of the image `postgres`
// (github.com/docker-library/docs/tree/master/postgres).
#include "service_driver.h"

#include "crema/base/strings.h"
#include "crema/sys/files.h"
#include "crema/sys/users.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace crema::services {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kImages{"postgres", "bitnami/postgresql",
                                                  "postgis/postgis", "cimg/postgres"};

// Debian keeps each major version's programs in a folder of its own: the image's if it is there,
// else the newest; else what PATH has.
std::optional<fs::path> programs(const sys::Host& host, std::string_view tag) {
  std::optional<fs::path> best;
  int best_major = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", error)) {
    const auto name = entry.path().filename().string();
    int major = 0;
    std::from_chars(name.data(), name.data() + name.size(), major);
    if (!fs::exists(entry.path() / "bin/postgres", error)) continue;
    if (tag == name ||
        (tag.starts_with(name) && !std::isdigit(static_cast<unsigned char>(tag[name.size()]))))
      return entry.path() / "bin";
    if (major > best_major) {
      best_major = major;
      best = entry.path() / "bin";
    }
  }
  if (best) return best;
  if (const auto found = host.find_program("postgres")) return found->parent_path();
  return std::nullopt;
}

class Postgres : public ServiceDriver {
 public:
  Result<sys::Command> prepare(const ServiceCase& service) override {
    const auto found = programs(service.host, service.tag());
    if (!found)
      return fail("service/failed",
                  "service " + service.spec.id + ": the programs of PostgreSQL are gone");
    bin_ = *found;
    user_ = service.variable("POSTGRES_USER", service.variable("POSTGRESQL_USERNAME", "postgres"));
    password_ = service.variable("POSTGRES_PASSWORD", service.variable("POSTGRESQL_PASSWORD"));
    database_ = service.variable("POSTGRES_DB", service.variable("POSTGRESQL_DATABASE", user_));
    const bool trusts = service.variable("POSTGRES_HOST_AUTH_METHOD") == "trust" ||
                        service.variable("ALLOW_EMPTY_PASSWORD") == "yes";
    if (password_.empty() && !trusts) {
      auto error = make_error("service/failed",
                              "service " + service.spec.id +
                                  ": the image postgres refuses to start without a password");
      error.hint = "set POSTGRES_PASSWORD in its env, or POSTGRES_HOST_AUTH_METHOD: trust";
      return fail(std::move(error));
    }
    // PostgreSQL refuses to run as root.
    if (sys::is_root()) {
      owner_ = sys::find_user("postgres");
      if (!owner_)
        return fail("service/failed",
                    "service " + service.spec.id + ": there is no user 'postgres' to run it as");
      CREMA_TRY(sys::give_to(service.folder, *owner_));
    }
    CREMA_TRY(make_cluster(service, trusts));
    auto server =
        command(service, {bin_ / "postgres", "-D", data(service), "-p",
                          std::to_string(service.port), "-c", "listen_addresses=localhost", "-c",
                          "unix_socket_directories=" + service.folder.string(), "-c", "fsync=off",
                          "-c", "synchronous_commit=off", "-c", "full_page_writes=off"});
    for (const auto& argument : service.arguments()) server.argv.push_back(argument);
    return server;
  }

  bool ready(const ServiceCase& service) override {
    return service
        .run(command(service, {bin_ / "pg_isready", "-q", "-h", service.folder, "-p",
                               std::to_string(service.port)}),
             "pg_isready")
        .has_value();
  }

  Result<> initialise(const ServiceCase& service) override {
    if (database_ != "postgres") {
      CREMA_TRY(psql(service, "postgres",
                     {"-c", "CREATE DATABASE \"" + replace_all(database_, "\"", "\"\"") + "\""},
                     "creating the database"));
    }
    for (const auto& file : service.mounted("/docker-entrypoint-initdb.d"))
      CREMA_TRY(run_script(service, file));
    return {};
  }

  // Through the socket, where everybody is trusted, as inside the container.
  sys::Environment client_environment(const ServiceCase& service) override {
    return {{"PGHOST", service.folder.string()},
            {"PGPORT", std::to_string(service.port)},
            {"PGUSER", user_},
            {"POSTGRES_USER", user_},
            {"POSTGRES_DB", database_}};
  }

 private:
  static fs::path data(const ServiceCase& service) { return service.folder / "data"; }

  sys::Command command(const ServiceCase& service, std::vector<std::string> argv) const {
    sys::Command command{.argv = std::move(argv),
                         .environment = service.environment(),
                         .working_directory = service.folder};
    if (owner_) {
      command.user = owner_->id;
      command.group = owner_->group;
    }
    return command;
  }

  Result<> make_cluster(const ServiceCase& service, bool trusts) {
    std::vector<std::string> argv{bin_ / "initdb",
                                  "-D",
                                  data(service),
                                  "-U",
                                  user_,
                                  "--no-sync",
                                  "-E",
                                  "UTF8",
                                  "--locale=C.UTF-8",
                                  "--auth-local=trust",
                                  trusts ? "--auth-host=trust" : "--auth-host=scram-sha-256"};
    const auto password_file = service.folder / "password";
    if (!password_.empty()) {
      CREMA_TRY(sys::write_file(password_file, password_ + "\n"));
      fs::permissions(password_file, fs::perms(0600));
      if (owner_) CREMA_TRY(sys::give_to(password_file, *owner_));
      argv.push_back("--pwfile=" + password_file.string());
    }
    const auto words = service.variable("POSTGRES_INITDB_ARGS");
    for (const auto word : split(words, ' ')) {
      if (!word.empty()) argv.emplace_back(word);
    }
    const auto made = service.run(command(service, std::move(argv)), "initdb");
    std::error_code ignored;
    fs::remove(password_file, ignored);
    if (!made) return fail(made.error());
    return {};
  }

  Result<> psql(const ServiceCase& service, const std::string& database,
                std::vector<std::string> arguments, std::string_view what) const {
    std::vector<std::string> argv{bin_ / "psql",
                                  "-X",
                                  "-q",
                                  "-v",
                                  "ON_ERROR_STOP=1",
                                  "-h",
                                  service.folder,
                                  "-p",
                                  std::to_string(service.port),
                                  "-U",
                                  user_,
                                  "-d",
                                  database};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    auto call = command(service, std::move(argv));
    call.user.reset();  // init scripts may lie where only the caller can read
    call.group.reset();
    CREMA_TRY(service.run(std::move(call), what));
    return {};
  }

  Result<> run_script(const ServiceCase& service, const fs::path& file) {
    const auto name = file.filename().string();
    const std::string what = "init script " + name;
    if (name.ends_with(".sql")) return psql(service, database_, {"-f", file}, what);
    sys::Command call{.environment = service.environment(client_environment(service)),
                      .working_directory = service.folder};
    call.environment["PGDATABASE"] = database_;
    call.environment["POSTGRES_PASSWORD"] = password_;
    if (name.ends_with(".sh"))
      call.argv = {"bash", file};
    else if (name.ends_with(".sql.gz"))
      call.argv = {"bash", "-c", "gunzip -c \"$0\" | psql -X -q -v ON_ERROR_STOP=1", file};
    else
      return {};  // as the image: other files are left alone
    CREMA_TRY(service.run(std::move(call), what));
    return {};
  }

  fs::path bin_;
  std::string user_, password_, database_;
  std::optional<sys::User> owner_;
};

}  // namespace

const ServiceKind kPostgres{
    .name = "PostgreSQL",
    .images = kImages,
    .program = "postgres",
    .package = "postgresql",
    .port = 5432,
    .installed = [](const sys::Host& host) { return programs(host, "").has_value(); },
    .make = []() -> std::unique_ptr<ServiceDriver> { return std::make_unique<Postgres>(); }};

}  // namespace crema::services
