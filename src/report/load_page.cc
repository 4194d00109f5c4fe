#include "crema/report/load_page.h"

#include "embedded_page.h"
#include "page_writer.h"

#include "crema/base/strings.h"
#include "crema/report/run_json.h"

#include <nlohmann/json.hpp>

namespace crema::report {
namespace {

std::string head_json(const LoadPage& page, bool live) {
  const nlohmann::ordered_json json = {{"schema", 1},
                                       {"crema", page.version},
                                       {"generated", time_text(page.generated)},
                                       {"title", page.title},
                                       {"live", live}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

constexpr std::string_view kElement = "crema-load";

}  // namespace

std::string live_load_page(const LoadPage& page) {
  const auto parts = embedded_page();
  if (!parts) return "";
  std::string html(parts->before_document);
  // A report asks nobody for anything; this page asks the server that it comes from.
  constexpr std::string_view kNothing = "default-src 'none';";
  if (const auto at = html.find(kNothing); at != std::string::npos)
    html.insert(at + kNothing.size(), " connect-src 'self';");
  html += "<script type=\"application/json\" id=\"" + std::string(kElement) + "\">" +
          script_text(head_json(page, true)) + "</script>\n";
  return html.append(parts->before_parts).append(parts->rest);
}

Result<std::uint64_t> write_load_page(const std::filesystem::path& file, const LoadPage& page) {
  const auto parts = CREMA_TRY(embedded_page());
  auto writer = CREMA_TRY(PageWriter::create(file));
  writer.html(parts.before_document);
  writer.begin_json(kElement);
  writer.json(head_json(page, false));
  writer.end_json();
  writer.html(parts.before_parts);
  writer.part("load-0", page.document, true);
  if (!page.baseline.empty()) writer.part("load-0-baseline", page.baseline, true);
  writer.html(parts.rest);
  return writer.finish();
}

}  // namespace crema::report
