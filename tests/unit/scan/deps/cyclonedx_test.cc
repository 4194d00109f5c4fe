#include "crema/scan/deps/cyclonedx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <memory>

namespace crema::scan {
namespace {

using Json = nlohmann::ordered_json;
using testing::ElementsAre;

SourcePtr file(std::string text) { return std::make_shared<SourceFile>("f", std::move(text)); }

Json bom_of(const Inventory& inventory) {
  return Json::parse(cyclonedx_json(
      inventory, {.name = "shop", .time = "2026-01-02T03:04:05Z", .tool_version = "1.0"}));
}

Json component(const Json& bom, const std::string& reference) {
  for (const auto& one : bom["components"])
    if (one["bom-ref"] == reference) return one;
  return nullptr;
}

Json needs_of(const Json& bom, const std::string& reference) {
  for (const auto& one : bom["dependencies"])
    if (one["ref"] == reference) return one["dependsOn"];
  return nullptr;
}

Inventory go_inventory() {
  Inventory inventory;
  GoProject project{.path = "go.mod"};
  project.mod =
      parse_go_mod(file("module example.org/shop\ngo 1.23\nrequire github.com/IBM/sarama v1.45.2\n"
                        "require b.org/b v2.0.0+incompatible // indirect\nrequire c v1.0.0\n"
                        "replace c => ../c\n"))
          .value();
  project.list = build_list(project.mod, {});
  // The digest of nothing.
  project.sums = {
      {{"github.com/IBM/sarama", "v1.45.2"}, "h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}};
  inventory.go.push_back(std::move(project));
  return inventory;
}

TEST(CycloneDx, HasModulesWithTheirHashesAndEdges) {
  const auto bom = bom_of(go_inventory());
  EXPECT_EQ(bom["specVersion"], "1.6");
  const auto sarama = component(bom, "pkg:golang/github.com/ibm/sarama@v1.45.2");
  EXPECT_EQ(sarama["name"], "github.com/IBM/sarama");
  EXPECT_EQ(sarama["hashes"][0]["alg"], "SHA-256");
  EXPECT_EQ(sarama["hashes"][0]["content"],
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(component(bom, "pkg:golang/b.org/b@v2.0.0%2Bincompatible")["version"],
            "v2.0.0+incompatible");
  EXPECT_FALSE(component(bom, "pkg:golang/std@1.23.0").is_null());
  EXPECT_EQ(bom["components"].size(), 4U);  // the module itself; what is a folder is its own
  EXPECT_EQ(needs_of(bom, "project:go.mod"),
            Json::array({"pkg:golang/github.com/ibm/sarama@v1.45.2", "pkg:golang/std@1.23.0"}));
  EXPECT_EQ(needs_of(bom, "project"), Json::array({"project:go.mod"}));
}

TEST(CycloneDx, HasPackagesOfLockFiles) {
  Inventory inventory;
  inventory.locks.push_back(
      {"package-lock.json",
       parse_package_lock(file(R"({"name": "web", "version": "1.0.0", "packages": {
         "": {"dependencies": {"@s/a": "1"}},
         "node_modules/@s/a": {"version": "1.0.0", "dependencies": {"b": "1"},
            "integrity": "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk="},
         "node_modules/b": {"version": "1.0.0", "dev": true},
         "node_modules/g": {"version": "1.0.0", "resolved": "git+https://h/g#1"}}})"))
           .value()});
  const auto bom = bom_of(inventory);
  const auto a = component(bom, "pkg:npm/%40s/a@1.0.0");
  EXPECT_EQ(a["hashes"][0]["content"], "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(a["scope"], "required");
  EXPECT_EQ(component(bom, "pkg:npm/b@1.0.0")["scope"], "optional");
  const auto git = component(bom, "project:package-lock.json#node_modules/g");
  EXPECT_FALSE(git.contains("purl"));
  EXPECT_EQ(needs_of(bom, "pkg:npm/%40s/a@1.0.0"), Json::array({"pkg:npm/b@1.0.0"}));
  EXPECT_EQ(needs_of(bom, "project:package-lock.json"), Json::array({"pkg:npm/%40s/a@1.0.0"}));
}

TEST(CycloneDx, IsTheSameForTheSame) {
  const auto bom = bom_of(go_inventory());
  EXPECT_EQ(bom, bom_of(go_inventory()));
  EXPECT_NE(bom["serialNumber"], bom_of({})["serialNumber"]);
}

}  // namespace
}  // namespace crema::scan
