#include "crema/scan/deps/locked_package.h"

#include "lock_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

SourcePtr file(std::string text) { return std::make_shared<SourceFile>("lock", std::move(text)); }

std::vector<std::string> names_of(const LockFile& lock) {
  std::vector<std::string> names;
  for (const auto& package : lock.packages) names.push_back(package.name + "@" + package.version);
  return names;
}

constexpr const char* kFlat = R"({
  "name": "shop", "version": "1.0.0", "lockfileVersion": 3,
  "packages": {
    "": {"dependencies": {"a": "^1", "w": "*"}, "devDependencies": {"b": "1"}},
    "node_modules/a": {"version": "1.2.3", "integrity": "sha512-aa", "dependencies": {"b": "2", "c": "1"}},
    "node_modules/a/node_modules/b": {"version": "2.0.0"},
    "node_modules/b": {"version": "1.0.0", "dev": true},
    "node_modules/@s/c": {"name": "real", "version": "3.0.0-rc.1"},
    "node_modules/c": {"version": "1.1.0", "resolved": "git+ssh://git@host/c.git#1f2e"},
    "node_modules/w": {"resolved": "packages/w", "link": true},
    "packages/w": {"version": "0.1.0"}
  },
  "dependencies": {"a": {"version": "9.9.9"}}
})";

TEST(PackageLock, HasItsPackages) {
  const auto lock = parse_package_lock(file(kFlat));
  ASSERT_TRUE(lock) << lock.error().message;
  EXPECT_EQ(lock->name, "shop");
  EXPECT_THAT(names_of(*lock),
              ElementsAre("a@1.2.3", "b@2.0.0", "b@1.0.0", "real@3.0.0-rc.1", "c@"));
  const auto& a = lock->packages[0];
  EXPECT_TRUE(a.direct);
  EXPECT_EQ(a.line, 5);
  EXPECT_EQ(a.integrity, "sha512-aa");
  EXPECT_THAT(a.needs, ElementsAre("node_modules/a/node_modules/b", "node_modules/c"));
  EXPECT_FALSE(lock->packages[1].direct);
  EXPECT_TRUE(lock->packages[2].development);
  EXPECT_EQ(lock->packages[4].from, "git+ssh://git@host/c.git#1f2e");
}

TEST(PackageLock, OfVersion1IsNested) {
  const auto lock = parse_package_lock(file(R"({
  "name": "old", "lockfileVersion": 1,
  "dependencies": {
    "a": {"version": "1.0.0", "requires": {"b": "2"},
      "dependencies": {"b": {"version": "2.0.0"}}},
    "b": {"version": "1.0.0", "dev": true},
    "c": {"version": "npm:real@3.1.0"},
    "d": {"version": "github:user/d#0a1b"}
  }
})"));
  ASSERT_TRUE(lock) << lock.error().message;
  EXPECT_THAT(names_of(*lock), ElementsAre("a@1.0.0", "b@2.0.0", "b@1.0.0", "real@3.1.0", "d@"));
  EXPECT_EQ(lock->packages[1].line, 5);
  EXPECT_THAT(lock->packages[0].needs, ElementsAre("node_modules/a/node_modules/b"));
}

TEST(PackageLock, SaysWhereItIsWrong) {
  const auto broken = parse_package_lock(file("{\"packages\": {\n \"node_modules/a\": {]}}"));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, "json/syntax");
  EXPECT_EQ(broken.error().span.line, 2);
  EXPECT_EQ(parse_package_lock(file("[]")).error().code, "deps/package-lock");
  std::string deep = R"({"dependencies": )";
  for (int i = 0; i < 10'000; ++i) deep += R"({"a": {"dependencies": )";
  EXPECT_FALSE(parse_package_lock(file(deep)));
}

TEST(PnpmLock, IsReadInAllItsVersions) {
  const auto five = parse_pnpm_lock(file(R"(lockfileVersion: 5.4
dependencies:
  react-dom: 17.0.2_react@17.0.2
packages:
  /react-dom/17.0.2_react@17.0.2:
    resolution: {integrity: sha512-bb}
    dependencies:
      react: 17.0.2
    dev: false
  /@s/n/1.0.0:
    resolution: {integrity: sha512-cc}
    dev: true
  github.com/user/x/0a1b2c:
    resolution: {tarball: https://codeload.github.com/user/x}
    name: x
    version: 1.0.0
)"));
  ASSERT_TRUE(five) << five.error().message;
  EXPECT_THAT(names_of(*five), ElementsAre("react-dom@17.0.2", "@s/n@1.0.0", "x@1.0.0"));
  EXPECT_TRUE(five->packages[0].direct);
  EXPECT_THAT(five->packages[0].needs, ElementsAre("react@17.0.2"));
  EXPECT_TRUE(five->packages[1].development);
  const auto six = parse_pnpm_lock(file(R"(lockfileVersion: '6.0'
packages:
  /@s/n@1.0.0(react@17.0.2):
    resolution: {integrity: sha512-cc}
  /@s/n@1.0.0(react@18.0.0):
    resolution: {integrity: sha512-cc}
)"));
  ASSERT_TRUE(six);
  EXPECT_THAT(names_of(*six), ElementsAre("@s/n@1.0.0"));
  const auto nine = parse_pnpm_lock(file(R"(lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: ^1
        version: 1.0.0(b@2.0.0)
packages:
  a@1.0.0:
    resolution: {integrity: sha512-aa}
  'b@2.0.0':
    resolution: {integrity: sha512-bb}
  c@https://codeload.github.com/user/c/tar.gz/0a1b:
    resolution: {tarball: https://codeload.github.com/user/c/tar.gz/0a1b}
snapshots:
  a@1.0.0(b@2.0.0):
    dependencies:
      b: 2.0.0
)"));
  ASSERT_TRUE(nine);
  EXPECT_THAT(names_of(*nine), ElementsAre("a@1.0.0", "b@2.0.0", "c@"));
  EXPECT_TRUE(nine->packages[0].direct);
  EXPECT_EQ(nine->packages[0].line, 9);
  EXPECT_THAT(nine->packages[0].needs, ElementsAre("b@2.0.0"));
}

TEST(PnpmLock, SaysWhatItIsNot) {
  EXPECT_EQ(parse_pnpm_lock(file("a: 1\n")).error().code, "deps/pnpm-lock");
  EXPECT_FALSE(parse_pnpm_lock(file("a: [\n")));
  EXPECT_FALSE(parse_pnpm_lock(file("lockfileVersion: 9\na: &x [1]\nb: *x\n")));
}

TEST(LockNotes, AreTheSameAgain) {
  const auto lock = parse_package_lock(file(kFlat)).value();
  const auto again = decode_lock(encode(lock));
  EXPECT_EQ(again.name, "shop");
  EXPECT_EQ(names_of(again), names_of(lock));
  EXPECT_EQ(again.packages[0].needs, lock.packages[0].needs);
  EXPECT_EQ(again.packages[0].line, 5);
  EXPECT_TRUE(again.packages[0].direct);
  EXPECT_TRUE(again.packages[2].development);
  EXPECT_EQ(again.packages[4].from, lock.packages[4].from);
}

}  // namespace
}  // namespace crema::scan
