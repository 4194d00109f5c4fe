// Feeds any bytes to the readers of what services are made from: compose files, Dockerfiles, .env
// files, the tests' settings and exclusions. What a compose file says can be put in an order.
#include "crema/formats/dotenv.h"
#include "crema/services/compose.h"
#include "crema/services/go_image.h"
#include "crema/services/service_options.h"
#include "crema/testing/exclusions.h"
#include "crema/testing/test_settings.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check_compose(const crema::SourcePtr& source) {
  const auto find = [](std::string_view name) -> std::optional<std::string> {
    return name.size() % 2 == 0 ? std::optional<std::string>("value") : std::nullopt;
  };
  const auto file = crema::services::read_compose(source, "/nonexistent", find);
  if (!file) {
    require(!file.error().message.empty());
    return;
  }
  const auto order = crema::services::start_order(*file, {});
  if (!order) return;
  std::size_t in_levels = 0;
  for (const auto& level : *order) in_levels += level.size();
  require(in_levels <= file->services.size());
}

// A command that was put together is taken apart to the same words.
void check_words(std::string_view text) {
  const auto words = crema::services::split_words(text);
  if (!words) return;
  const auto again = crema::services::split_words(crema::services::shell_command(*words));
  require(again && *again == *words);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto source = std::make_shared<crema::SourceFile>("file", text);
  check_compose(source);
  check_words(text);
  (void)crema::services::read_go_image(source, {.context = "/nonexistent"});
  (void)crema::services::parse_service_options(text);
  (void)crema::services::parse_port(text);
  (void)crema::services::parse_duration(text);
  (void)crema::formats::parse_dotenv(source);
  (void)crema::testing::read_test_settings(source);
  crema::testing::Exclusions exclusions;
  exclusions.add_sonar(source);
  (void)exclusions.add_codecov(source);
  (void)exclusions.add_crema(source);
  (void)exclusions.find("services/orders/orders.go");
  return 0;
}
