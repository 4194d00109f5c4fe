// LCOV, Cobertura and JaCoCo become the same records; what crema writes reads back as it was.
#include "crema/evidence/cobertura.h"
#include "crema/evidence/jacoco.h"
#include "crema/evidence/lcov.h"
#include "crema/formats/xml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace crema::evidence {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Reader = Result<Coverage> (*)(const SourcePtr&, const ReportRoot&);

SourcePtr source(std::string text) {
  return std::make_shared<SourceFile>("report", std::move(text));
}

Coverage read(Reader reader, std::string text, const ReportRoot& root = {}) {
  auto coverage = reader(source(std::move(text)), root);
  EXPECT_TRUE(coverage) << coverage.error().message;
  return coverage ? *coverage : Coverage();
}

FileCoverage only_file(Reader reader, std::string text) {
  auto coverage = read(reader, std::move(text));
  EXPECT_EQ(coverage.files.size(), 1U);
  return coverage.files.empty() ? FileCoverage() : coverage.files[0];
}

CoverageBlock line(std::uint32_t number, std::uint64_t count) {
  return {number, 0, number, 0, 1, count};
}

Coverage sample(std::string tool) {
  Coverage coverage{.tool = std::move(tool), .mode = CoverageMode::count};
  coverage.files.push_back({.path = "a.c", .blocks = {line(1, 1)}, .branches = {}});
  coverage.files.push_back(
      {.path = "src/a & b.c",
       .blocks = {line(1, 4), line(2, 0), line(7, 18446744073709551615ULL)},
       .branches = {{1, 1, 2}, {2, 0, 3}},
       .functions = {{.name = "f<int>(char, int)", .line = 1, .end_line = 2, .count = 4},
                     {.name = "g", .line = 7, .count = 0}}});
  return coverage;
}

void expect_same(const Coverage& is, const Coverage& was) {
  EXPECT_EQ(is.tool, was.tool);
  EXPECT_EQ(is.mode, was.mode);
  ASSERT_EQ(is.files.size(), was.files.size());
  for (std::size_t i = 0; i < was.files.size(); ++i) {
    EXPECT_EQ(is.files[i].path, was.files[i].path);
    EXPECT_EQ(is.files[i].blocks, was.files[i].blocks);
    EXPECT_EQ(is.files[i].branches, was.files[i].branches);
    EXPECT_EQ(is.files[i].functions, was.files[i].functions);
  }
}

TEST(Lcov, ReadsBackWhatIsWritten) {
  expect_same(read(read_lcov, lcov_text(sample("lcov"))), sample("lcov"));
}

TEST(Cobertura, ReadsBackWhatIsWritten) {
  expect_same(read(read_cobertura, cobertura_xml(sample("cobertura"), Time{})),
              sample("cobertura"));
}

TEST(Lcov, ReadsBothFormsOfFunctions) {
  const auto old = only_file(read_lcov,
                             "TN:\nSF:a.c\nFN:1,f,g\nFN:5,9,h\nFNDA:3,h\nFNDA:2,f,g\nFNDA:1,late\n"
                             "FNF:2\nFNH:2\nend_of_record\n");
  EXPECT_THAT(old.functions,
              ElementsAre(CoverageFunction{"late", 0, 0, 1}, CoverageFunction{"f,g", 1, 0, 2},
                          CoverageFunction{"h", 5, 9, 3}));
  const auto fresh = only_file(
      read_lcov,
      "SF:a.c\nFNL:0,1,3\nFNA:0,2,f\nFNA:0,1,f<int>\nFNL:1,5\nFNA:1,0,g,h\nend_of_record\n");
  EXPECT_THAT(fresh.functions,
              ElementsAre(CoverageFunction{"f", 1, 3, 2}, CoverageFunction{"f<int>", 1, 3, 1},
                          CoverageFunction{"g,h", 5, 0, 0}));
}

TEST(Lcov, FunctionsOfOneNameKeepTheirCounts) {
  const auto file =
      only_file(read_lcov,
                "SF:a.js\nFN:1,(anonymous)\nFN:5,(anonymous)\nFNDA:2,(anonymous)\nFNDA:0,"
                "(anonymous)\nend_of_record\n");
  EXPECT_THAT(file.functions, ElementsAre(CoverageFunction{"(anonymous)", 1, 0, 2},
                                          CoverageFunction{"(anonymous)", 5, 0, 0}));
}

TEST(Lcov, AddsUpTestsAndCountsBranchesByLine) {
  const auto file = only_file(
      read_lcov,
      "TN:one\nSF:./"
      "a.c\nDA:1,2,checksum\nDA:2,-1\nDA:0,1\nBRDA:1,0,0,1\nBRDA:1,0,1,-\nBRDA:2,e0,a, "
      "b,-3\nend_of_record\nTN:two\nSF:a.c\nDA:1,3\nDA:2,1e3\nBRDA:1,0,1,2\nBRDA:1,1,0,0\n"
      "end_of_record\n");
  EXPECT_THAT(file.blocks, ElementsAre(line(1, 5), line(2, 1000)));
  EXPECT_THAT(file.branches, ElementsAre(CoverageBranch{1, 2, 3}, CoverageBranch{2, 0, 1}));
}

TEST(Lcov, WritesBlocksAsLines) {
  Coverage coverage{.tool = "go"};
  coverage.files.push_back(
      {.path = "a.go",
       .blocks = {{1, 10, 4, 1, 2, 1}, {3, 5, 3, 20, 1, 0}, {6, 2, 7, 3, 1, 0}},
       .branches = {{6, 0, 2}}});
  EXPECT_EQ(lcov_text(coverage),
            "TN:\nSF:a.go\nFNF:0\nFNH:0\nBRDA:6,0,0,-\nBRDA:6,0,1,-\nBRF:2\nBRH:0\nDA:1,1\nDA:2,1\n"
            "DA:3,1\nDA:6,0\nDA:7,0\nLF:5\nLH:3\nend_of_record\n");
}

TEST(Cobertura, LooksForFilesBelowTheSources) {
  const ReportRoot root{.folder = "/work/app", .exists = [](const std::string& path) {
                          return path == "lib/b.py" || path == "src/a.py";
                        }};
  const auto coverage = read(
      read_cobertura,
      "<coverage><sources><source>/work/app/src</source><source>/work/app/lib/</source></sources>"
      "<packages><package><classes><class filename='a.py'><methods/><lines><line number='1' "
      "hits='1'/></lines></class><class filename='b.py'><methods/><lines/></class><class "
      "filename='/work/app/c.py'><lines/></class></classes></package></packages></coverage>",
      root);
  ASSERT_EQ(coverage.files.size(), 3U);
  EXPECT_EQ(coverage.files[0].path, "c.py");
  EXPECT_EQ(coverage.files[1].path, "lib/b.py");
  EXPECT_EQ(coverage.files[2].path, "src/a.py");
}

TEST(Cobertura, ReadsBranchesHoweverTheyAreWritten) {
  const auto file = only_file(
      read_cobertura,
      "<coverage><packages><package><classes><class filename='a'><methods><method name='f'><lines>"
      "<line number='1' hits='2'/><line number='3' hits='0'/></lines></method></methods><lines>"
      "<line number='1' hits='2' branch='true' condition-coverage='50% (1/2)'/>"
      "<line number='2' hits='2' branch='True' condition-coverage='75%'><conditions>"
      "<condition number='0' type='jump' coverage='100%'/><condition number='1' type='jump' "
      "coverage='50%'/></conditions></line>"
      "<line number='3' hits='-1' branch='true' condition-coverage='0%'/>"
      "<line number='4' hits='2' branch='false' condition-coverage='100% (2/2)'/>"
      "<line number='1' hits='1'/></lines></class></classes></package></packages></coverage>");
  EXPECT_THAT(file.blocks, ElementsAre(line(1, 2), line(2, 2), line(3, 0), line(4, 2)));
  EXPECT_THAT(file.branches, ElementsAre(CoverageBranch{1, 1, 2}, CoverageBranch{2, 3, 4},
                                         CoverageBranch{3, 0, 2}));
  EXPECT_THAT(file.functions, ElementsAre(CoverageFunction{"f", 1, 3, 2}));
}

TEST(Cobertura, TakesLinesOfMethodsWhereAClassHasNone) {
  const auto file =
      only_file(read_cobertura,
                "<coverage><packages><package><classes><class filename='a'><methods><method "
                "name='f'><lines><line number='3' hits='1'/></lines></method></methods>"
                "</class></classes></package></packages></coverage>");
  EXPECT_THAT(file.blocks, ElementsAre(line(3, 1)));
}

constexpr const char* kJacoco =
    "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><!DOCTYPE report PUBLIC "
    "\"-//JACOCO//DTD Report 1.1//EN\" \"report.dtd\"><report name='all'><sessioninfo id='x' "
    "start='1' dump='2'/><group name='core'><package name='org/example'><class "
    "name='org/example/Menu' sourcefilename='Menu.java'><method name='price' desc='(I)I' line='4'>"
    "<counter type='METHOD' missed='0' covered='1'/></method></class><sourcefile name='Menu.java'>"
    "<line nr='4' mi='0' ci='2' mb='1' cb='1'/><line nr='5' mi='2' ci='0' mb='0' cb='0'/>"
    "<counter type='LINE' missed='1' covered='1'/></sourcefile></package></group></report>";

TEST(Jacoco, LooksForFilesInTheFoldersOfSources) {
  const auto coverage =
      read(read_jacoco, kJacoco, {.folder = "/work", .exists = [](const std::string& path) {
                                    return path == "core/src/main/java/org/example/Menu.java";
                                  }});
  ASSERT_EQ(coverage.files.size(), 1U);
  const auto& file = coverage.files[0];
  EXPECT_EQ(file.path, "core/src/main/java/org/example/Menu.java");
  EXPECT_THAT(file.blocks, ElementsAre(line(4, 1), line(5, 0)));
  EXPECT_THAT(file.branches, ElementsAre(CoverageBranch{4, 1, 2}));
  EXPECT_THAT(file.functions, ElementsAre(CoverageFunction{"Menu.price", 4, 0, 1}));
  EXPECT_EQ(only_file(read_jacoco, kJacoco).path, "org/example/Menu.java");
}

// What coverage-04.dtd says of an element: its attributes that are required, and its children in
// their order; "*" after a name: any number of them.
struct DtdElement {
  std::vector<std::string> attributes, children;
};
const std::map<std::string_view, DtdElement> kCoverage04 = {
    {"coverage",
     {{"line-rate", "branch-rate", "lines-covered", "lines-valid", "branches-covered",
       "branches-valid", "complexity", "version", "timestamp"},
      {"sources", "packages"}}},
    {"sources", {{}, {"source*"}}},
    {"source", {{}, {}}},
    {"packages", {{}, {"package*"}}},
    {"package", {{"name", "line-rate", "branch-rate", "complexity"}, {"classes"}}},
    {"classes", {{}, {"class*"}}},
    {"class",
     {{"name", "filename", "line-rate", "branch-rate", "complexity"}, {"methods", "lines"}}},
    {"methods", {{}, {"method*"}}},
    {"method", {{"name", "signature", "line-rate", "branch-rate", "complexity"}, {"lines"}}},
    {"lines", {{}, {"line*"}}},
    {"line", {{"number", "hits"}, {}}}};

void expect_valid(const formats::XmlElement& element) {
  const auto rule = kCoverage04.find(element.name());
  ASSERT_NE(rule, kCoverage04.end()) << element.name();
  for (const auto& attribute : rule->second.attributes)
    EXPECT_TRUE(element.has(attribute)) << element.name() << " " << attribute;
  auto child = element.first_child();
  for (const auto& wanted : rule->second.children) {
    const bool many = wanted.ends_with('*');
    const auto name = many ? wanted.substr(0, wanted.size() - 1) : wanted;
    EXPECT_TRUE(many || child.name() == name) << element.name() << " " << child.name();
    for (bool first = true; child && child.name() == name && (many || first); first = false) {
      expect_valid(child);
      child = child.next();
    }
  }
  EXPECT_FALSE(child) << element.name() << " " << child.name();
}

TEST(Cobertura, IsWrittenAsItsDtdWantsIt) {
  for (const auto& coverage : {sample("cobertura"), Coverage{}}) {
    const auto text = cobertura_xml(coverage, Time(std::chrono::seconds(1'795'000'000)));
    EXPECT_THAT(text, HasSubstr("timestamp=\"1795000000000\""));
    const auto document = formats::parse_xml(source(text));
    ASSERT_TRUE(document);
    expect_valid((*document)->root());
  }
}

struct Wrong {
  Reader reader;
  std::string text;
  std::string code;
  std::uint32_t line;
  std::string message;
};
class WrongCoverage : public testing::TestWithParam<Wrong> {};

TEST_P(WrongCoverage, IsSaidWithItsLine) {
  const auto coverage = GetParam().reader(source(GetParam().text), {});
  ASSERT_FALSE(coverage);
  EXPECT_EQ(coverage.error().code, GetParam().code);
  EXPECT_EQ(coverage.error().span.line, GetParam().line);
  EXPECT_THAT(coverage.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, WrongCoverage,
    testing::Values(
        Wrong{read_lcov, "TN:\nDA:1,1\n", "evidence/lcov", 2, "before `SF:`"},
        Wrong{read_lcov, "SF:a\nDA:1\n", "evidence/lcov", 2, "DA:line,count"},
        Wrong{read_lcov, "SF:a\nDA:x,1\n", "evidence/lcov", 2, "'x' is no number of a line"},
        Wrong{read_lcov, "SF:a\nDA:99999999,1\n", "evidence/lcov", 2, "no number"},
        Wrong{read_lcov, "SF:a\nBRDA:1,0,1\n", "evidence/lcov", 2, "BRDA:line"},
        Wrong{read_lcov, "SF:a\nDA:1,1\n", "evidence/lcov", 2, "end_of_record"},
        Wrong{read_lcov, "SF:a\nSF:b\n", "evidence/lcov", 2, "inside a section"},
        Wrong{read_lcov, "end_of_record\n", "evidence/lcov", 1, "ends no section"},
        Wrong{read_lcov, "SF:\n", "evidence/lcov", 1, "names no file"},
        Wrong{read_lcov, "SF:a\nwhat\n", "evidence/lcov", 2, "no line of a tracefile"},
        Wrong{read_cobertura, "<coverage clover='3'/>", "evidence/cobertura", 1, "<packages>"},
        Wrong{read_cobertura,
              "<coverage><packages><package><classes>\n<class/></classes></package>"
              "</packages></coverage>",
              "evidence/cobertura", 2, "filename"},
        Wrong{read_cobertura,
              "<coverage><packages><package><classes><class filename='a'><lines>\n<line "
              "number='1'/></lines></class></classes></package></packages></coverage>",
              "evidence/cobertura", 2, "hits"},
        Wrong{read_jacoco, "<coverage/>", "evidence/jacoco", 1, "no report of JaCoCo"},
        Wrong{read_jacoco,
              "<report><package name='a'><sourcefile name='b'>\n<line nr='1'/></sourcefile>"
              "</package></report>",
              "evidence/jacoco", 2, "`ci`"},
        Wrong{read_jacoco, "<report>", "xml/syntax", 1, "ends inside"}));

}  // namespace
}  // namespace crema::evidence
