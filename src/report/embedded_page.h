// The page that was built from web/, cut where a document and its parts are put in.
#pragma once

#include "crema/base/result.h"

#include <string_view>

namespace crema::report {

struct EmbeddedPage {
  std::string_view before_document;
  std::string_view before_parts;  // after the document, up to the parts
  std::string_view rest;
};

// Fails with "report/page" where the program was built with a page that has no place for them.
Result<EmbeddedPage> embedded_page();

}  // namespace crema::report
