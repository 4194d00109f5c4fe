// Feeds a selector and an HTML text, split at the first line break, to what k6/html stands on.
#include "html_document.h"
#include "html_selector.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace crema::load;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  const auto selector = parse_html_selector(text.substr(0, line));
  if (!selector && selector.error().message.empty()) std::abort();
  const auto document = HtmlDocument::parse(text.substr(line + 1));
  if (!document) return 0;
  const HtmlNode& root = (*document)->root();
  html_text(root);
  inner_html(root);
  for (const HtmlNode& node : (*document)->nodes())
    if (node.last < node.order || node.last >= (*document)->nodes().size()) std::abort();
  if (!selector) return 0;
  const auto matches = match_html(**document, *selector);
  if (matches.size() != (*document)->nodes().size() || matches[0]) std::abort();
  return 0;
}
