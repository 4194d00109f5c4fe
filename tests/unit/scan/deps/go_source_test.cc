#include "crema/scan/deps/go_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

std::vector<std::string> paths_of(std::string_view text) {
  std::vector<std::string> paths;
  for (const auto& import : read_go_source(text, {}).imports) paths.push_back(import.path);
  return paths;
}

TEST(GoSource, ReadsImportsInAllTheirForms) {
  const auto facts = read_go_source(R"(// Package comment with import "no"
/* import "neither" */
package main; import "a/one"

import (
	"b/two" // comment
	named "c/three"; . "d/four"
	_ `e/five`
)
import "C"
import /* here */ "f/six"

func f() { s := `import "g/seven"`; _ = s }
)",
                                    {});
  ASSERT_THAT(facts.imports, SizeIs(6));
  EXPECT_EQ(facts.imports[0].path, "a/one");
  EXPECT_EQ(facts.imports[0].line, 3);
  EXPECT_EQ(facts.imports[2].name, "named");
  EXPECT_EQ(facts.imports[3].name, ".");
  EXPECT_EQ(facts.imports[4].path, "e/five");
  EXPECT_EQ(facts.imports[4].line, 8);
  EXPECT_EQ(facts.imports[5].path, "f/six");
}

TEST(GoSource, StandsWhatIsNoGo) {
  EXPECT_THAT(paths_of(""), IsEmpty());
  EXPECT_THAT(paths_of("package"), IsEmpty());
  EXPECT_THAT(paths_of("package a\nimport ("), IsEmpty());
  EXPECT_THAT(paths_of("package a\nimport \"x\nimport \"y\""), ElementsAre("y"));
  EXPECT_THAT(paths_of("package a\nimport `x\ny`"), IsEmpty());
  EXPECT_THAT(paths_of("/* never closed"), IsEmpty());
}

const SymbolsByPackage kSymbols = {
    {"golang.org/x/crypto/ssh", {"NewServerConn", "Conn.Dial", "Conn.Close"}},
    {"gopkg.in/yaml.v2", {"Unmarshal"}},
    {"example.org/go-thing/v3", {"Do"}},
};

std::vector<std::string> mentions_in(const std::string& imports, const std::string& body) {
  std::vector<std::string> all;
  for (const auto& mention :
       read_go_source("package a\nimport (\n" + imports + ")\nfunc f() {\n" + body + "\n}\n",
                      kSymbols)
           .mentions)
    all.push_back(mention.symbol);
  return all;
}

TEST(GoSource, FindsFunctionsByTheirPackage) {
  const std::string ssh = "\"golang.org/x/crypto/ssh\"\n";
  EXPECT_THAT(mentions_in(ssh, "ssh.NewServerConn(c)"), ElementsAre("NewServerConn"));
  EXPECT_THAT(mentions_in(ssh, "other.NewServerConn(c)"), IsEmpty());
  EXPECT_THAT(mentions_in(ssh, "NewServerConn(c)"), IsEmpty());
  EXPECT_THAT(mentions_in(ssh, "ssh.\n\t\tNewServerConn(c)"), ElementsAre("NewServerConn"));
  EXPECT_THAT(mentions_in("x " + ssh, "x.NewServerConn(c); ssh.NewServerConn(c)"),
              ElementsAre("NewServerConn"));
  EXPECT_THAT(mentions_in("x " + ssh, "ssh.NewServerConn(c)"), IsEmpty());
  EXPECT_THAT(mentions_in(". " + ssh, "NewServerConn(c)"), ElementsAre("NewServerConn"));
  EXPECT_THAT(mentions_in("_ " + ssh, "ssh.NewServerConn(c)"), IsEmpty());
}

TEST(GoSource, FindsMethodsOfAnything) {
  const std::string ssh = "\"golang.org/x/crypto/ssh\"\n";
  EXPECT_THAT(mentions_in(ssh, "c.Dial()"), ElementsAre("Conn.Dial"));
  EXPECT_THAT(mentions_in(ssh, "f().Dial()"), ElementsAre("Conn.Dial"));
  EXPECT_THAT(mentions_in(ssh, "Dial()"), IsEmpty());
  // That is the package's own function, or another package's.
  EXPECT_THAT(mentions_in(ssh, "ssh.Dial()"), IsEmpty());
  EXPECT_THAT(mentions_in(ssh + "\"net\"\n", "net.Dial()"), IsEmpty());
}

TEST(GoSource, WantsTheTypeOfMethodsThatAllHave) {
  const std::string ssh = "\"golang.org/x/crypto/ssh\"\n";
  EXPECT_THAT(mentions_in(ssh, "f.Close()"), IsEmpty());
  EXPECT_THAT(mentions_in(ssh, "f.Close(); var c ssh.Conn"), ElementsAre("Conn.Close"));
  EXPECT_THAT(mentions_in(ssh, "f.Close(); var c other.Conn"), IsEmpty());
}

TEST(GoSource, LooksNotIntoStringsAndComments) {
  const std::string ssh = "\"golang.org/x/crypto/ssh\"\n";
  EXPECT_THAT(mentions_in(ssh,
                          "// ssh.NewServerConn\n/* ssh.NewServerConn */ "
                          "x := \"ssh.NewServerConn\" + `ssh.NewServerConn` + string('.')"),
              IsEmpty());
  EXPECT_THAT(mentions_in(ssh, "x := '\\''; ssh.NewServerConn(x)"), ElementsAre("NewServerConn"));
}

TEST(GoSource, KnowsHowPackagesAreNamedByCustom) {
  EXPECT_THAT(mentions_in("\"gopkg.in/yaml.v2\"\n", "yaml.Unmarshal(a, b)"),
              ElementsAre("Unmarshal"));
  EXPECT_THAT(mentions_in("\"example.org/go-thing/v3\"\n", "thing.Do()"), ElementsAre("Do"));
}

TEST(GoSource, IsTheSameAfterItsNotes) {
  const auto facts = read_go_source(
      "package a\nimport x \"golang.org/x/crypto/ssh\"\nvar _ = x.NewServerConn\n", kSymbols);
  const auto again = decode_go_source(encode(facts));
  ASSERT_THAT(again.imports, SizeIs(1));
  EXPECT_EQ(again.imports[0].name, "x");
  EXPECT_EQ(again.imports[0].line, 2);
  ASSERT_THAT(again.mentions, SizeIs(1));
  EXPECT_EQ(again.mentions[0].symbol, "NewServerConn");
  EXPECT_EQ(again.mentions[0].line, 3);
}

struct File {
  const char* name;
  const char* text;
  bool built;
};

TEST(Constraints, DecideWhatIsBuilt) {
  const GoTarget linux;
  for (const auto& [name, text, built] : {
           File{"a.go", "package a\n", true},
           File{"a_windows.go", "package a\n", false},
           File{"a_linux.go", "package a\n", true},
           File{"a_linux_arm64.go", "package a\n", false},
           File{"a_linux_amd64_test.go", "package a\n", true},
           File{"linux.go", "package a\n", true},
           File{"windows.go", "package a\n", true},
           File{"a_unix.go", "package a\n", true},
           File{"_a.go", "package a\n", false},
           File{"a.go", "//go:build ignore\n\npackage a\n", false},
           File{"a.go", "// Copyright\n\n//go:build (linux && !cgo) || amd64\npackage a\n", true},
           File{"a.go", "//go:build !linux\npackage a\n", false},
           File{"a.go", "//go:build unix && go1.18\npackage a\n", true},
           File{"a.go", "//go:build integration\npackage a\n", false},
           File{"a.go", "//go:build !(windows || darwin)\npackage a\n", true},
           File{"a.go", "//go:build linux &&\npackage a\n", true},
           File{"a.go", "/* a\n//go:build ignore\n*/\npackage a\n", true},
           File{"a.go", "// +build windows darwin\n\npackage a\n", false},
           File{"a.go", "// +build windows linux,amd64\n// +build !arm\n\npackage a\n", true},
           File{"a.go", "package a\n//go:build ignore\n", true},
       })
    EXPECT_EQ(is_built(name, text, linux), built) << name << "\n" << text;
  EXPECT_TRUE(is_built("a.go", "//go:build integration\npackage a\n", {.tags = {"integration"}}));
}

TEST(Constraints, AreBounded) {
  const std::string deep = "//go:build " + std::string(100'000, '(') + "ignore\npackage a\n";
  EXPECT_TRUE(is_built("a.go", deep, {}));
  const std::string nots = "//go:build " + std::string(100'000, '!') + "ignore\npackage a\n";
  EXPECT_TRUE(is_built("a.go", nots, {}));
}

}  // namespace
}  // namespace crema::scan
