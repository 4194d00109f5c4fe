#include "tree_patch.h"

#include "crema/scan/infra/yaml_path.h"

#include <gtest/gtest.h>

namespace crema::scan {
namespace {

formats::YamlPtr yaml(std::string text) {
  return formats::parse_yaml(std::make_shared<SourceFile>("t.yml", std::move(text))).value();
}

// A tree as text, keys in their order.
std::string text(const formats::YamlNode& node) {
  std::string all;
  if (node.kind == formats::YamlKind::scalar) return node.text;
  for (const auto& item : node.items) all += (all.empty() ? "" : ", ") + text(*item);
  if (node.kind == formats::YamlKind::sequence) return "[" + all + "]";
  for (const auto& [key, value] : node.entries)
    all += (all.empty() ? "" : ", ") + key->text + ": " + text(*value);
  return "{" + all + "}";
}

struct Case {
  std::string base;
  std::string patch;
  std::string merged;
};

class StrategicMerge : public testing::TestWithParam<Case> {};

TEST_P(StrategicMerge, IsThatOfKubectl) {
  NodeOrigins origins;
  const auto& [base, patch, merged] = GetParam();
  EXPECT_EQ(text(*TreePatch(origins).merged(yaml(base), yaml(patch))), merged);
}

INSTANTIATE_TEST_SUITE_P(
    All, StrategicMerge,
    testing::Values(
        Case{"{a: 1, b: {c: 2}}", "{b: {d: 3}}", "{a: 1, b: {c: 2, d: 3}}"},
        Case{"{a: 1, b: 2}", "{a: null}", "{b: 2}"}, Case{"{l: [1, 2]}", "{l: [3]}", "{l: [3]}"},
        Case{"{env: [{name: A, value: 1}, {name: B, value: 2}]}", "{env: [{name: B, value: 3}]}",
             "{env: [{name: A, value: 1}, {name: B, value: 3}]}"},
        Case{"{env: [{name: A}]}", "{env: [{name: C}]}", "{env: [{name: A}, {name: C}]}"},
        Case{"{env: [{name: A}, {name: B}]}", "{env: [{name: A, $patch: delete}]}",
             "{env: [{name: B}]}"},
        Case{"{a: {b: 1}}", "{a: {$patch: delete}}", "{}"},
        Case{"{a: {b: 1}}", "{a: {$patch: replace, c: 2}}", "{a: {$patch: replace, c: 2}}"},
        Case{"{ports: [{containerPort: 80, name: x}]}", "{ports: [{containerPort: 80, name: y}]}",
             "{ports: [{containerPort: 80, name: y}]}"},
        Case{"{ports: [{port: 80}]}", "{ports: [{port: 81}]}", "{ports: [{port: 80}, {port: 81}]}"},
        Case{"{a: [1]}", "{a: {b: 1}}", "{a: {b: 1}}"}));

class Operations : public testing::TestWithParam<Case> {};

TEST_P(Operations, AreThoseOfRfc6902) {
  NodeOrigins origins;
  const auto& [base, operations, changed] = GetParam();
  EXPECT_EQ(text(*TreePatch(origins).with_operations(yaml(base), *yaml(operations))), changed);
}

INSTANTIATE_TEST_SUITE_P(
    All, Operations,
    testing::Values(Case{"{a: 1}", "[{op: replace, path: /a, value: 2}]", "{a: 2}"},
                    Case{"{a: {b: 1}}", "[{op: add, path: /a/c, value: {d: 2}}]",
                         "{a: {b: 1, c: {d: 2}}}"},
                    Case{"{a: [1, 3]}", "[{op: add, path: /a/1, value: 2}]", "{a: [1, 2, 3]}"},
                    Case{"{a: [1]}", "[{op: add, path: /a/-, value: 2}]", "{a: [1, 2]}"},
                    Case{"{a: [1, 2]}", "[{op: remove, path: /a/0}]", "{a: [2]}"},
                    Case{"{a: 1, b: 2}", "[{op: remove, path: /a}]", "{b: 2}"},
                    Case{"{x/y: 1}", "[{op: replace, path: /x~1y, value: 2}]", "{x/y: 2}"},
                    // What is not there is left alone.
                    Case{"{a: 1}", "[{op: replace, path: /b/c, value: 2}]", "{a: 1}"},
                    Case{"{a: [1]}", "[{op: remove, path: /a/7}]", "{a: [1]}"},
                    Case{"{a: 1}", "[{op: move, path: /b, from: /a}]", "{a: 1}"}));

TEST(TreePatch, KeepsPlacesAndFiles) {
  NodeOrigins origins;
  const std::string base_file = "base.yaml";
  const std::string patch_file = "patch.yaml";
  const auto base = yaml("a:\n  b: 1\n  c: 2\n");
  const auto patch = yaml("# first\na: {b: 3}\n");
  origins.add_tree(base, base_file);
  origins.add_tree(patch, patch_file);
  const auto merged = TreePatch(origins).merged(base, patch);
  const auto b = child(*node_at(merged, "a"), "b");
  EXPECT_EQ(b.key->line, 2U);
  EXPECT_EQ(*origins.file_of(*b.key), patch_file);
  EXPECT_EQ(*origins.file_of(*node_at(merged, "a.c")), base_file);
  EXPECT_EQ(*origins.file_of(*merged), base_file);
  EXPECT_EQ(text(*base), "{a: {b: 1, c: 2}}");
}

}  // namespace
}  // namespace crema::scan
