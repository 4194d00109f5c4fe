#include "crema/formats/yaml.h"

#include "crema/base/utf8.h"

#include <libfyaml.h>

#include <algorithm>
#include <map>
#include <optional>

namespace crema::formats {
namespace {

// Owns the parser and the diagnostics it collects.
class Parser {
 public:
  explicit Parser(std::string_view text) {
    fy_diag_cfg diagnostics{};
    fy_diag_cfg_default(&diagnostics);
    diagnostics.fp = nullptr;
    diagnostics.level = FYET_ERROR;
    diag_ = fy_diag_create(&diagnostics);
    fy_diag_set_collect_errors(diag_, true);
    fy_parse_cfg config{};
    config.flags =
        static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE |
                                        FYPCF_SLOPPY_FLOW_INDENTATION | FYPCF_DISABLE_DEPTH_LIMIT);
    config.diag = diag_;
    parser_ = fy_parser_create(&config);
    fy_parser_set_string(parser_, text.data(), text.size());
  }
  ~Parser() {
    fy_parser_destroy(parser_);
    fy_diag_destroy(diag_);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  fy_event* next() { return fy_parser_parse(parser_); }
  void release(fy_event* event) { fy_parser_event_free(parser_, event); }

  // The first error the library collected.
  std::optional<Diagnostic> error(const SourcePtr& source) const {
    void* iterator = nullptr;
    const auto* first = fy_diag_errors_iterate(diag_, &iterator);
    if (first == nullptr) return std::nullopt;
    std::string message = first->msg == nullptr ? "the text is no YAML" : first->msg;
    while (message.ends_with('\n')) message.pop_back();
    const auto line = static_cast<std::uint32_t>(std::max(first->line, 1));
    return make_error("yaml/syntax", std::move(message),
                      {source, std::min(line, source->line_count()),
                       static_cast<std::uint32_t>(std::max(first->column, 1))});
  }

 private:
  fy_diag* diag_ = nullptr;
  fy_parser* parser_ = nullptr;
};

class Event {
 public:
  Event(Parser& parser, fy_event* event) : parser_(parser), event_(event) {}
  ~Event() {
    if (event_ != nullptr) parser_.release(event_);
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  explicit operator bool() const { return event_ != nullptr; }
  fy_event* operator->() const { return event_; }
  fy_event* get() const { return event_; }

 private:
  Parser& parser_;
  fy_event* event_;
};

std::string token_text(fy_token* token) {
  if (token == nullptr) return {};
  std::size_t size = 0;
  const char* text = fy_token_get_text(token, &size);
  return text == nullptr ? std::string() : std::string(text, size);
}

YamlStyle style_of(fy_token* token) {
  switch (token == nullptr ? FYSS_PLAIN : fy_token_scalar_style(token)) {
    case FYSS_SINGLE_QUOTED:
      return YamlStyle::single_quoted;
    case FYSS_DOUBLE_QUOTED:
      return YamlStyle::double_quoted;
    case FYSS_LITERAL:
      return YamlStyle::literal;
    case FYSS_FOLDED:
      return YamlStyle::folded;
    default:
      return YamlStyle::plain;
  }
}

class TreeBuilder {
 public:
  TreeBuilder(const SourcePtr& source, const YamlLimits& limits)
      : source_(source), limits_(limits), parser_(source->text()) {
    const auto text = source->text();
    for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
      line_ends_.push_back(at);
  }

  // The documents of the text, none for an empty one.
  Result<std::vector<YamlPtr>> build() {
    bool done = false;
    while (!done) {
      const Event event(parser_, parser_.next());
      if (!event) break;
      if (++events_ > limits_.events) return fail(too_large("more nodes than are allowed"));
      CREMA_TRY(take(event.get(), done));
    }
    if (auto error = parser_.error(source_)) return fail(std::move(*error));
    if (!stack_.empty())
      return fail("yaml/syntax", "the text ends inside a collection",
                  Span{source_, source_->line_count(), 1});
    return std::move(roots_);
  }

 private:
  struct Open {
    std::shared_ptr<YamlNode> node;
    YamlPtr key;  // of a mapping, waiting for its value
    std::string anchor;
    std::size_t height = 1;  // levels below, aliases followed
  };

  // The anchor of an event where there is one that may not be there.
  static fy_token* anchor_of(fy_event* event) {
    return event->type == FYET_ALIAS ? event->alias.anchor : fy_event_get_anchor_token(event);
  }

  struct Anchored {
    YamlPtr node;
    std::size_t height = 0;
  };

  Result<> take(fy_event* event, bool& done) {
    if (!limits_.anchors && anchor_of(event) != nullptr) {
      auto error = make_error("yaml/anchor", "anchors are not allowed here", place(event));
      error.hint = "write the value out instead of `&" + token_text(anchor_of(event)) + "`";
      return fail(std::move(error));
    }
    switch (event->type) {
      case FYET_DOCUMENT_START:
        if (++documents_ > limits_.documents)
          return fail("yaml/syntax",
                      limits_.documents == 1 ? "only one document is allowed in a file"
                                             : "the file has more documents than are allowed",
                      place(event));
        anchors_.clear();
        return {};
      case FYET_SCALAR: {
        auto* value = event->scalar.value;
        auto node = std::make_shared<YamlNode>();
        node->style = style_of(value);
        node->text = token_text(value);
        drop_added_line_break(*node, value);
        fill(*node, event, value);
        if (node->line == 0) place_empty(*node);
        return add(node, token_text(event->scalar.anchor), 0);
      }
      case FYET_SEQUENCE_START:
        return open(event, YamlKind::sequence, event->sequence_start.anchor);
      case FYET_MAPPING_START:
        return open(event, YamlKind::mapping, event->mapping_start.anchor);
      case FYET_SEQUENCE_END:
      case FYET_MAPPING_END: {
        auto closed = std::move(stack_.back());
        stack_.pop_back();
        if (closed.height > limits_.depth) return fail(too_large("nested too deeply"));
        return add(closed.node, closed.anchor, closed.height);
      }
      case FYET_ALIAS: {
        const auto name = token_text(event->alias.anchor);
        const auto found = anchors_.find(name);
        if (found == anchors_.end()) {
          auto error =
              make_error("yaml/unknown-anchor",
                         "there is no anchor '" + name + "' before this alias", place(event));
          if (error.span.column > 1) --error.span.column;  // the mark is behind the `*`
          error.hint = "define it first, as in `&" + name + " value`";
          return fail(std::move(error));
        }
        return add(found->second.node, "", found->second.height);
      }
      case FYET_STREAM_END:
        done = true;
        return {};
      default:
        return {};
    }
  }

  // The library ends a block's last line even where the file ends without a line break.
  void drop_added_line_break(YamlNode& node, fy_token* value) const {
    const auto text = source_->text();
    const auto* end = fy_token_end_mark(value);
    if (node.style != YamlStyle::literal && node.style != YamlStyle::folded) return;
    if (end == nullptr || end->input_pos < text.size() || !node.text.ends_with('\n')) return;
    const auto last_line = text.substr(text.find_last_of('\n') + 1);
    if (last_line.find_first_not_of(" \t") != std::string_view::npos) node.text.pop_back();
  }

  // Nothing is written there: it stands behind the colon of its key, or where its list stands.
  void place_empty(YamlNode& node) const {
    if (stack_.empty()) {
      node.line = node.column = 1;
      return;
    }
    const auto& open = stack_.back();
    const auto& before = open.key ? *open.key : *open.node;
    node.line = before.line;
    node.column = open.key && before.end_column != 0 ? before.end_column + 1 : before.column;
  }

  Result<> open(fy_event* event, YamlKind kind, fy_token* anchor) {
    if (stack_.size() >= limits_.depth) return fail(too_large("nested too deeply"));
    auto node = std::make_shared<YamlNode>();
    node->kind = kind;
    fill(*node, event, nullptr);
    stack_.push_back({std::move(node), nullptr, token_text(anchor)});
    return {};
  }

  Result<> add(YamlPtr node, const std::string& anchor, std::size_t height) {
    if (!anchor.empty()) anchors_[anchor] = {node, height};
    if (stack_.empty()) {
      roots_.push_back(std::move(node));
      return {};
    }
    auto& open = stack_.back();
    open.height = std::max(open.height, height + 1);
    if (open.node->kind == YamlKind::sequence) {
      open.node->items.push_back(std::move(node));
    } else if (!open.key) {
      open.key = std::move(node);
    } else {
      open.node->entries.emplace_back(std::move(open.key), std::move(node));
      open.key = nullptr;
    }
    return {};
  }

  // For YAML a carriage return ends a line by itself; for whoever shows the file it does not.
  std::uint32_t line_of(const fy_mark& mark) const {
    const auto behind = std::ranges::lower_bound(line_ends_, mark.input_pos);
    return static_cast<std::uint32_t>(behind - line_ends_.begin()) + 1;
  }

  void fill(YamlNode& node, fy_event* event, fy_token* value) const {
    node.tag = token_text(fy_event_get_tag_token(event));
    const auto* start = value == nullptr ? nullptr : fy_token_start_mark(value);
    const auto* end = value == nullptr ? nullptr : fy_token_end_mark(value);
    if (start == nullptr) start = fy_event_start_mark(event);
    if (start != nullptr) {
      node.line = line_of(*start);
      node.column = static_cast<std::uint32_t>(start->column) + 1;
      if (end != nullptr && end->line == start->line) {
        node.end_column = static_cast<std::uint32_t>(end->column) + 1;
      }
      if (value != nullptr) include_indicators(node);
    }
    // Anchor and tag stand before their node, which begins with them, as YamlDotNet has it.
    for (auto* property : {fy_event_get_tag_token(event), fy_event_get_anchor_token(event)}) {
      const auto* mark = property == nullptr ? nullptr : fy_token_start_mark(property);
      if (mark == nullptr) continue;
      const auto line = line_of(*mark);
      const auto column = static_cast<std::uint32_t>(mark->column) +
                          (property == fy_event_get_anchor_token(event) ? 0 : 1);
      if (node.line == 0 || line < node.line || (line == node.line && column < node.column)) {
        if (line != node.line) node.end_column = 0;
        node.line = line;
        node.column = column;
      }
    }
  }

  // The library's places are those of the text: quotes and block indicators stand before it.
  void include_indicators(YamlNode& node) const {
    if (node.style == YamlStyle::single_quoted || node.style == YamlStyle::double_quoted) {
      if (node.column > 1) --node.column;
      if (node.end_column != 0) ++node.end_column;
      return;
    }
    if (node.style == YamlStyle::plain) return;
    node.end_column = 0;
    for (std::uint32_t number = node.line; number-- > 1;) {
      const auto line = source_->line(number);
      const auto indicator = block_indicator(line);
      if (indicator == std::string_view::npos) continue;
      node.line = number;
      node.column = code_points(line.substr(0, indicator)) + 1;
      return;
    }
  }

  // Where `|` or `>` with its modifiers ends a line, comments aside.
  static std::size_t block_indicator(std::string_view line) {
    if (const auto comment = line.rfind(" #"); comment != std::string_view::npos)
      line = line.substr(0, comment);
    auto last = line.find_last_not_of(" \t\r");
    while (last != std::string_view::npos &&
           std::string_view("+-123456789").find(line[last]) != std::string_view::npos) {
      if (last == 0) return std::string_view::npos;
      --last;
    }
    const bool found = last != std::string_view::npos && (line[last] == '|' || line[last] == '>');
    return found ? last : std::string_view::npos;
  }

  static std::uint32_t code_points(std::string_view text) {
    return static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
  }

  Span place(fy_event* event) const {
    const auto* mark = fy_event_start_mark(event);
    if (mark == nullptr) return {source_};
    return {source_, line_of(*mark), static_cast<std::uint32_t>(mark->column) + 1};
  }

  Diagnostic too_large(const std::string& what) const {
    return make_error("yaml/too-large", "the file is " + what, {source_, 1, 1});
  }

  const SourcePtr& source_;
  const YamlLimits& limits_;
  Parser parser_;
  std::vector<std::size_t> line_ends_;
  std::vector<Open> stack_;
  std::map<std::string, Anchored> anchors_;
  std::vector<YamlPtr> roots_;
  std::size_t events_ = 0;
  std::size_t documents_ = 0;
};

// Something to put into a text that the library does not take as it is.
struct Repair {
  std::size_t at = 0;
  std::string_view text;
};

std::size_t offset_of(const SourceFile& source, std::string_view part) {
  return static_cast<std::size_t>(part.data() - source.text().data());
}

// YamlDotNet, and so GitHub, takes `[a]#comment`; YAML wants a blank there.
std::optional<Repair> space_comment(const SourceFile& source, const Diagnostic& error) {
  if (error.message.find("invalid comment after end of flow") == std::string::npos)
    return std::nullopt;
  const auto line = source.line(error.span.line);
  const auto at = line.find('#', error.span.column > 1 ? error.span.column - 2 : 0);
  if (at == std::string_view::npos) return std::nullopt;
  return Repair{offset_of(source, line) + at, " "};
}

// The library stumbles over an empty item of a list that is not indented below its key.
std::optional<Repair> fill_empty_item(const SourceFile& source, const Diagnostic& error) {
  if (error.message.find("did not find expected node content") == std::string::npos)
    return std::nullopt;
  for (auto number = error.span.line; number-- > 1;) {
    const auto line = source.line(number);
    const auto last = line.find_last_not_of(" \t\r");
    if (last == std::string_view::npos) continue;
    if (line[last] != '-' || line.find_first_not_of(' ') != last) return std::nullopt;
    return Repair{offset_of(source, line) + last + 1, " ~"};
  }
  return std::nullopt;
}

constexpr int kMostRepairs = 16;

}  // namespace

Result<std::vector<YamlPtr>> parse_yaml_documents(const SourcePtr& source,
                                                  const YamlLimits& limits) {
  if (source->text().size() > limits.bytes) {
    return fail("yaml/too-large",
                "the file is larger than " + std::to_string(limits.bytes / 1024) + " KiB",
                Span{source});
  }
  SourcePtr current = source;
  // GitHub reads a file that is no UTF-8 so; the library would never come back from some.
  std::string buffer;
  if (const auto text = valid_utf8(source->text(), buffer); text.data() == buffer.data())
    current = std::make_shared<const SourceFile>(source->path(), std::string(text));
  for (int repairs = 0;; ++repairs) {
    auto tree = TreeBuilder(current, limits).build();
    if (tree) return tree;
    auto repair = space_comment(*current, tree.error());
    if (!repair) repair = fill_empty_item(*current, tree.error());
    if (!repair || repairs == kMostRepairs) {
      tree.error().span.source = source;
      return tree;
    }
    std::string text(current->text());
    text.insert(repair->at, repair->text);
    current = std::make_shared<const SourceFile>(source->path(), std::move(text));
  }
}

Result<YamlPtr> parse_yaml(const SourcePtr& source, const YamlLimits& limits) {
  auto one = limits;
  one.documents = 1;
  auto documents = CREMA_TRY(parse_yaml_documents(source, one));
  if (!documents.empty()) return std::move(documents.front());
  YamlNode empty;
  empty.line = empty.column = 1;
  return std::make_shared<const YamlNode>(std::move(empty));
}

}  // namespace crema::formats
