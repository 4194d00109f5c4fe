#include "crema/report/page.h"

#include "coverage_document.h"
#include "document.h"
#include "embedded_page.h"
#include "log_parts.h"
#include "media.h"
#include "page_writer.h"

#include <fmt/format.h>

namespace crema::report {
namespace {

void write_loads(PageWriter& page, const Material& material) {
  for (std::size_t i = 0; i < material.loads.size(); ++i) {
    const auto& load = material.loads[i];
    page.part(fmt::format("load-{}", i), load.document, true);
    if (!load.baseline.empty()) page.part(fmt::format("load-{}-baseline", i), load.baseline, true);
  }
}

}  // namespace

Result<std::uint64_t> write_page(const std::filesystem::path& file, store::Store& store,
                                 const Material& material) {
  const auto parts = CREMA_TRY(embedded_page());
  const auto sources = source_states(material);
  const auto media = CREMA_TRY(find_media(store, material.run));
  auto writer = CREMA_TRY(PageWriter::create(file));
  writer.html(parts.before_document);
  write_document(writer, material,
                 {.coverage = coverage_json(material, sources), .media = media_json(media)});
  writer.html(parts.before_parts);
  CREMA_TRY(write_logs(writer, store, material.run));
  write_loads(writer, material);
  write_sources(writer, material, sources);
  CREMA_TRY(write_media(writer, media));
  writer.html(parts.rest);
  return writer.finish();
}

}  // namespace crema::report
