#include "crema/scan/secrets/secret_scanner.h"

#include "secret_example.h"

#include "crema/base/hash.h"
#include "crema/scan/core/tree_scan.h"
#include "crema/scan/secrets/decoding.h"
#include "crema/sys/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace crema::scan {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class SecretScannerTest : public testing::Test {
 protected:
  sys::TemporaryDirectory folder_ =
      sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "secrets-").value();
  SecretExamples examples_;

  void write(const std::string& name, const std::string& text) {
    const auto path = folder_.path() / "tree" / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  TreeScan scan(SecretScanSettings settings = {.key = "a key of the test"}) {
    auto made = make_secret_scanner(std::move(settings));
    EXPECT_TRUE(made.has_value()) << made.error().message;
    const Scanner* const scanners[] = {made->scanner.get()};
    auto done = scan_tree(
        {.root = folder_.path() / "tree", .scanners = scanners, .cache = folder_.path() / "cache"});
    EXPECT_TRUE(done.has_value());
    return std::move(*done);
  }
};

TEST_F(SecretScannerTest, SaysNothingOfASecret) {
  const auto token = "ghp_" + examples_.characters("alnum", 36);
  const auto password = examples_.characters("alnum", 14);
  const auto pem = examples_.characters("base64", 64);
  write("a.env", "GITHUB_TOKEN=" + token + "\n");
  write("secret.yaml", "kind: Secret\nstringData:\n  password: " + password + "\n");
  write("b.txt", "value: " + base64_encode("token=" + token) + "\n");
  write("c.key", "-----BEGIN PRIVATE KEY-----\n" + pem + "\n-----END PRIVATE KEY-----\n");
  const auto done = scan();
  EXPECT_THAT(done.found, SizeIs(4));
  auto all = sys::read_file(folder_.path() / "cache").value();
  for (const auto& found : done.found) {
    const auto& finding = found.finding;
    all += finding.message + finding.subject + finding.fingerprint + finding.incident +
           finding.help + finding.fix.text + found.subject + found.content;
  }
  for (const auto& secret : {token, password, pem, base64_encode("token=" + token)}) {
    EXPECT_THAT(all, Not(HasSubstr(secret)));
    EXPECT_THAT(all, Not(HasSubstr(secret.substr(4, 8))));
    EXPECT_THAT(all, Not(HasSubstr(sha256_hex(secret)))) << "a plain hash can be guessed";
  }
}

TEST_F(SecretScannerTest, PlacesWhatIsEncodedWhereItStands) {
  const auto token = "ghp_" + examples_.characters("alnum", 36);
  write("a.txt", "first\n  value: " + base64_encode("token=" + token) + "\n");
  write("b.txt", "token=" + token + "\n");
  const auto done = scan();
  ASSERT_THAT(done.found, SizeIs(2));
  const auto& place = done.found[0].finding.locations[0];
  EXPECT_EQ(place.path, "a.txt");
  EXPECT_EQ(place.line, 2);
  EXPECT_EQ(place.column, 10);
  EXPECT_THAT(done.found[0].finding.message, HasSubstr("in base64"));
  EXPECT_EQ(done.found[0].finding.incident, done.found[1].finding.incident) << "it is one secret";
  EXPECT_THAT(scan({.key = "k", .decode_depth = 0}).found, SizeIs(1));
}

TEST_F(SecretScannerTest, SaysWhatASecretIsCalled) {
  write("a.env", "ACME_SIGNING_KEY=" + examples_.characters("alnum", 32) + "\n");
  write("b.yaml", "kind: Secret\nstringData:\n  pass: " + examples_.characters("alnum", 12) + "\n");
  const auto done = scan();
  ASSERT_THAT(done.found, SizeIs(2));
  EXPECT_THAT(done.found[0].finding.message, HasSubstr("`ACME_SIGNING_KEY`"));
  EXPECT_THAT(done.found[1].finding.message, HasSubstr("`pass`"));
}

// A place-holder in base64 is one all the same, a password in base64 one all the same.
TEST_F(SecretScannerTest, JudgesEncodedTextByWhatItSays) {
  write("a.env", "API_TOKEN=" + base64_encode("your-api-token-goes-in-here") + "\n");
  write("b.env", "API_TOKEN=" + base64_encode(examples_.characters("alnum", 24)) + "\n");
  const auto done = scan();
  ASSERT_THAT(done.found, SizeIs(1));
  EXPECT_EQ(done.found[0].finding.locations[0].path, "b.env");
  EXPECT_THAT(done.found[0].finding.message, HasSubstr("in base64"));
}

TEST_F(SecretScannerTest, LooksAtBinaryFilesByTheirNamesOnly) {
  const auto token = "ghp_" + examples_.characters("alnum", 36);
  write("store.p12", std::string("\0\1", 2) + token);
  write("program", std::string("\0\1", 2) + token);
  const auto done = scan();
  ASSERT_THAT(done.found, SizeIs(1));
  EXPECT_THAT(done.found[0].finding.aliases, Contains("pkcs12-file"));
}

TEST_F(SecretScannerTest, TakesTheRulesOfAConfiguration) {
  const auto token = "ghp_" + examples_.characters("alnum", 36);
  write("a.txt", "own-1234\ngithub=" + token + "\n");
  const auto config = [](std::string text) {
    return std::make_shared<SourceFile>(".gitleaks.toml", std::move(text));
  };
  const std::string own = "[[rules]]\nid = 'own'\nregex = 'own-[0-9]{4}'\nkeywords = ['own-']\n";
  EXPECT_THAT(scan({.gitleaks_config = config(own)}).found, SizeIs(1));
  EXPECT_THAT(scan({.gitleaks_config = config("[extend]\nuseDefault = true\n" + own)}).found,
              SizeIs(2));
  EXPECT_THAT(scan({.gitleaks_config = config("[extend]\nuseDefault = true\n"
                                              "disabledRules = ['github-pat']\n" +
                                              own)})
                  .found,
              SizeIs(1))
      << "a rule is disabled by the id that gitleaks has for it";
}

TEST_F(SecretScannerTest, IsBoundedOnHostileFiles) {
  const auto token = "ghp_" + examples_.characters("alnum", 36);
  std::string line;
  for (int i = 0; i < 30'000; ++i) line += "token=\"" + token + "\" key secret ";
  write("one-line.txt", line);
  std::string lines = "kind: Secret\nstringData:\n";
  while (lines.size() < std::size_t{5} << 20U) lines += "a:\n\n";
  write("large.yaml", lines);
  write("nested.txt", std::string(1 << 20, '%'));
  write("base64.txt", std::string(1 << 20, 'A') + "1");
  write("invalid.txt", "\xff\xfe token=\"" + token + "\"\xff\n");
  const auto done = scan();
  std::vector<std::string> codes;
  for (const auto& one : done.not_scanned) codes.push_back(one.path + " " + one.code);
  EXPECT_THAT(
      codes, testing::ElementsAre("large.yaml secrets/too-large", "one-line.txt secrets/too-many"));
  EXPECT_EQ(done.found[0].finding.locations[0].path, "invalid.txt");
}

TEST_F(SecretScannerTest, HasAnotherVersionWithOtherRules) {
  const auto version = [](SecretScanSettings settings) {
    return make_secret_scanner(std::move(settings))->scanner->version();
  };
  const auto usual = version({});
  EXPECT_EQ(usual, version({}));
  EXPECT_NE(usual, version({.key = "k"}));
  EXPECT_NE(usual, version({.decode_depth = 1}));
  EXPECT_NE(usual, version({.selection = {.skipped = {"jwt"}}}));
}

}  // namespace
}  // namespace crema::scan
