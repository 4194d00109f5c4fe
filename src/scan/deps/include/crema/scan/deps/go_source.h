// What one Go file imports, whether it is part of a build, and which vulnerable names stand in it:
// read from its text alone.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace crema::scan {

// What is built for.
struct GoTarget {
  std::string os = "linux";
  std::string arch = "amd64";
  std::set<std::string, std::less<>> tags;  // beside those that always hold
};

struct GoImport {
  std::string path;
  std::string name;  // "" where it is the package's own; "." and "_" as written
  std::uint32_t line = 0;
};

struct GoMention {
  std::string path;    // of the import
  std::string symbol;  // "Conn.Close", as the advisory writes it
  std::uint32_t line = 0;
};

struct GoSourceFacts {
  std::vector<GoImport> imports;
  std::vector<GoMention> mentions;  // each symbol once
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>()(text);
  }
};

// Vulnerable symbols by the package they are in.
using SymbolsByPackage =
    std::unordered_map<std::string, std::set<std::string, std::less<>>, TextHash, std::equal_to<>>;

// Whether the go command takes the file: by the endings of its name and by its constraints
// (https://pkg.go.dev/cmd/go#hdr-Build_constraints). Tags that nobody names do not hold, so that
// "ignore" and "tools" are left out. cgo is on.
bool is_built(std::string_view file_name, std::string_view text, const GoTarget& target);

// The imports, and of `symbols` those that are mentioned: a function as PACKAGE.Name, a method as
// anything.Name but a package, outside of strings and comments; one that every type has (Close,
// String) only where its type is named too. It is a reader of import clauses, not a compiler: what
// is no Go gives what was understood of it.
GoSourceFacts read_go_source(std::string_view text, const SymbolsByPackage& symbols);

// For notes: one line for each fact.
std::string encode(const GoSourceFacts& facts);
GoSourceFacts decode_go_source(std::string_view text);

}  // namespace crema::scan
