#include "crema/evidence/jacoco.h"

#include "line_counts.h"

#include "crema/formats/xml.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <map>
#include <optional>

namespace crema::evidence {
namespace {

using formats::XmlElement;

constexpr std::array<std::string_view, 10> kFolders = {"src/main/java/",
                                                       "src/main/kotlin/",
                                                       "src/main/scala/",
                                                       "src/main/groovy/",
                                                       "app/src/main/java/",
                                                       "app/src/main/kotlin/",
                                                       "src/commonMain/kotlin/",
                                                       "src/test/java/",
                                                       "src/",
                                                       ""};

std::optional<std::uint32_t> number_of(const XmlElement& element, std::string_view name) {
  const auto text = element.attribute(name);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Diagnostic jacoco_error(const XmlElement& element, std::string message) {
  auto error = make_error("evidence/jacoco", std::move(message), element.span());
  error.hint = "report.dtd of JaCoCo describes the elements";
  return error;
}

class JacocoReader {
 public:
  explicit JacocoReader(const ReportRoot& root) : root_(root) {}

  Result<Coverage> read(const XmlElement& report) {
    CREMA_TRY(read_group(report, ""));
    normalize(coverage_);
    return std::move(coverage_);
  }

 private:
  // A group is a module of a build, which usually has the folder of its name.
  Result<> read_group(const XmlElement& group, const std::string& folder) {
    constexpr std::size_t kLongest = 1000;
    for (auto child = group.first_child(); child; child = child.next()) {
      if (child.name() == "package") CREMA_TRY(read_package(child, folder));
      if (child.name() != "group") continue;
      auto inner = fmt::format("{}{}/", folder, child.attribute("name"));
      if (inner.size() > kLongest) inner = folder;
      CREMA_TRY(read_group(child, inner));
    }
    return {};
  }

  Result<> read_package(const XmlElement& package, const std::string& folder) {
    std::map<std::string_view, std::size_t> files;  // by the source's name
    for (const auto& source : package.children("sourcefile")) {
      if (source.attribute("name").empty())
        return fail(jacoco_error(source, "a <sourcefile> needs its name"));
      files[source.attribute("name")] = coverage_.files.size();
      coverage_.files.push_back(CREMA_TRY(read_source(package, source, folder)));
    }
    for (const auto& unit : package.children("class")) {
      const auto file = files.find(unit.attribute("sourcefilename"));
      if (file != files.end()) add_methods(coverage_.files[file->second], unit);
    }
    return {};
  }

  Result<FileCoverage> read_source(const XmlElement& package, const XmlElement& source,
                                   const std::string& folder) const {
    const auto name =
        package.attribute("name").empty()
            ? std::string(source.attribute("name"))
            : fmt::format("{}/{}", package.attribute("name"), source.attribute("name"));
    FileCoverage file{.path = path_of(name, folder)};
    for (const auto& line : source.children("line")) {
      const auto number = number_of(line, "nr");
      const auto covered = number_of(line, "ci");
      if (!number || !covered || *number > kMostLines)
        return fail(jacoco_error(line, "a <line> needs the numbers `nr` and `ci`"));
      if (*number == 0) continue;
      file.blocks.push_back(line_block(*number, *covered > 0 ? 1 : 0));
      const std::uint64_t taken = number_of(line, "cb").value_or(0);
      const std::uint64_t ways = taken + number_of(line, "mb").value_or(0);
      if (ways > 0 && ways <= kMostLines)
        file.branches.push_back(
            {*number, static_cast<std::uint32_t>(taken), static_cast<std::uint32_t>(ways)});
    }
    return file;
  }

  std::string path_of(const std::string& name, const std::string& folder) const {
    std::vector<std::string> candidates;
    for (const auto prefix : kFolders) {
      if (!folder.empty()) candidates.push_back(fmt::format("{}{}{}", folder, prefix, name));
    }
    for (const auto prefix : kFolders) candidates.push_back(fmt::format("{}{}", prefix, name));
    for (const auto& candidate : candidates) {
      if (root_.exists && root_.exists(candidate)) return candidate;
    }
    return repository_path(name, root_);
  }

  static void add_methods(FileCoverage& file, const XmlElement& unit) {
    auto name = unit.attribute("name");
    name = name.substr(name.rfind('/') + 1);
    for (const auto& method : unit.children("method")) {
      CoverageFunction function{.name = fmt::format("{}.{}", name, method.attribute("name")),
                                .line = number_of(method, "line").value_or(0)};
      for (const auto& counter : method.children("counter")) {
        if (counter.attribute("type") == "METHOD")
          function.count = number_of(counter, "covered").value_or(0);
      }
      file.functions.push_back(std::move(function));
    }
  }

  const ReportRoot& root_;
  Coverage coverage_{.tool = "jacoco", .mode = CoverageMode::set};
};

}  // namespace

Result<Coverage> read_jacoco(const SourcePtr& source, const ReportRoot& root) {
  const auto document = CREMA_TRY(formats::parse_xml(source));
  const auto report = document->root();
  if (report.name() != "report") {
    return fail(jacoco_error(report, fmt::format("<{}> is no report of JaCoCo", report.name())));
  }
  return JacocoReader(root).read(report);
}

}  // namespace crema::evidence
