// The table of waiver files.
#include "crema/scan/waivers/waiver_files.h"

#include "crema/sys/files.h"

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

Result<WaiverList> read_waiver_files(const std::filesystem::path& root,
                                     std::span<const TreeFile> files) {
  WaiverList all;
  const auto read = [&](const WaiverFileKind& kind, const std::string& path) -> Result<> {
    auto text = CREMA_TRY(sys::read_file(root / path));
    auto list = CREMA_TRY(kind.read(std::make_shared<SourceFile>(path, std::move(text))));
    std::ranges::move(list.waivers, std::back_inserter(all.waivers));
    std::ranges::move(list.warnings, std::back_inserter(all.warnings));
    return {};
  };
  for (const auto& kind : kKinds) {
    std::error_code error;
    const std::string name(kind.name);
    if (std::filesystem::is_regular_file(root / name, error)) CREMA_TRY(read(kind, name));
    if (kind.at_root_only) continue;
    for (const auto& file : files)
      if (file.path.ends_with("/" + name)) CREMA_TRY(read(kind, file.path));
  }
  return all;
}

}  // namespace crema::scan
