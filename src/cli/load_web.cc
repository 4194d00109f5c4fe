#include "load_web.h"

#include <fmt/format.h>

namespace crema::cli {

Result<LoadWeb> LoadWeb::start(const sys::Host& host, const LoadArguments& arguments) {
  LoadWeb web;
  web.page_ = {.title = fmt::format("crema load run {}", arguments.request.script),
               .version = CREMA_VERSION,
               .generated = host.clock->wall(),
               .document = {},
               .baseline = {}};
  if (!arguments.web_export.empty())
    web.file_ = (host.working_directory / arguments.web_export).lexically_normal();
  if (!arguments.web) return web;
  const auto place = CREMA_TRY(report::LivePage::place_of(*arguments.web));
  web.live_ = CREMA_TRY(report::LivePage::start(place, report::live_load_page(web.page_)));
  return web;
}

void LoadWeb::tell(const load::TestMoment& moment) {
  if (!live_) return;
  for (const auto& [second, text] : moment.seconds) live_->tell("second", second, text);
  live_->tell("state", 0, moment.state);
}

Result<> LoadWeb::finish(const std::string& document, const std::string& baseline) {
  page_.document = document;
  page_.baseline = baseline;
  if (live_) {
    if (!baseline.empty()) live_->tell("baseline", 0, baseline);
    // The whole of it, so that a page that stays open is the same as the file.
    live_->tell("state", 0, document);
    live_.reset();
  }
  if (!file_.empty()) CREMA_TRY(report::write_load_page(file_, page_));
  return {};
}

}  // namespace crema::cli
