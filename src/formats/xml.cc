#include "crema/formats/xml.h"

#include "xml_encoding.h"

#include "crema/base/strings.h"
#include "crema/base/utf8.h"

#include <fmt/format.h>
#include <pugixml.hpp>

#include <algorithm>
#include <cstdint>

namespace crema::formats {
namespace {

Span place_of(const SourcePtr& source, std::size_t offset) {
  const auto text = source->text();
  const auto* at = text.data() + std::min(offset, text.size());
  // The last line that begins at `at` or before it.
  std::uint32_t first = 1;
  std::uint32_t beyond = source->line_count() + 1;
  while (beyond - first > 1) {
    const auto middle = first + (beyond - first) / 2;
    (source->line(middle).data() <= at ? first : beyond) = middle;
  }
  const auto line = source->line(first);
  const auto before = text.substr(static_cast<std::size_t>(line.data() - text.data()),
                                  static_cast<std::size_t>(at - line.data()));
  const auto characters = std::ranges::count_if(
      before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return {source, first, static_cast<std::uint32_t>(characters) + 1};
}

Diagnostic error_at(const SourcePtr& source, std::size_t offset, std::string code,
                    std::string message) {
  return make_error(std::move(code), std::move(message), place_of(source, offset));
}

// What pugixml says, in the words of whoever has to repair the file.
std::string_view problem_of(pugi::xml_parse_status status) {
  switch (status) {
    case pugi::status_bad_pi:
      return "this processing instruction or declaration does not end";
    case pugi::status_bad_comment:
      return "this comment does not end";
    case pugi::status_bad_cdata:
      return "this CDATA section does not end";
    case pugi::status_bad_doctype:
      return "this DOCTYPE does not end";
    case pugi::status_bad_pcdata:
      return "this text does not end";
    case pugi::status_bad_start_element:
      return "this start tag is not well-formed";
    case pugi::status_bad_attribute:
      return "this attribute is not well-formed";
    case pugi::status_bad_end_element:
      return "this end tag is not well-formed";
    case pugi::status_end_element_mismatch:
      return "the document ends inside an element, or an end tag closes another one";
    case pugi::status_no_document_element:
      return "there is no root element";
    case pugi::status_out_of_memory:
      return "there is not enough memory for this document";
    default:
      return "this is not XML";
  }
}

// The first element that is too deep; null where none is.
pugi::xml_node too_deep(const pugi::xml_node& root, std::size_t limit) {
  std::size_t depth = 1;
  for (pugi::xml_node node = root; node;) {
    if (depth > limit) return node;
    if (node.first_child()) {
      node = node.first_child();
      ++depth;
      continue;
    }
    while (node != root && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (node == root) break;
    node = node.next_sibling();
  }
  return {};
}

bool is_element(const pugi::xml_node& node) { return node.type() == pugi::node_element; }

}  // namespace

struct XmlDocument::State {
  SourcePtr source;
  pugi::xml_document document;
};

XmlDocument::XmlDocument(std::unique_ptr<State> state) : state_(std::move(state)) {}
XmlDocument::~XmlDocument() = default;
XmlElement XmlDocument::root() const {
  return {state_->document.document_element().internal_object(), this};
}
const SourcePtr& XmlDocument::source() const { return state_->source; }

std::string_view XmlElement::name() const { return pugi::xml_node(node_).name(); }

bool XmlElement::has(std::string_view attribute) const {
  for (const auto& each : pugi::xml_node(node_).attributes()) {
    if (each.name() == attribute) return true;
  }
  return false;
}

std::string_view XmlElement::attribute(std::string_view name) const {
  for (const auto& each : pugi::xml_node(node_).attributes()) {
    if (each.name() == name) return each.value();
  }
  return {};
}

std::string XmlElement::text() const {
  std::string text;
  for (const auto& node : pugi::xml_node(node_).children()) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) text += node.value();
  }
  return text;
}

XmlElement XmlElement::child(std::string_view name) const {
  for (auto element = first_child(); element; element = element.next()) {
    if (element.name() == name) return element;
  }
  return {};
}

XmlElement XmlElement::first_child() const {
  auto node = pugi::xml_node(node_).first_child();
  while (node && !is_element(node)) node = node.next_sibling();
  return {node.internal_object(), document_};
}

XmlElement XmlElement::next() const {
  auto node = pugi::xml_node(node_).next_sibling();
  while (node && !is_element(node)) node = node.next_sibling();
  return {node.internal_object(), document_};
}

std::vector<XmlElement> XmlElement::children(std::string_view name) const {
  std::vector<XmlElement> elements;
  for (auto element = first_child(); element; element = element.next()) {
    if (name.empty() || element.name() == name) elements.push_back(element);
  }
  return elements;
}

Span XmlElement::span() const {
  const auto offset = node_ == nullptr ? -1 : pugi::xml_node(node_).offset_debug();
  return offset < 0 ? Span{} : place_of(document_->source(), static_cast<std::size_t>(offset));
}

Result<std::unique_ptr<const XmlDocument>> parse_xml(const SourcePtr& given,
                                                     const XmlLimits& limits) {
  if (given->text().size() > limits.bytes) {
    return fail("xml/too-large", fmt::format("the document has more than {} bytes", limits.bytes),
                {given, 1, 1});
  }
  auto state = std::make_unique<XmlDocument::State>();
  state->source = as_utf8(given);
  const auto& source = state->source;
  const auto text = source->text();
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return fail(error_at(source, nul, "xml/syntax", "the document holds a zero byte"));
  const auto parsed = state->document.load_buffer(text.data(), text.size(), pugi::parse_default,
                                                  pugi::encoding_utf8);
  if (!parsed) {
    return fail(error_at(source,
                         static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0)),
                         "xml/syntax", std::string(problem_of(parsed.status))));
  }
  const auto root = state->document.document_element();
  for (auto node = root.next_sibling(); node; node = node.next_sibling()) {
    if (!is_element(node)) continue;
    return fail(error_at(source, static_cast<std::size_t>(node.offset_debug()), "xml/syntax",
                         "a document has one root element, this is a second one"));
  }
  if (const auto deep = too_deep(root, limits.depth)) {
    const auto offset = std::max<std::ptrdiff_t>(deep.offset_debug(), 0);
    return fail(error_at(source, static_cast<std::size_t>(offset), "xml/too-large",
                         fmt::format("elements are nested more than {} deep", limits.depth)));
  }
  return std::unique_ptr<const XmlDocument>(new XmlDocument(std::move(state)));
}

std::string xml_root_name(std::string_view text) {
  constexpr std::size_t kBeginning = std::size_t{64} * 1024;
  for (const std::string_view mark : {"\xEF\xBB\xBF", "\xFF\xFE", "\xFE\xFF"}) {
    if (text.starts_with(mark)) text.remove_prefix(mark.size());
  }
  // Of UTF-16 only every other byte counts: names of formats are ASCII.
  std::string head(text.substr(0, kBeginning));
  std::erase(head, '\0');
  auto rest = trim(head);
  const auto skip = [&](std::string_view end) {
    const auto at = rest.find(end);
    rest = at == std::string_view::npos ? "" : trim(rest.substr(at + end.size()));
  };
  while (rest.starts_with("<?") || rest.starts_with("<!")) {
    if (rest.starts_with("<?"))
      skip("?>");
    else if (rest.starts_with("<!--"))
      skip("-->");
    else
      skip(rest.find('[') < rest.find('>') ? "]>" : ">");
  }
  if (!rest.starts_with('<')) return "";
  return std::string(rest.substr(1, rest.find_first_of(" \t\r\n/>", 1) - 1));
}

std::string xml_text(std::string_view raw) {
  std::string out;
  std::string buffer;
  for (const char c : valid_utf8(raw, buffer)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (c == '\r')
      out += "&#13;";
    else if (byte < 0x20U && c != '\n' && c != '\t')
      out += "\xEF\xBF\xBD";
    else
      out += c;
  }
  return out;
}

std::string xml_attribute(std::string_view name, std::string_view value) {
  std::string out = fmt::format(" {}=\"", name);
  // Attributes lose their line breaks and tabs when they are read.
  for (const char c : xml_text(value)) {
    if (c == '\n')
      out += "&#10;";
    else if (c == '\t')
      out += "&#9;";
    else
      out += c;
  }
  return out + "\"";
}

}  // namespace crema::formats
