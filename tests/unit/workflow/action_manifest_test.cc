#include "crema/workflow/action_manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::workflow {
namespace {

ActionParseResult parse(std::string text, Mode mode = Mode::strict) {
  return parse_action(std::make_shared<const SourceFile>("action.yml", std::move(text)), mode);
}

TEST(ActionManifest, ReadsANodeAction) {
  const auto result = parse(
      "name: n\ndescription: d\ninputs:\n  Key:\n    description: k\n    required: true\n"
      "    default: ${{ github.token }}\n  old:\n    deprecationMessage: use key\n"
      "outputs:\n  hit:\n    description: h\n"
      "runs:\n  using: Node20\n  main: m.js\n  post: p.js\n  post-if: failure()\n");
  ASSERT_TRUE(result.ok()) << result.errors[0].message;
  const auto& manifest = *result.manifest;
  EXPECT_TRUE(manifest.find_input("key")->required);
  EXPECT_EQ(manifest.find_input("key")->fallback.kind, Token::Kind::expression);
  EXPECT_EQ(manifest.find_input("old")->deprecation_message, "use key");
  EXPECT_TRUE(manifest.find_input("old")->fallback.is_null());
  const auto& node = std::get<NodeAction>(manifest.runs);
  EXPECT_EQ(node.version, "node20");
  EXPECT_EQ(node.main, "m.js");
  EXPECT_EQ(node.pre.entry, "");
  EXPECT_EQ(node.post.entry, "p.js");
  EXPECT_EQ(node.post.condition.text, "failure()");
}

TEST(ActionManifest, ReadsACompositeAction) {
  const auto result = parse(
      "outputs:\n  x:\n    value: ${{ steps.a.outputs.x }}\n"
      "runs:\n  using: composite\n  steps:\n    - id: a\n      run: b\n      shell: bash\n"
      "    - uses: ./c\n      if: inputs.d\n      with:\n        e: 1\n");
  ASSERT_TRUE(result.ok()) << result.errors[0].message;
  const auto& steps = std::get<CompositeAction>(result.manifest->runs).steps;
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[0].id, "a");
  EXPECT_EQ(steps[1].id, "__self");
  EXPECT_EQ(steps[1].condition.text, "success() && (inputs.d)");
  EXPECT_EQ(result.manifest->outputs[0].value.text, "steps.a.outputs.x");
}

TEST(ActionManifest, ReadsADockerAction) {
  const auto result = parse(
      "runs:\n  using: docker\n  image: Dockerfile\n  args: [a, '${{ inputs.b }}']\n"
      "  env:\n    C: d\n  pre-entrypoint: e.sh\n");
  ASSERT_TRUE(result.ok()) << result.errors[0].message;
  const auto& docker = std::get<DockerAction>(result.manifest->runs);
  EXPECT_EQ(docker.image, "Dockerfile");
  EXPECT_EQ(docker.args.items.size(), 2U);
  EXPECT_EQ(docker.pre.entry, "e.sh");
  EXPECT_EQ(docker.pre.condition.text, "always()");
}

TEST(ActionManifest, SaysWhatIsWrong) {
  struct Case {
    std::string text;
    std::uint32_t line;
    std::string code;
  };
  for (const auto& [text, line, code] :
       {Case{"name: x\n", 1, "workflow/missing-key"},
        Case{"runs:\n  using: node20\n", 2, "workflow/missing-key"},
        Case{"runs:\n  using: python\n  main: a\n", 2, "action/using"},
        Case{"runs:\n  using: composite\n  main: a\n", 2, "action/using"},
        Case{"runs:\n  using: composite\n  steps:\n    - run: a\n", 4, "workflow/missing-key"},
        Case{"runs:\n  using: composite\n  steps:\n    - run: ${{ secrets.a }}\n      shell: b\n",
             4, "workflow/context-not-available"}}) {
    const auto result = parse(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_EQ(result.errors[0].code, code) << text;
    EXPECT_EQ(result.errors[0].span.line, line) << text;
  }
  EXPECT_TRUE(
      parse("runs:\n  using: composite\n  steps:\n    - run: ${{ secrets.a }}\n", Mode::lenient)
          .ok());
}

}  // namespace
}  // namespace crema::workflow
