// Configurations of gitleaks and its reports: an error or rules, never a crash.
#include "crema/scan/secrets/secret_rules.h"
#include "crema/scan/waivers/waiver_files.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema;
  if (size > 1 << 16) return 0;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto file = std::make_shared<SourceFile>("input", text);
  const scan::ConfigLoader loader{
      .read = [&](const std::string&) -> Result<SourcePtr> { return file; }};
  (void)scan::parse_gitleaks_config(file, loader).has_value();
  (void)scan::read_gitleaks_report(file, {.key = "k"}).has_value();
  (void)scan::read_gitleaksignore(file).has_value();
  return 0;
}
