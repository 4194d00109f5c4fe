#include "embedded_page.h"

namespace crema::report {

std::string_view embedded(std::string_view name);  // made by crema_web_page

namespace {

// Where web/index.html wants them. The document comes before the page's script, which draws at
// once; the parts after it, however many there are.
constexpr std::string_view kDocumentMark = "<!-- crema:document -->";
constexpr std::string_view kPartsMark = "<!-- crema:parts -->";

}  // namespace

Result<EmbeddedPage> embedded_page() {
  const auto page = embedded("index.html");
  const auto document = page.find(kDocumentMark);
  const auto parts = page.find(kPartsMark);
  if (document == std::string_view::npos || parts == std::string_view::npos || parts < document) {
    auto error = make_error("report/page", "the page crema was built with has no place for a run");
    error.exit_code = ExitCode::internal;
    return fail(std::move(error));
  }
  const auto after_document = document + kDocumentMark.size();
  return EmbeddedPage{.before_document = page.substr(0, document),
                      .before_parts = page.substr(after_document, parts - after_document),
                      .rest = page.substr(parts + kPartsMark.size())};
}

}  // namespace crema::report
