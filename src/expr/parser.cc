// Precedence parsing with two stacks, so that errors come in the order of the text, as GitHub's do
// (actions/runner ExpressionParser).
#include "parser.h"

#include "case_fold.h"
#include "functions.h"
#include "lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::expr {
namespace {

struct BinaryOperator {
  std::string_view text;
  Op op;
  int precedence;
};

constexpr auto kBinaryOperators = std::to_array<BinaryOperator>({
    {">", Op::greater, 11},
    {">=", Op::greater_equal, 11},
    {"<", Op::less, 11},
    {"<=", Op::less_equal, 11},
    {"==", Op::equal, 10},
    {"!=", Op::not_equal, 10},
    {"&&", Op::all, 6},
    {"||", Op::any, 5},
});

const BinaryOperator& binary_operator(std::string_view text) {
  return *std::find_if(kBinaryOperators.begin(), kBinaryOperators.end(),
                       [&](const BinaryOperator& candidate) { return candidate.text == text; });
}

int precedence(const Lexeme& lexeme) {
  switch (lexeme.kind) {
    case TokenKind::open_group:
      return 20;
    case TokenKind::open_index:
    case TokenKind::open_call:
    case TokenKind::dot:
      return 19;
    case TokenKind::logical_not:
      return 16;
    case TokenKind::binary:
      return binary_operator(lexeme.text).precedence;
    default:
      return 1;  // a comma or a closing bracket
  }
}

bool is_operand(TokenKind kind) {
  return kind == TokenKind::literal || kind == TokenKind::context || kind == TokenKind::property ||
         kind == TokenKind::function || kind == TokenKind::wildcard;
}

bool is_closing(TokenKind kind) {
  return kind == TokenKind::close_group || kind == TokenKind::close_call ||
         kind == TokenKind::close_index;
}

// What reduction stops at: it waits for its closing bracket.
bool is_fence(TokenKind kind) {
  return kind == TokenKind::open_group || kind == TokenKind::open_index ||
         kind == TokenKind::open_call || kind == TokenKind::comma;
}

Diagnostic syntax_error(std::string message, std::size_t position) {
  Span span;
  span.column = static_cast<std::uint32_t>(position);
  return make_error("expr/syntax", std::move(message), span);
}

class Parser {
 public:
  Parser(std::string_view text, const Vocabulary& vocabulary)
      : text_(text), vocabulary_(vocabulary), lexer_(text) {}

  Result<std::shared_ptr<const Node>> parse() {
    if (utf16_length(text_) > kMaxLength)
      return crema::fail(
          syntax_error(fmt::format("Exceeded max expression length {}", kMaxLength), 1));
    Lexeme last;
    for (Lexeme lexeme = lexer_.next(); lexeme.kind != TokenKind::none; lexeme = lexer_.next()) {
      if (lexeme.kind == TokenKind::unexpected) return error_at("Unexpected symbol", lexeme);
      if (auto pushed = push(lexeme, last); !pushed) return crema::fail(std::move(pushed).error());
      last = std::move(lexeme);
    }
    if (last.kind == TokenKind::none) return std::shared_ptr<const Node>();
    const bool complete = is_operand(last.kind) || is_closing(last.kind);
    if (!complete || lexer_.unclosed()) return error_at("Unexpected end of expression", last);
    while (!operators_.empty()) reduce();
    if (too_deep_)
      return crema::fail(
          syntax_error(fmt::format("Exceeded max expression depth {}", kMaxDepth), 1));
    return std::make_shared<const Node>(std::move(operands_.back()));
  }

 private:
  tl::unexpected<Diagnostic> error_at(std::string_view what, const Lexeme& lexeme) const {
    const std::size_t position = code_point_count(text_.substr(0, lexeme.offset)) + 1;
    return crema::fail(
        syntax_error(fmt::format("{}: '{}'. Located at position {} within expression: {}", what,
                                 lexeme.text, position, text_),
                     position));
  }

  Result<> push(const Lexeme& lexeme, const Lexeme& last) {
    if (is_operand(lexeme.kind)) return push_operand(lexeme);
    const bool right_to_left =
        lexeme.kind == TokenKind::logical_not || lexeme.kind == TokenKind::open_group;
    if (!right_to_left) {
      while (!operators_.empty() && !is_fence(operators_.back().kind) &&
             precedence(lexeme) <= precedence(operators_.back()))
        reduce();
    }
    switch (lexeme.kind) {
      case TokenKind::close_group:
        operators_.pop_back();
        return {};
      case TokenKind::close_index:
        operators_.pop_back();
        combine(Op::index, 2);
        return {};
      case TokenKind::close_call:
        return close_call(last.kind == TokenKind::open_call);
      default:
        operators_.push_back(lexeme);
        return {};
    }
  }

  Result<> push_operand(const Lexeme& lexeme) {
    Node node;
    switch (lexeme.kind) {
      case TokenKind::literal:
        node.value = lexeme.value;
        break;
      case TokenKind::property:
        node.value = lexeme.text;
        break;
      case TokenKind::wildcard:
        node.op = Op::wildcard;
        break;
      case TokenKind::context:
        if (!vocabulary_.any_name && !vocabulary_.contexts.contains(std::string(lexeme.text)))
          return error_at("Unrecognized named-value", lexeme);
        node.op = Op::context;
        node.name = lexeme.text;
        break;
      default:
        node.op = Op::call;
        node.name = lexeme.text;
        node.builtin = find_builtin(lexeme.text);
        if (!vocabulary_.any_name && node.builtin == nullptr &&
            find_extension(lexeme.text) == nullptr)
          return error_at("Unrecognized function", lexeme);
        calls_.push_back(lexeme);
    }
    operands_.push_back(std::move(node));
    return {};
  }

  const FunctionSignature* find_extension(std::string_view name) const {
    const auto found = std::find_if(
        vocabulary_.functions.begin(), vocabulary_.functions.end(),
        [&](const FunctionSignature& function) { return equals_folded(function.name, name); });
    return found == vocabulary_.functions.end() ? nullptr : &*found;
  }

  Result<> close_call(bool no_arguments) {
    int count = no_arguments ? 0 : 1;
    for (; operators_.back().kind == TokenKind::comma; operators_.pop_back()) ++count;
    operators_.pop_back();
    const Lexeme name = std::move(calls_.back());
    calls_.pop_back();
    Node& call = operands_[operands_.size() - static_cast<std::size_t>(count) - 1];
    if (!vocabulary_.any_name)
      if (auto checked = check_count(call, count, name); !checked) return checked;
    adopt(call, count);
    return {};
  }

  Result<> check_count(const Node& call, int count, const Lexeme& name) const {
    const FunctionSignature* extension =
        call.builtin == nullptr ? find_extension(call.name) : nullptr;
    const int least = extension == nullptr ? call.builtin->min_arguments : extension->min_arguments;
    const int most = extension == nullptr ? call.builtin->max_arguments : extension->max_arguments;
    if (count < least) return error_at("Too few parameters supplied", name);
    if (count > most) return error_at("Too many parameters supplied", name);
    if (call.builtin != nullptr && call.builtin->odd_arguments && count % 2 == 0)
      return error_at("Even number of parameters supplied, requires an odd number of parameters",
                      name);
    return {};
  }

  // Applies the operator on top of the stack to its operands.
  void reduce() {
    const Lexeme lexeme = std::move(operators_.back());
    operators_.pop_back();
    if (lexeme.kind == TokenKind::logical_not)
      combine(Op::negate, 1);
    else if (lexeme.kind == TokenKind::dot)
      combine(Op::index, 2);
    else
      combine(binary_operator(lexeme.text).op, 2);
  }

  void combine(Op op, int count) {
    Node& first = operands_[operands_.size() - static_cast<std::size_t>(count)];
    const bool chain = op == Op::all || op == Op::any;
    if (!chain || first.op != op) {
      Node parent;
      parent.op = op;
      parent.height = first.height + 1;
      parent.children.push_back(std::move(first));
      first = std::move(parent);
    }
    adopt(first, count - 1);
    limit_depth(first);
  }

  // Makes the last `count` operands children of `parent`, which stands right before them.
  void adopt(Node& parent, int count) {
    const auto start = operands_.end() - count;
    const bool chain = parent.op == Op::all || parent.op == Op::any;
    for (auto operand = start; operand != operands_.end(); ++operand) {
      if (chain && operand->op == parent.op) {
        parent.height = std::max(parent.height, operand->height);
        std::move(operand->children.begin(), operand->children.end(),
                  std::back_inserter(parent.children));
      } else {
        parent.height = std::max(parent.height, operand->height + 1);
        parent.children.push_back(std::move(*operand));
      }
    }
    operands_.erase(start, operands_.end());
    limit_depth(parent);
  }

  // A tree that is too deep is refused at the end; until then it is kept shallow.
  void limit_depth(Node& node) {
    if (node.height <= kMaxDepth) return;
    too_deep_ = true;
    node.children.clear();
    node.height = 1;
  }

  std::string_view text_;
  const Vocabulary& vocabulary_;
  Lexer lexer_;
  std::vector<Node> operands_;
  std::vector<Lexeme> operators_;
  std::vector<Lexeme> calls_;  // the names of the calls still open
  bool too_deep_ = false;
};

}  // namespace

Result<std::shared_ptr<const Node>> parse_tree(std::string_view text,
                                               const Vocabulary& vocabulary) {
  return Parser(text, vocabulary).parse();
}

}  // namespace crema::expr
