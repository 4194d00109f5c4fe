// XML 1.0 as a tree of elements that know where they stand. Entities other than the five of XML and
// character references stay as they are written, and a DOCTYPE is passed over: nothing is expanded
// and nothing is fetched.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace pugi {
struct xml_node_struct;
}

namespace crema::formats {

class XmlDocument;

// A light view of an element; its document must outlive it. An element that is not there is empty:
// it has no name, no attributes and no children.
class XmlElement {
 public:
  XmlElement() = default;
  explicit operator bool() const { return node_ != nullptr; }

  std::string_view name() const;  // as written, with its prefix
  bool has(std::string_view attribute) const;
  // "" where there is none.
  std::string_view attribute(std::string_view name) const;
  // The text and CDATA directly in it, in order; text of blanks only is left out.
  std::string text() const;

  XmlElement child(std::string_view name) const;  // the first one that is called so
  XmlElement first_child() const;                 // comments and the like are passed over
  XmlElement next() const;
  // Those that are called so, else all.
  std::vector<XmlElement> children(std::string_view name = "") const;

  // Of its name. It costs a search for the line: for errors, not for every element.
  Span span() const;

 private:
  friend class XmlDocument;
  XmlElement(pugi::xml_node_struct* node, const XmlDocument* document)
      : node_(node), document_(document) {}

  pugi::xml_node_struct* node_ = nullptr;
  const XmlDocument* document_ = nullptr;
};

// Limits against hostile input; what goes beyond fails with "xml/too-large".
struct XmlLimits {
  std::size_t bytes = std::size_t{512} << 20U;
  std::size_t depth = 500;
};

class XmlDocument {
 public:
  XmlDocument(XmlDocument&&) = delete;
  ~XmlDocument();

  XmlElement root() const;
  // The text as UTF-8; what spans point into.
  const SourcePtr& source() const;

 private:
  friend Result<std::unique_ptr<const XmlDocument>> parse_xml(const SourcePtr& source,
                                                              const XmlLimits& limits);
  friend class XmlElement;
  struct State;
  explicit XmlDocument(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A document has one root element. It may be UTF-8 (bytes that are none become U+FFFD), UTF-16 with
// or without a mark, or what its declaration calls ISO-8859-1, Windows-1252 or US-ASCII. Errors
// have code "xml/syntax" and a place.
Result<std::unique_ptr<const XmlDocument>> parse_xml(const SourcePtr& source,
                                                     const XmlLimits& limits = {});

// Text between tags or in quotes, escaped. Characters that XML does not know become U+FFFD.
std::string xml_text(std::string_view text);
// ` name="value"`, with line breaks that survive reading.
std::string xml_attribute(std::string_view name, std::string_view value);

}  // namespace crema::formats
