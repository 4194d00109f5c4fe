#include "crema/report/page.h"

#include "coverage_document.h"
#include "document.h"
#include "log_parts.h"
#include "media.h"
#include "page_writer.h"

namespace crema::report {

std::string_view embedded(std::string_view name);  // made by crema_web_page

namespace {

// Where web/index.html wants them. The document comes before the page's script, which draws at
// once; the parts after it, however many there are.
constexpr std::string_view kDocumentMark = "<!-- crema:document -->";
constexpr std::string_view kPartsMark = "<!-- crema:parts -->";

}  // namespace

Result<std::uint64_t> write_page(const std::filesystem::path& file, store::Store& store,
                                 const Material& material) {
  const auto page = embedded("index.html");
  const auto document = page.find(kDocumentMark);
  const auto parts = page.find(kPartsMark);
  if (document == std::string_view::npos || parts == std::string_view::npos || parts < document) {
    auto error = make_error("report/page", "the page crema was built with has no place for a run");
    error.exit_code = ExitCode::internal;
    return fail(std::move(error));
  }
  const auto after_document = document + kDocumentMark.size();
  const auto sources = source_states(material);
  const auto media = CREMA_TRY(find_media(store, material.run));
  auto writer = CREMA_TRY(PageWriter::create(file));
  writer.html(page.substr(0, document));
  write_document(writer, material,
                 {.coverage = coverage_json(material, sources), .media = media_json(media)});
  writer.html(page.substr(after_document, parts - after_document));
  CREMA_TRY(write_logs(writer, store, material.run));
  write_sources(writer, material, sources);
  CREMA_TRY(write_media(writer, media));
  writer.html(page.substr(parts + kPartsMark.size()));
  return writer.finish();
}

}  // namespace crema::report
