// The table of scanners.
#include "crema/scan/compose/compose_scanner.h"
#include "crema/scan/deps/dependency_scanner.h"
#include "crema/scan/dockerfile/dockerfile_scanner.h"
#include "crema/scan/kubernetes/kubernetes_scanner.h"
#include "crema/scan/scan_settings.h"
#include "crema/scan/secrets/secret_scanner.h"
#include "crema/scan/workflows/workflow_scanner.h"
#include "crema/sys/files.h"

#include <algorithm>
#include <array>
#include <utility>

namespace crema::scan {
namespace {

// The team's own configuration where it has one.
Result<std::unique_ptr<Scanner>> make_secrets(const ScanSettings& settings) {
  auto config = settings.secret_config;
  std::error_code error;
  if (config.empty() && std::filesystem::is_regular_file(settings.root / ".gitleaks.toml", error))
    config = settings.root / ".gitleaks.toml";
  SecretScanSettings own{.selection = settings.selection,
                         .own_rules = settings.team_rules,
                         .key = settings.fingerprint_key};
  if (!config.empty()) {
    own.gitleaks_config =
        std::make_shared<SourceFile>(config.string(), CREMA_TRY(sys::read_file(config)));
    own.read = [](const std::string& path) -> Result<SourcePtr> {
      return std::make_shared<SourceFile>(path, CREMA_TRY(sys::read_file(path)));
    };
  }
  return std::move(CREMA_TRY(make_secret_scanner(std::move(own))).scanner);
}

Result<std::unique_ptr<Scanner>> make_dependencies(const ScanSettings& settings) {
  auto own = CREMA_TRY(dependency_settings(*settings.host, settings.root));
  own.today = settings.today;
  own.oldest_data = settings.oldest_advisories;
  return make_dependency_scanner(std::move(own));
}

Result<std::unique_ptr<Scanner>> make_kubernetes(const ScanSettings& settings) {
  KubernetesSettings own{.selection = settings.selection, .extra_rules = settings.team_rules};
  if (!settings.helm.empty()) own.render_chart = helm_at(settings.helm, settings.root);
  return make_kubernetes_scanner(std::move(own));
}

// hadolint's settings of the root hold for all Dockerfiles of the tree.
Result<std::unique_ptr<Scanner>> make_dockerfile(const ScanSettings& settings) {
  DockerfileSettings own{.selection = settings.selection, .extra_rules = settings.team_rules};
  for (const auto* name : {".hadolint.yaml", ".hadolint.yml"}) {
    const auto file = settings.root / name;
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) continue;
    const auto source = std::make_shared<SourceFile>(name, CREMA_TRY(sys::read_file(file)));
    CREMA_TRY(read_hadolint_settings(source, own));
    break;
  }
  return make_dockerfile_scanner(std::move(own));
}

Result<std::unique_ptr<Scanner>> make_compose(const ScanSettings& settings) {
  return make_compose_scanner(
      {.selection = settings.selection, .extra_rules = settings.team_rules});
}

Result<std::unique_ptr<Scanner>> make_workflows(const ScanSettings& settings) {
  return make_workflow_scanner(
      {.selection = settings.selection, .exists = [root = settings.root](const std::string& path) {
         std::error_code error;
         return std::filesystem::exists(root / path, error);
       }});
}

constexpr std::array kKinds = {
    ScannerKind{"secrets", "secrets", make_secrets},
    ScannerKind{"dependencies", "dependencies", make_dependencies},
    ScannerKind{"kubernetes", "infrastructure", make_kubernetes},
    ScannerKind{"dockerfile", "infrastructure", make_dockerfile},
    ScannerKind{"compose", "infrastructure", make_compose},
    ScannerKind{"workflows", "infrastructure", make_workflows},
};

struct FamilyName {
  std::string_view asked, family;
};
constexpr std::array kFamilyNames = {
    FamilyName{"secrets", "secrets"},
    FamilyName{"deps", "dependencies"},
    FamilyName{"dependencies", "dependencies"},
    FamilyName{"infra", "infrastructure"},
    FamilyName{"infrastructure", "infrastructure"},
};

}  // namespace

std::span<const ScannerKind> scanner_kinds() { return kKinds; }

std::vector<std::string_view> scan_families() {
  return {"secrets", "dependencies", "infrastructure"};
}

std::string_view family_called(std::string_view name) {
  const auto* const found = std::ranges::find(kFamilyNames, name, &FamilyName::asked);
  return found == kFamilyNames.end() ? std::string_view() : found->family;
}

}  // namespace crema::scan
