// The page of a load test: live while the test runs, and as a file when it has ended.
#pragma once

#include "load_arguments.h"

#include "crema/load/test_run.h"
#include "crema/report/live_page.h"
#include "crema/report/load_page.h"

#include <filesystem>
#include <memory>
#include <string>

namespace crema::cli {

class LoadWeb {
 public:
  // Serves and writes nothing where neither was asked for. Fails with "report/address" or
  // "report/listen".
  static Result<LoadWeb> start(const sys::Host& host, const LoadArguments& arguments);

  // "" where no page is served.
  std::string address() const { return live_ ? live_->address() : ""; }
  void tell(const load::TestMoment& moment);
  // Tells the end to the browsers, and writes the file.
  Result<> finish(const std::string& document, const std::string& baseline);

 private:
  report::LoadPage page_;
  std::filesystem::path file_;  // empty: none
  std::unique_ptr<report::LivePage> live_;
};

}  // namespace crema::cli
