// Reads TypeScript once from its front, without making a tree, and notes what must go or come for
// it to be JavaScript.
#pragma once

#include "typescript_tokens.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace crema::load {

class TypeStripper {
 public:
  TypeStripper(SourcePtr source, std::vector<ScriptToken> tokens)
      : source_(std::move(source)), text_(source_->text()), tokens_(std::move(tokens)) {}

  Result<std::string> strip();

 private:
  using Kind = ScriptToken::Kind;

  // Blanks for `begin` to `end`, and `text` in front of them.
  struct Edit {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string text;
  };
  // An import, whose names are looked at when all of the file was read.
  struct Import {
    std::size_t begin = 0, end = 0;                // the whole declaration
    std::size_t clause_begin = 0, clause_end = 0;  // between `import` and `from`
    std::string default_name, namespace_name;
    struct Name {
      std::string imported, local;
    };
    std::vector<Name> names;
    bool has_names = false;  // braces
  };
  // A name of `export { ... }`, which goes where it is only that of a type.
  struct Export {
    std::size_t begin = 0, end = 0;  // with the comma behind it
    std::string name;
  };
  // Where reading may go back to.
  struct Mark {
    std::size_t at, edits, imports;
  };
  // One level of what is nested, as long as it lives.
  class Level {
   public:
    explicit Level(TypeStripper& stripper);
    ~Level() { --stripper_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    TypeStripper& stripper_;
  };

  // Tokens.
  const ScriptToken& token(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  std::string_view word(std::size_t ahead = 0) const { return text_of(token(ahead)); }
  std::string_view text_of(const ScriptToken& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }
  bool is(std::string_view text, std::size_t ahead = 0) const;
  bool is_name(std::size_t ahead = 0) const { return token(ahead).kind == Kind::name; }
  bool same_line(std::size_t ahead) const { return !token(ahead).after_line_break; }
  bool done() const { return token().kind == Kind::end; }
  bool take(std::string_view text);
  void expect(std::string_view text);
  void skip() { at_ = std::min(at_ + 1, tokens_.size() - 1); }
  // Over a bracket and all in it.
  void skip_group();
  // The token after the bracket that the one at `index` opens.
  std::size_t after_group(std::size_t index) const { return tokens_[index].match + std::size_t{1}; }
  std::size_t begin_of(std::size_t index) const { return tokens_[index].begin; }
  // Where the last token that was read ends.
  std::size_t end_before() const { return at_ == 0 ? 0 : tokens_[at_ - 1].end; }
  bool spans_lines(std::size_t begin, std::size_t end) const {
    return text_.substr(begin, end - begin).find('\n') != std::string_view::npos;
  }
  void fail_here(std::string message);
  Mark mark() const { return {at_, edits_.size(), imports_.size()}; }
  void go_back(const Mark& mark);

  // Edits.
  void erase(std::size_t begin, std::size_t end, std::string text = {});
  void insert(std::size_t at, std::string text) { edits_.push_back({at, at, std::move(text)}); }
  // From the token at `first` to what was read last; a ";" keeps what is around it apart.
  void erase_statement(std::size_t first);
  std::string edited(std::size_t begin, std::size_t end, std::size_t first_edit = 0) const;

  // Types: they only go on, nothing is kept of them.
  void type();
  void type_operand();
  void type_arguments();
  // ": type", which goes.
  void annotation();
  // "<T, U>" of a declaration, which goes.
  void type_parameters();
  bool arguments_of_call_follow();

  // Expressions.
  void expression();
  void assignment();
  bool operand();
  void primary();
  void postfix();
  bool arrow_function();
  void arrow_body();
  void new_expression();
  void object_literal();
  void array_literal();
  void template_literal();
  void arguments();
  void property_key();
  void use_name();

  // Statements.
  void statement();
  void block();
  void statements_until(std::string_view end);
  void end_statement();
  bool type_statement();
  // Over the head of an interface or a class, and its body.
  void skip_declaration();
  void declaration_statement(std::size_t first);
  void variables();
  void binding();
  void for_statement();
  void try_statement();
  void switch_statement();
  void import_statement();
  void export_statement();
  void enum_statement(std::size_t first);
  void enum_member(const std::string& enum_name, const std::set<std::string>& spoken_of,
                   std::string& before, std::string& code);
  bool keyword_statement();

  // Functions and classes.
  void parameters(std::vector<std::string>* properties);
  // From the type parameters to the end of the body; false where there is no body.
  bool function_rest(std::vector<std::string>* properties = nullptr);
  void function_expression();
  void function_statement(std::size_t first);
  void class_rest();
  void member(std::vector<std::string>& fields);
  bool index_signature();
  void constructor_body(const std::vector<std::string>& properties);

  void finish_imports();
  void finish_import(const Import& import);
  void finish_exports();
  bool declares_value(std::string_view name) const;

  SourcePtr source_;
  std::string_view text_;
  std::vector<ScriptToken> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int conditions_ = 0;  // inside the first branch of so many `a ? b : c`
  // Why reading ended, and the byte where. Often taken back: what may be an arrow function or a
  // list of types is read as one first.
  struct Failure {
    std::string message;
    std::size_t at = 0;
  };
  std::optional<Failure> failure_;
  // Tokens at which no arrow function begins, outside and inside the first branch of a condition.
  std::set<std::size_t> no_arrow_[2];
  std::vector<Edit> edits_;
  std::vector<Import> imports_;
  std::vector<Export> exports_;
  std::set<std::string, std::less<>> types_;  // names of interfaces and types of this module
  std::set<std::string, std::less<>> used_;   // names that stand for values somewhere
};

}  // namespace crema::load
