// The table of waiver files.
#include "crema/scan/waivers/waiver_files.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace crema::scan {
namespace {

constexpr std::array kKinds = {
    WaiverFileKind{"crema.yml", true, read_crema_waivers},
    WaiverFileKind{".trivyignore", true, read_trivyignore},
    WaiverFileKind{".trivyignore.yaml", true, read_trivyignore_yaml},
    WaiverFileKind{".trivyignore.yml", true, read_trivyignore_yaml},
    WaiverFileKind{".gitleaksignore", true, read_gitleaksignore},
    WaiverFileKind{".checkov.yaml", true, read_checkov_settings},
    WaiverFileKind{".checkov.yml", true, read_checkov_settings},
    WaiverFileKind{".checkov.baseline", false, read_checkov_baseline},
    WaiverFileKind{".hadolint.yaml", true, read_hadolint_settings},
    WaiverFileKind{".hadolint.yml", true, read_hadolint_settings},
    WaiverFileKind{"osv-scanner.toml", false, read_osv_scanner_settings},
    WaiverFileKind{".kube-linter.yaml", true, read_kube_linter_settings},
    WaiverFileKind{".kube-linter.yml", true, read_kube_linter_settings},
};

}  // namespace

std::span<const WaiverFileKind> waiver_file_kinds() { return kKinds; }

Result<WaiverList> read_waiver_files(const std::filesystem::path& root, const SourceTree& tree) {
  WaiverList all;
  for (const auto& file : tree.files) {
    const auto slash = file.path.rfind('/');
    const auto name = std::string_view(file.path).substr(slash + 1);  // npos + 1 is 0
    for (const auto& kind : kKinds) {
      if (kind.name != name || (kind.at_root_only && slash != std::string::npos)) continue;
      auto text = CREMA_TRY(read_source(root, file));
      auto list = CREMA_TRY(kind.read(std::make_shared<SourceFile>(file.path, std::move(text))));
      std::ranges::move(list.waivers, std::back_inserter(all.waivers));
      std::ranges::move(list.warnings, std::back_inserter(all.warnings));
    }
  }
  return all;
}

}  // namespace crema::scan
