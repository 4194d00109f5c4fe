#include "helm_chart.h"

#include "crema/base/strings.h"
#include "crema/scan/infra/yaml_document.h"
#include "crema/scan/kubernetes/kubernetes_scanner.h"
#include "crema/sys/host.h"
#include "crema/sys/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <utility>

namespace crema::scan {
namespace {

using formats::YamlNode;
using formats::YamlPtr;

constexpr std::string_view kSource = "# Source: ";

std::string_view key_of(std::string_view line) {
  line = trim(line);
  if (line.starts_with("- ")) line = trim(line.substr(2));
  return line.substr(0, line.find(':'));
}

// From lines of what was rendered to lines of the template: the same line nearest to where it
// would be, else the nearest with the same key.
class LineMap {
 public:
  LineMap(std::span<const std::string_view> rendered, std::uint32_t first, std::string_view text)
      : rendered_(rendered), first_(first), template_(split_lines(text)) {}

  std::uint32_t line_of(std::uint32_t rendered) {
    if (rendered < first_ || rendered > rendered_.size() || template_.empty()) return 1;
    const auto line = trim(rendered_[rendered - 1]);
    // What comes later in the one comes later in the other, loops aside.
    if (const auto same = nearest([&](auto one) { return trim(one) == line; }, rendered))
      return same;
    const auto key = key_of(line);
    if (key.empty()) return last_;
    const auto like = nearest([&](auto one) { return key_of(one) == key; }, rendered);
    return like != 0 ? like : last_;
  }

 private:
  std::span<const std::string_view> rendered_;
  std::uint32_t first_;
  std::vector<std::string_view> template_;
  std::uint32_t last_ = 1;
  std::uint32_t last_rendered_ = 0;

  template <typename Fits>
  std::uint32_t nearest(const Fits& fits, std::uint32_t rendered) {
    const auto from = rendered >= last_rendered_ ? last_ : 1;
    last_rendered_ = rendered;
    for (std::size_t i = from - 1; i < template_.size(); ++i)
      if (fits(template_[i])) return last_ = static_cast<std::uint32_t>(i + 1);
    for (std::size_t i = 0; i + 1 < from; ++i)
      if (fits(template_[i])) return static_cast<std::uint32_t>(i + 1);
    return 0;
  }
};

YamlPtr moved(const YamlNode& node, LineMap& lines, std::size_t depth = 0) {
  auto made = std::make_shared<YamlNode>(node);
  made->line = lines.line_of(node.line);
  made->column = made->end_column = 0;  // those of the rendered text
  if (depth > 400) return made;
  for (auto& item : made->items) item = moved(*item, lines, depth + 1);
  for (auto& [key, value] : made->entries) {
    key = moved(*key, lines, depth + 1);
    value = moved(*value, lines, depth + 1);
  }
  return made;
}

}  // namespace

Result<std::vector<ChartDocument>> read_chart(
    const std::string& folder, std::string_view output,
    const std::function<std::string_view(const std::string& path)>& template_text) {
  const auto source = std::make_shared<SourceFile>(folder, std::string(output));
  const auto documents = CREMA_TRY(read_yaml_documents(source));
  const auto lines = split_lines(source->text());
  std::vector<ChartDocument> all;
  for (const auto& document : documents) {
    std::string file;
    std::uint32_t first = document->line;
    while (first > 1 && file.empty()) {
      const auto line = lines[--first];
      if (line.starts_with(kSource)) {
        // The chart's name comes first, which need not be its folder's.
        const auto path = trim(line.substr(kSource.size()));
        const auto slash = std::min(path.find('/'), path.size() - 1);
        file = (folder.empty() ? "" : folder + "/") + std::string(path.substr(slash + 1));
      }
    }
    if (file.empty()) continue;
    LineMap map(lines, first, template_text(file));
    all.push_back({moved(*document, map), file});
  }
  return all;
}

std::function<Result<std::string>(const std::string&)> helm_at(std::filesystem::path program,
                                                               std::filesystem::path root,
                                                               int seconds) {
  return [program = std::move(program), root = std::move(root),
          seconds](const std::string& folder) -> Result<std::string> {
    const auto host = sys::real_host();
    sys::Command command{.argv = {program.string(), "template", "crema", (root / folder).string()},
                         .environment = host.environment,
                         .working_directory = root};
    const auto done = CREMA_TRY(sys::capture(command, std::chrono::seconds(seconds)));
    if (done.exit.ok()) return done.output;
    const auto words = trim(done.error);
    return fail("kubernetes/helm-failed",
                fmt::format("helm cannot render the chart: {}", words.substr(0, words.find('\n'))));
  };
}

}  // namespace crema::scan
