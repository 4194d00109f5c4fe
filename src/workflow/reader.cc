#include "reader.h"

#include "complaint.h"
#include "interpolation.h"
#include "scalar.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace crema::workflow {
namespace {

using formats::YamlKind;
using formats::YamlNode;

using Allowed = const expr::Vocabulary*;
using Keys = std::set<std::string, IgnoreCaseLess>;

// How GitHub estimates a token's size (TemplateMemory).
constexpr std::size_t kObjectBytes = 24;
constexpr std::size_t kStringBytes = 26;

std::size_t utf16_units(std::string_view text) {
  std::size_t units = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) units += byte >= 0xF0U ? 2 : 1;
  }
  return units;
}

std::size_t bytes_of(const Token& token) {
  const bool text = token.kind == Token::Kind::string || token.kind == Token::Kind::expression;
  return kObjectBytes + (text ? text_bytes(token.text) : 0);
}

class Reader {
 public:
  Reader(const SourcePtr& source, Budget& budget, Problems& problems)
      : source_(source), budget_(budget), problems_(problems) {}

  Token read(const YamlNode& node, const Shape& shape) { return value(node, shape, &nothing_); }

 private:
  Token value(const YamlNode& node, const Shape& shape, Allowed inherited) {
    if (!count(node)) return {};
    const Allowed allowed = widen(inherited, shape);
    switch (node.kind) {
      case YamlKind::scalar:
        return scalar(node, shape, allowed);
      case YamlKind::sequence:
        return sequence(node, shape, allowed);
      case YamlKind::mapping:
        return mapping(node, shape, allowed);
    }
    return {};
  }

  // What may be mentioned in a type: what its surroundings allow and what it adds.
  Allowed widen(Allowed outer, const Shape& shape) {
    if (!shape.adds_vocabulary()) return outer;
    const auto [found, added] = vocabularies_.try_emplace({outer, &shape}, *outer);
    if (added) {
      found->second.contexts.insert(shape.contexts.begin(), shape.contexts.end());
      auto& functions = found->second.functions;
      functions.insert(functions.end(), shape.functions.begin(), shape.functions.end());
    }
    return &found->second;
  }

  Token scalar(const YamlNode& node, const Shape& shape, Allowed allowed) {
    bool sound = true;
    Token token = scalar_token(node, allowed, sound);
    if (stopped_) return token;
    if (sound && token.kind == Token::Kind::insert) {
      problems_.refuse(unexpected_value(token, shape, path()));
    } else if (sound && token.kind == Token::Kind::expression) {
      if (allowed->contexts.empty()) problems_.tolerate(expression_not_allowed(token, path()));
    } else if (sound && !fits(token, shape)) {
      misfit(token, shape);
    }
    spend(token);
    return token;
  }

  Token scalar_token(const YamlNode& node, Allowed allowed, bool& sound) {
    auto literal = literal_of(node, source_);
    if (!literal) {
      stop(std::move(literal).error());
      return {};
    }
    return interpolate(std::move(*literal), {*allowed, path()}, problems_, sound);
  }

  Token sequence(const YamlNode& node, const Shape& shape, Allowed allowed) {
    Token token = collection(node, Token::Kind::sequence);
    const Depth depth(*this);
    if (stopped_) return token;
    if (shape.item == nullptr) {
      problems_.refuse(unexpected_collection(token, shape, where()));
      for (const auto& item : node.items) skip(*item);
      return token;
    }
    for (std::size_t i = 0; i < node.items.size() && !stopped_; ++i) {
      path_.push_back("[" + std::to_string(i) + "]");
      token.items.push_back(value(*node.items[i], *shape.item, allowed));
      path_.pop_back();
    }
    return token;
  }

  Token mapping(const YamlNode& node, const Shape& shape, Allowed allowed) {
    Token token = collection(node, Token::Kind::mapping);
    const Depth depth(*this);
    if (stopped_) return token;
    if (shape.mappings.empty()) {
      problems_.refuse(unexpected_collection(token, shape, where()));
      for (const auto& [key, entry] : node.entries) {
        skip(*key);
        skip(*entry);
      }
      return token;
    }
    std::vector<const MappingShape*> candidates;
    candidates.reserve(shape.mappings.size());
    for (const MappingShape& candidate : shape.mappings) candidates.push_back(&candidate);
    Keys keys;
    bool expression_key = false;
    for (const auto& [key_node, value_node] : node.entries) {
      if (stopped_) return token;
      entry(token, *key_node, *value_node, shape, candidates, keys, expression_key, allowed);
    }
    if (!stopped_) check_complete(token, candidates, keys, expression_key);
    return token;
  }

  void entry(Token& mapping, const YamlNode& key_node, const YamlNode& value_node,
             const Shape& shape, std::vector<const MappingShape*>& candidates, Keys& keys,
             bool& expression_key, Allowed allowed) {
    if (key_node.kind != YamlKind::scalar) {
      stop(make_error("workflow/key", "a key is text, not a list or a mapping",
                      span_of(key_node, source_)));
      return;
    }
    bool sound = true;
    Token key = scalar_token(key_node, allowed, sound);
    if (stopped_) return;
    if (key.kind == Token::Kind::expression || key.kind == Token::Kind::insert) {
      expression_key = true;
      if (allowed->contexts.empty()) {
        problems_.refuse(expression_not_allowed(key, path()));
        skip(value_node);
        return;
      }
      spend(key);
      const auto* loose = all_loose(candidates);
      add(mapping, std::move(key), value_node, loose != nullptr ? *loose->loose_value : any(),
          allowed);
      return;
    }
    key = as_string(std::move(key));
    if (!keys.insert(key.text).second) {
      problems_.refuse(already_defined(mapping, key));
      skip(value_node);
      return;
    }
    if (const Shape* known = well_known(candidates, key.text)) {
      spend(key);
      add(mapping, std::move(key), value_node, *known, allowed);
      return;
    }
    if (const MappingShape* loose = candidates.front(); loose->loose_key != nullptr) {
      if (!fits(key, *loose->loose_key) && !unexpected_key(key, candidates, shape, mapping)) {
        skip(value_node);
        return;
      }
      spend(key);
      add(mapping, std::move(key), value_node, *loose->loose_value, allowed);
      return;
    }
    unexpected_key(key, candidates, shape, mapping);
    skip(value_node);
  }

  void add(Token& mapping, Token key, const YamlNode& node, const Shape& shape, Allowed allowed) {
    path_.push_back(key.text);
    Token token = value(node, shape, allowed);
    path_.pop_back();
    if (dropped_) {
      dropped_ = false;
      return;
    }
    mapping.entries.push_back({std::move(key), std::move(token)});
  }

  // A mapping without any well-known key: its expression keys have its loose values.
  static const MappingShape* all_loose(const std::vector<const MappingShape*>& candidates) {
    const MappingShape* first = candidates.front();
    return candidates.size() == 1 && first->properties.empty() && first->loose_value != nullptr
               ? first
               : nullptr;
  }

  // The type of a key, after which only the mappings that know it remain.
  static const Shape* well_known(std::vector<const MappingShape*>& candidates,
                                 std::string_view key) {
    const Shape* found = nullptr;
    for (const MappingShape* candidate : candidates) {
      const Property* property = candidate->find(key);
      if (property != nullptr && found == nullptr) found = property->shape;
    }
    if (found != nullptr)
      std::erase_if(candidates, [&](const auto* one) { return one->find(key) == nullptr; });
    return found;
  }

  void check_complete(const Token& mapping, const std::vector<const MappingShape*>& candidates,
                      const Keys& keys, bool expression_key) {
    if (candidates.size() > 1) {
      problems_.refuse(undecided_mapping(mapping, candidates, where()));
      return;
    }
    if (expression_key) return;
    for (const Property& property : candidates.front()->properties) {
      if (property.need == Need::optional || keys.contains(property.key)) continue;
      auto error = missing_key(mapping, property.key, where());
      if (property.need == Need::required) {
        problems_.refuse(std::move(error));
      } else {
        problems_.tolerate(std::move(error));
      }
    }
  }

  // Whether the key may be used all the same.
  bool unexpected_key(const Token& key, const std::vector<const MappingShape*>& candidates,
                      const Shape& shape, const Token& mapping) {
    if (auto conflict = conflicting_key(key, candidates, shape, mapping)) {
      problems_.refuse(std::move(*conflict));
      return false;
    }
    return problems_.tolerate(unknown_key(key, candidates, where()));
  }

  // A literal of another kind than is wanted; when lenient, what it was meant to be is clear.
  void misfit(Token& token, const Shape& shape) {
    const bool nothing = token.kind == Token::Kind::null || token.text.empty();
    const bool boolean =
        shape.boolean && token.kind == Token::Kind::string &&
        (equals_ignore_case(token.text, "true") || equals_ignore_case(token.text, "false"));
    const double number =
        shape.number && token.kind == Token::Kind::string ? expr::text_to_number(token.text) : NAN;
    const bool single = shape.item != nullptr && !nothing && fits(token, *shape.item);
    const Diagnostic error = unexpected_value(token, shape, path());
    if (path_.empty() || (!nothing && !boolean && std::isnan(number) && !single)) {
      problems_.refuse(error);
      return;
    }
    if (!problems_.tolerate(error)) return;
    if (nothing) {
      dropped_ = !path_.back().starts_with('[');
      return;
    }
    if (single) {
      Token list;
      list.kind = Token::Kind::sequence;
      list.span = token.span;
      list.items.push_back(std::move(token));
      token = std::move(list);
    } else if (boolean) {
      token.kind = Token::Kind::boolean;
      token.boolean = equals_ignore_case(token.text, "true");
    } else {
      token.kind = Token::Kind::number;
      token.number = number;
    }
  }

  void skip(const YamlNode& node) {
    if (stopped_ || !count(node)) return;
    const Depth depth(*this, node.kind != YamlKind::scalar);
    for (const auto& item : node.items) skip(*item);
    for (const auto& [key, entry] : node.entries) {
      skip(*key);
      skip(*entry);
    }
  }

  Token collection(const YamlNode& node, Token::Kind kind) {
    Token token;
    token.kind = kind;
    token.span = span_of(node, source_);
    spend(token);
    return token;
  }

  // Counts what is read, so that a few lines of aliases cannot stand for a world.
  bool count(const YamlNode& node) {
    if (stopped_) return false;
    here_ = span_of(node, source_);
    ++budget_.events;
    nodes_ += node.kind == YamlKind::scalar ? 1 : 2;
    if (budget_.events > budget_.max_events || nodes_ > budget_.max_nodes)
      too_large("has more values than are allowed, aliases counted each time they are used");
    return !stopped_;
  }

  void spend(const Token& token) {
    budget_.bytes += bytes_of(token);
    if (budget_.bytes > budget_.max_bytes) too_large("is too large when everything is expanded");
  }

  void too_large(std::string_view what) {
    auto error = make_error("workflow/too-large", fmt::format("the workflow {}", what), here_);
    error.hint = "split it into reusable workflows";
    stop(std::move(error));
  }

  void stop(Diagnostic error) {
    if (!stopped_) problems_.refuse(std::move(error));
    stopped_ = true;
  }

  // One level of nesting, for as long as it lives.
  class Depth {
   public:
    explicit Depth(Reader& reader, bool counts = true) : reader_(reader), counts_(counts) {
      if (counts_ && reader_.depth_++ >= reader_.budget_.max_depth)
        reader_.too_large("is nested too deeply");
    }
    ~Depth() {
      if (counts_) --reader_.depth_;
    }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

   private:
    Reader& reader_;
    bool counts_;
  };

  static const Shape& any() { return workflow_schema().shape("any"); }

  // "jobs.build.steps[2].run"
  std::string path() const {
    std::string text;
    for (const std::string& part : path_)
      text += (text.empty() || part.starts_with('[') ? "" : ".") + part;
    return text;
  }
  std::string where() const { return path_.empty() ? "the file" : "`" + path() + "`"; }

  const SourcePtr& source_;
  Budget& budget_;
  Problems& problems_;
  const expr::Vocabulary nothing_;
  std::map<std::pair<Allowed, const Shape*>, expr::Vocabulary> vocabularies_;
  std::vector<std::string> path_;
  Span here_;
  std::size_t depth_ = 0;
  std::size_t nodes_ = 0;
  bool stopped_ = false;  // after an error that makes going on pointless
  bool dropped_ = false;  // the value just read is to be treated as if it were not there
};

}  // namespace

std::size_t text_bytes(std::string_view text) { return kStringBytes + 2 * utf16_units(text); }

bool fits(Token& literal, const Shape& shape) {
  const auto text_fits = [&shape](const Token& token) {
    if (shape.text) return !shape.non_empty || !token.text.empty();
    return std::find(shape.constants.begin(), shape.constants.end(), token.text) !=
           shape.constants.end();
  };
  switch (literal.kind) {
    case Token::Kind::null:
      if (shape.null) return true;
      break;
    case Token::Kind::boolean:
      if (shape.boolean) return true;
      break;
    case Token::Kind::number:
      if (shape.number) return true;
      break;
    case Token::Kind::string:
      return text_fits(literal);
    default:
      return false;
  }
  Token text = as_string(literal);
  if (!text_fits(text)) return false;
  literal = std::move(text);
  return true;
}

Token read_document(const formats::YamlNode& root, const SourcePtr& source, const Shape& shape,
                    Budget& budget, Problems& problems) {
  return Reader(source, budget, problems).read(root, shape);
}

}  // namespace crema::workflow
