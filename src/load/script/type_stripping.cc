#include "type_stripping.h"

#include "type_stripper.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace crema::load {
namespace {

// Deeper code than any that people write; each level takes some of a fiber's stack.
constexpr int kDeepest = 200;

// Blanks of the same lines and columns.
void append_blank(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n' || c == '\r')
      out += c;
    else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80)
      out += ' ';
  }
}

}  // namespace

TypeStripper::Level::Level(TypeStripper& stripper) : stripper_(stripper) {
  if (++stripper_.depth_ > kDeepest)
    stripper_.fail_here("the code is nested deeper than 200 levels");
}

bool TypeStripper::is(std::string_view text, std::size_t ahead) const {
  const ScriptToken& now = token(ahead);
  return (now.kind == Kind::sign || now.kind == Kind::name) && text_of(now) == text;
}

bool TypeStripper::take(std::string_view text) {
  if (!is(text)) return false;
  skip();
  return true;
}

void TypeStripper::expect(std::string_view text) {
  if (!take(text)) fail_here(fmt::format("\"{}\" is expected here", text));
}

void TypeStripper::skip_group() { at_ = std::min(after_group(at_), tokens_.size() - 1); }

void TypeStripper::fail_here(std::string message) {
  if (!failure_) failure_ = Failure{std::move(message), token().begin};
  at_ = tokens_.size() - 1;
}

void TypeStripper::go_back(const Mark& mark) {
  at_ = mark.at;
  edits_.resize(mark.edits);
  imports_.resize(mark.imports);
}

void TypeStripper::erase(std::size_t begin, std::size_t end, std::string text) {
  // What was noted inside is part of it.
  while (!edits_.empty() && edits_.back().begin >= begin) edits_.pop_back();
  edits_.push_back({begin, end, std::move(text)});
}

void TypeStripper::erase_statement(std::size_t first) { erase(begin_of(first), end_before(), ";"); }

std::string TypeStripper::edited(std::size_t begin, std::size_t end, std::size_t first_edit) const {
  std::string out;
  std::size_t at = begin;
  for (std::size_t i = first_edit; i < edits_.size(); ++i) {
    const Edit& edit = edits_[i];
    if (edit.begin < at || edit.end > end) continue;
    out += text_.substr(at, edit.begin - at);
    out += edit.text;
    // The text stands where the first blanks would.
    std::string blank;
    append_blank(blank, text_.substr(edit.begin, edit.end - edit.begin));
    std::size_t covered = edit.text.size();
    const auto line = std::min(blank.find_first_of("\r\n"), blank.size());
    covered = std::min(covered, line);
    out += std::string_view(blank).substr(covered);
    at = edit.end;
  }
  out += text_.substr(at, end - at);
  return out;
}

Result<std::string> TypeStripper::strip() {
  statements_until({});
  if (failure_) {
    Diagnostic diagnostic = make_error("load/typescript", failure_->message);
    diagnostic.span = place_in(source_, failure_->at);
    return diagnostic;
  }
  finish_imports();
  finish_exports();
  std::ranges::sort(edits_, {}, [](const Edit& edit) { return std::pair(edit.begin, edit.end); });
  return edited(0, text_.size());
}

void TypeStripper::import_statement() {
  const std::size_t first = at_;
  skip();
  const bool only_types =
      is("type") && (is("{", 1) || is("*", 1) || (is_name(1) && (!is("from", 1) || is("from", 2))));
  if (only_types) skip();
  if (is_name() && is("=", 1)) return fail_here("not supported: import x = require()");
  Import import{.begin = begin_of(first), .clause_begin = token().begin};
  if (is_name()) {
    import.default_name = word();
    skip();
    take(",");
  }
  if (take("*")) {
    expect("as");
    import.namespace_name = word();
    skip();
  } else if (take("{")) {
    import.has_names = true;
    while (!failure_ && !is("}")) {
      const bool type_name =
          is("type") && !is(",", 1) && !is("}", 1) && !(is("as", 1) && !is("as", 2));
      if (type_name) skip();
      Import::Name name{std::string(word()), std::string(word())};
      skip();
      if (take("as")) {
        name.local = word();
        skip();
      }
      if (!type_name) import.names.push_back(std::move(name));
      if (!is("}")) expect(",");
    }
    expect("}");
  }
  const bool has_clause = at_ > first + 1;
  import.clause_end = end_before();
  if (has_clause) expect("from");
  if (token().kind != Kind::string) return fail_here("the module is expected here");
  skip();
  if ((is("with") || is("assert")) && is("{", 1) && same_line(0)) {
    skip();
    skip_group();
  }
  end_statement();
  import.end = end_before();
  if (only_types) return erase_statement(first);
  if (has_clause) imports_.push_back(std::move(import));
}

void TypeStripper::finish_imports() {
  for (const Import& import : imports_) finish_import(import);
}

void TypeStripper::finish_import(const Import& import) {
  const auto used = [&](const std::string& name) { return used_.contains(name); };
  const bool had_any =
      !import.default_name.empty() || !import.namespace_name.empty() || !import.names.empty() ||
      (import.has_names &&
       text_.substr(import.clause_begin, import.clause_end - import.clause_begin).find("type") !=
           std::string_view::npos);
  if (!had_any) return;
  std::string clause;
  const auto add = [&](std::string part) {
    clause += (clause.empty() ? "" : ", ") + std::move(part);
  };
  if (used(import.default_name)) add(import.default_name);
  if (used(import.namespace_name)) add("* as " + import.namespace_name);
  std::string names;
  for (const auto& name : import.names) {
    if (!used(name.local)) continue;
    names += names.empty() ? "" : ", ";
    names += name.imported == name.local ? name.local : name.imported + " as " + name.local;
  }
  if (!names.empty()) add("{ " + names + " }");
  if (clause.empty())
    edits_.push_back({import.begin, import.end, ";"});
  else
    edits_.push_back({import.clause_begin, import.clause_end, clause + " "});
}

// An interface may share its name with a value.
bool TypeStripper::declares_value(std::string_view name) const {
  static constexpr std::array<std::string_view, 6> kDeclaring{"class", "function", "const",
                                                              "let",   "var",      "enum"};
  for (std::size_t i = 1; i < tokens_.size(); ++i)
    if (tokens_[i].kind == Kind::name && text_of(tokens_[i]) == name &&
        std::ranges::find(kDeclaring, text_of(tokens_[i - 1])) != kDeclaring.end())
      return true;
  return false;
}

void TypeStripper::finish_exports() {
  for (const Export& each : exports_)
    if (types_.contains(each.name) && !declares_value(each.name))
      edits_.push_back({each.begin, each.end, {}});
}

void TypeStripper::export_statement() {
  const std::size_t first = at_;
  skip();
  if (is("=")) return fail_here("not supported: export =");
  if (is("import")) return fail_here("not supported: export import");
  if (is("as") && is("namespace", 1)) {
    at_ += 3;
    end_statement();
    return erase_statement(first);
  }
  const bool default_export = take("default");
  if (default_export && (is("function") || is("class") || is("interface") || is("abstract") ||
                         (is("async") && is("function", 1)))) {
    const bool interface = is("interface") && is_name(1);
    const std::size_t edits = edits_.size();
    const bool overload = is("function") || is("async");
    statement();
    const bool gone =
        interface || (overload && edits_.size() > edits &&
                      edits_.back().begin == begin_of(first + 2) && edits_.back().text == ";");
    if (gone) erase_statement(first);
    return;
  }
  if (default_export) {
    expression();
    return end_statement();
  }
  const bool only_types = is("type") && (is("{", 1) || is("*", 1));
  if (only_types) skip();
  if (is("*") || is("{")) {
    const std::size_t list = at_;
    const bool names = is("{");
    if (names) {
      skip_group();
    } else {
      skip();
      if (take("as")) skip();
    }
    const bool elsewhere = take("from");
    const std::size_t after = at_;
    if (names && !only_types) {
      at_ = list + 1;
      while (!failure_ && !is("}")) {
        const std::size_t name = at_;
        const bool type_name = is("type") && !is(",", 1) && !is("}", 1) && !is("as", 1);
        if (type_name) skip();
        Export exported{.begin = begin_of(name), .name = std::string(word())};
        skip();
        if (take("as")) skip();
        if (!is("}")) expect(",");
        exported.end = end_before();
        if (!elsewhere && !type_name) {
          used_.emplace(exported.name);
          exports_.push_back(std::move(exported));
        }
        if (type_name) erase(begin_of(name), end_before());
      }
      at_ = failure_ ? at_ : after;
    }
    if (elsewhere) skip();
    end_statement();
    if (only_types) erase_statement(first);
    return;
  }
  const bool gone = is("type") || is("interface") || is("declare");
  const std::size_t inner = at_;
  const bool function = is("function") || is("async");
  const std::size_t edits = edits_.size();
  statement();
  const bool overload = function && edits_.size() > edits &&
                        edits_.back().begin == begin_of(inner) && edits_.back().text == ";";
  if (gone || overload) erase_statement(first);
}

// enum X { A, B = 2 } becomes code that makes the object, on the line where it began.
void TypeStripper::enum_statement(std::size_t first) {
  take("const");
  skip();
  const std::string name(word());
  skip();
  std::set<std::string> names;  // those that initialisers speak of
  if (is("{"))
    for (std::size_t i = at_ + 1; i < tokens_[at_].match; ++i)
      if (tokens_[i].kind == Kind::name && text_of(tokens_[i - 1]) != "," &&
          text_of(tokens_[i - 1]) != "{" && text_of(tokens_[i - 1]) != ".")
        names.emplace(text_of(tokens_[i]));
  std::string code = fmt::format("var {0} = (({0}) => {{", name);
  expect("{");
  std::string before;  // the member before, as code has it
  while (!failure_ && !is("}")) {
    enum_member(name, names, before, code);
    if (!is("}")) expect(",");
  }
  expect("}");
  erase(begin_of(first), end_before(), code + fmt::format(" return {0}; }})({0} || {{}});", name));
  used_.emplace(name);
}

void TypeStripper::enum_member(const std::string& enum_name, const std::set<std::string>& spoken_of,
                               std::string& before, std::string& code) {
  const bool quoted = token().kind == Kind::string;
  const std::string local(word());
  const std::string key = quoted ? local : fmt::format("\"{}\"", local);
  const std::string member = fmt::format("{}[{}]", enum_name, key);
  skip();
  std::string value = before.empty() ? "0" : before + " + 1";
  bool text = false;
  if (take("=")) {
    const std::size_t begin = token().begin, edits = edits_.size();
    text = (token().kind == Kind::string || token().kind == Kind::template_part) &&
           (is(",", 1) || is("}", 1));
    assignment();
    value = edited(begin, end_before(), edits);
  }
  if (text)
    code += fmt::format(" {} = {};", member, value);
  else
    code += fmt::format(" {0} = {1}; if (typeof {0} !== \"string\") {2}[{0}] = {3};", member, value,
                        enum_name, key);
  if (!quoted && spoken_of.contains(local) && local != enum_name)
    code += fmt::format(" const {} = {};", local, member);
  before = member;
}

Result<std::string> strip_types(const SourcePtr& source) {
  return TypeStripper(source, CREMA_TRY(read_script_tokens(source))).strip();
}

}  // namespace crema::load
