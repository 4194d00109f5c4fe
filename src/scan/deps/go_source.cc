#include "crema/scan/deps/go_source.h"

#include "go_lexer.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>
#include <unordered_map>
#include <utility>

namespace crema::scan {
namespace {

using Kind = GoToken::Kind;

// Of one file; nobody's has as many.
constexpr std::size_t kMostImports = 5000;

// Import paths are one line without blanks; nothing else is one.
bool is_path(std::string_view path) {
  return !path.empty() && std::ranges::none_of(path, [](unsigned char c) {
    return c <= ' ' || c == 0x7f || c == '"' || c == '`';
  });
}

class ImportReader {
 public:
  ImportReader(GoLexer& lexer, std::vector<GoImport>& imports) : lexer_(lexer), imports_(imports) {}

  // Gives the first token behind the imports.
  GoToken read() {
    auto token = lexer_.next();
    if (token.kind == Kind::name && token.value == "package") {
      lexer_.next();
      token = lexer_.next();
    }
    for (;; token = after(token)) {
      while (token.value == ";") token = lexer_.next();
      if (token.kind != Kind::name || token.value != "import") return token;
      token = lexer_.next();
    }
  }

 private:
  GoLexer& lexer_;
  std::vector<GoImport>& imports_;

  // Reads one declaration from its token behind `import`; gives the token that follows it.
  GoToken after(GoToken token) {
    if (token.value != "(") return one(token);
    token = lexer_.next();
    while (token.kind != Kind::end && token.value != ")")
      token = token.value == ";" ? lexer_.next() : one(token);
    return token.kind == Kind::end ? token : lexer_.next();
  }

  GoToken one(GoToken token) {
    GoImport import;
    if (token.kind == Kind::name || token.value == ".") {
      import.name = token.value;
      token = lexer_.next();
    }
    if (token.kind == Kind::text && token.value.size() > 2) {
      import.path = token.value.substr(1, token.value.size() - 2);
      import.line = token.line;
      if (is_path(import.path) && import.path != "C" && imports_.size() < kMostImports)
        imports_.push_back(std::move(import));
    }
    return token.kind == Kind::end ? token : lexer_.next();
  }
};

bool is_version(std::string_view element) {
  return element.size() > 1 && element.front() == 'v' &&
         std::ranges::all_of(element.substr(1),
                             [](unsigned char c) { return std::isdigit(c) != 0; });
}

// The names a package may have by its path, where the import gives none: its last element, without
// what is by custom no part of the name.
std::vector<std::string> names_of(std::string_view path) {
  auto last = path.substr(path.rfind('/') + 1);
  if (is_version(last) && path.size() > last.size()) {
    const auto rest = path.substr(0, path.size() - last.size() - 1);
    last = rest.substr(rest.rfind('/') + 1);
  }
  if (const auto dot = last.rfind(".v"); dot != std::string_view::npos) last = last.substr(0, dot);
  std::vector<std::string> names = {std::string(last)};
  for (const std::string_view mark : {"go-", "go."})
    if (last.starts_with(mark)) names.emplace_back(last.substr(mark.size()));
  for (const std::string_view mark : {"-go", ".go"})
    if (last.ends_with(mark)) names.emplace_back(last.substr(0, last.size() - mark.size()));
  const auto count = names.size();
  for (std::size_t i = 0; i < count; ++i)
    if (names[i].find_first_of("-.") != std::string::npos) {
      std::string joined;
      for (const char c : names[i])
        if (c != '-' && c != '.') joined += c;
      names.push_back(std::move(joined));
    }
  return names;
}

// Methods of the library's own interfaces, which nearly every type has: one of them says nothing
// where its type is not named too.
constexpr std::string_view kEverywhere[] = {
    "As",      "Bytes",       "Close",         "Context",       "Done",   "Err",
    "Error",   "Flush",       "Format",        "Header",        "Is",     "Len",
    "Less",    "MarshalJSON", "MarshalText",   "Name",          "Next",   "Read",
    "ReadAt",  "ReadByte",    "ReadFrom",      "Reset",         "Seek",   "Size",
    "String",  "Swap",        "UnmarshalJSON", "UnmarshalText", "Unwrap", "Write",
    "WriteAt", "WriteByte",   "WriteHeader",   "WriteString",   "WriteTo"};

// A symbol to look for, by its last name.
struct Wanted {
  const GoImport* import = nullptr;
  std::string_view symbol;
  bool method = false;
  std::vector<std::string> qualifiers;  // of a function; empty: none is needed (import . "x")
  std::string_view type;                // that must be named too; "" for none
  std::uint32_t line = 0;               // where it was met first
  bool type_met = false;
};

class MentionSearch {
 public:
  MentionSearch(const std::vector<GoImport>& imports, const SymbolsByPackage& symbols) {
    bool any = false;
    for (const auto& import : imports) {
      const auto own = symbols.find(import.path);
      if (own == symbols.end() || import.name == "_") continue;
      any = true;
      const auto qualifiers = import.name.empty()  ? names_of(import.path)
                              : import.name == "." ? std::vector<std::string>()
                                                   : std::vector{import.name};
      bare_ = bare_ || qualifiers.empty();
      for (const auto& symbol : own->second) add(import, symbol, qualifiers);
    }
    if (!any) return;
    for (const auto& import : imports)
      if (import.name.empty())
        for (auto& name : names_of(import.path)) packages_.insert(std::move(name));
      else
        packages_.insert(import.name);
  }
  bool empty() const { return wanted_.empty(); }

  // A name, with the one before a point in front of it.
  void meet(std::string_view before, bool behind_point, const GoToken& name) {
    if (!behind_point && !bare_) return;
    const auto known = by_name_.find(name.value);
    if (known == by_name_.end()) return;
    for (const auto number : known->second) {
      auto& wanted = wanted_[number];
      const bool qualified = wanted.qualifiers.empty()
                                 ? !behind_point
                                 : behind_point && std::ranges::find(wanted.qualifiers, before) !=
                                                       wanted.qualifiers.end();
      if (qualified && name.value == wanted.type) wanted.type_met = true;
      if (wanted.line == 0 && last_name(wanted.symbol) == name.value &&
          (wanted.method ? behind_point && !packages_.contains(before) : qualified))
        wanted.line = name.line;
    }
  }

  std::vector<GoMention> take() const {
    std::vector<GoMention> mentions;
    for (const auto& wanted : wanted_)
      if (wanted.line != 0 && (wanted.type.empty() || wanted.type_met))
        mentions.push_back({wanted.import->path, std::string(wanted.symbol), wanted.line});
    return mentions;
  }

 private:
  std::vector<Wanted> wanted_;
  std::set<std::string, std::less<>> packages_;  // names before a point that are no values
  bool bare_ = false;                            // names without a package before them count
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_name_;

  static std::string_view last_name(std::string_view symbol) {
    return symbol.substr(symbol.rfind('.') + 1);
  }

  void add(const GoImport& import, std::string_view symbol,
           const std::vector<std::string>& qualifiers) {
    const auto name = last_name(symbol);
    Wanted wanted{.import = &import,
                  .symbol = symbol,
                  .method = name.size() < symbol.size(),
                  .qualifiers = qualifiers};
    by_name_[name].push_back(wanted_.size());
    if (wanted.method && std::ranges::find(kEverywhere, name) != std::end(kEverywhere)) {
      wanted.type = symbol.substr(0, symbol.find('.'));
      by_name_[wanted.type].push_back(wanted_.size());
    }
    wanted_.push_back(std::move(wanted));
  }
};

void find_mentions(GoLexer& lexer, GoToken token, MentionSearch& search) {
  std::string_view before;  // the name before a point
  std::string_view last;    // the name that came last, "" after anything else
  bool behind_point = false;
  for (; token.kind != Kind::end; token = lexer.next()) {
    if (token.kind == Kind::name) {
      search.meet(before, behind_point, token);
      last = token.value;
      behind_point = false;
    } else {
      behind_point = token.value == ".";
      before = behind_point ? last : std::string_view();
      last = {};
    }
  }
}

}  // namespace

GoSourceFacts read_go_source(std::string_view text, const SymbolsByPackage& symbols) {
  GoSourceFacts facts;
  GoLexer lexer(text);
  const auto behind = ImportReader(lexer, facts.imports).read();
  MentionSearch search(facts.imports, symbols);
  if (!search.empty()) {
    find_mentions(lexer, behind, search);
    facts.mentions = search.take();
  }
  return facts;
}

std::string encode(const GoSourceFacts& facts) {
  std::string text;
  for (const auto& [path, name, line] : facts.imports)
    text += fmt::format("i\t{}\t{}\t{}\n", path, name, line);
  for (const auto& [path, symbol, line] : facts.mentions)
    text += fmt::format("m\t{}\t{}\t{}\n", path, symbol, line);
  return text;
}

GoSourceFacts decode_go_source(std::string_view text) {
  GoSourceFacts facts;
  for (const auto row : split_lines(text)) {
    const auto parts = split(row, '\t');
    if (parts.size() != 4) continue;
    std::uint32_t line = 0;
    std::from_chars(parts[3].data(), parts[3].data() + parts[3].size(), line);
    if (parts[0] == "i")
      facts.imports.push_back({std::string(parts[1]), std::string(parts[2]), line});
    else
      facts.mentions.push_back({std::string(parts[1]), std::string(parts[2]), line});
  }
  return facts;
}

}  // namespace crema::scan
