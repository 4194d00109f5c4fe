#include "crema/scan/kubernetes/kubernetes_scanner.h"

#include "scan/kubernetes/scanned.h"

#include <gmock/gmock.h>

namespace crema::scan {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kPod =
    "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\nspec:\n  hostPID: true\n"
    "  containers: [{name: web, image: 'web:1'}]\n";

std::string pod(std::string_view metadata = "") {
  return replace_all(std::string(kPod), "  name: web\n", "  name: web\n" + std::string(metadata));
}

std::vector<std::string> codes(const TreeScan& scan) {
  std::vector<std::string> all;
  for (const auto& one : scan.not_scanned) all.push_back(one.path + " " + one.code);
  return all;
}

TEST(KubernetesScanner, TakesManifestsOfAllFormsAndNothingElse) {
  const auto scan =
      scanned({{"pod.yaml", "# first\n---\n" + pod() + "---\n" + pod()},
               {"list.yml",
                "apiVersion: v1\nkind: List\nitems:\n  - apiVersion: v1\n    kind: Pod\n"
                "    metadata: {name: a}\n    spec: {hostPID: true, containers: []}\n"},
               {"pod.json", R"({"apiVersion": "v1", "kind": "Pod", "spec": {"hostPID": true}})"},
               {"values.yaml", "spec:\n  hostPID: true\nkind: none\n"},
               {"other.txt", pod()}},
              only({"CRM-K8S-007"}));
  EXPECT_THAT(places(scan), ElementsAre("CRM-K8S-007 list.yml:7", "CRM-K8S-007 pod.json:1",
                                        "CRM-K8S-007 pod.yaml:8", "CRM-K8S-007 pod.yaml:16"));
  EXPECT_THAT(codes(scan), IsEmpty());
}

struct Kind {
  std::string kind;
  std::string spec;
};

TEST(KubernetesScanner, KnowsThePodsOfAllWorkloads) {
  const std::string pods = "{spec: {hostPID: true, containers: [{name: a, image: b}]}}";
  for (const auto& [kind, spec] :
       std::vector<Kind>{{"Deployment", "spec: {template: " + pods + "}"},
                         {"StatefulSet", "spec: {template: " + pods + "}"},
                         {"DaemonSet", "spec: {template: " + pods + "}"},
                         {"ReplicaSet", "spec: {template: " + pods + "}"},
                         {"ReplicationController", "spec: {template: " + pods + "}"},
                         {"Job", "spec: {template: " + pods + "}"},
                         {"CronJob", "spec: {jobTemplate: {spec: {template: " + pods + "}}}"},
                         {"PodTemplate", "template: " + pods},
                         {"Rollout", "spec: {template: " + pods + "}"}}) {
    const auto scan = scanned(
        {{"m.yaml", "apiVersion: x/v1\nkind: " + kind + "\nmetadata: {name: n}\n" + spec + "\n"}},
        only({"CRM-K8S-007"}));
    ASSERT_EQ(scan.found.size(), 1U) << kind;
    EXPECT_EQ(scan.found[0].subject, kind + ".default.n");
  }
}

TEST(KubernetesScanner, LooksAtInitAndEphemeralContainers) {
  const std::string bad = "[{name: x, image: 'i:1', securityContext: {privileged: true}}]";
  const auto scan =
      scanned({{"m.yaml",
                "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n"
                "  initContainers: " +
                    bad + "\n  containers: " + bad + "\n  ephemeralContainers: " + bad + "\n"}},
              only({"CRM-K8S-001"}));
  EXPECT_EQ(scan.found.size(), 3U);
}

TEST(KubernetesScanner, HeedsAnnotationsOfOtherTools) {
  for (const auto* annotation :
       {"checkov.io/skip1: CKV_K8S_17=it debugs", "bridgecrew.io/skip7: ckv_k8s_17=it debugs",
        "ignore-check.kube-linter.io/host-pid: it debugs",
        "kube-linter.io/ignore-all: it debugs"}) {
    const auto scan =
        scanned({{"m.yaml", pod("  annotations:\n    " + std::string(annotation) + "\n")}},
                only({"CRM-K8S-007"}));
    ASSERT_EQ(scan.found.size(), 1U) << annotation;
    EXPECT_EQ(scan.found[0].finding.state, evidence::FindingState::suppressed) << annotation;
    EXPECT_EQ(scan.found[0].finding.suppressions.at(0).reason, "it debugs");
  }
  const auto other = scanned({{"m.yaml", pod("  annotations: {checkov.io/skip1: CKV_K8S_16=x}\n")}},
                             only({"CRM-K8S-007"}));
  EXPECT_EQ(other.found.at(0).finding.state, evidence::FindingState::fresh);
}

TEST(KubernetesScanner, SaysWhatItCannotRead) {
  const auto scan =
      scanned({{"broken.yaml", pod() + "  x: [\n"},
               {"template.yaml", "apiVersion: v1\nkind: Pod\nmetadata:\n  {{- toYaml . }}\n"},
               {"deep.yaml", "apiVersion: v1\nkind: Pod\nspec: " + std::string(10'000, '[') + "\n"},
               {"notes.yaml", "apiVersion is one\nkind of: [text\n"},
               {"bytes.yaml", pod() + "  x: caf\xE9\n"}},
              only({"CRM-K8S-007"}));
  EXPECT_THAT(codes(scan), ElementsAre("broken.yaml yaml/syntax", "deep.yaml yaml/too-large",
                                       "template.yaml kubernetes/template"));
  EXPECT_THAT(places(scan), ElementsAre("CRM-K8S-007 bytes.yaml:6"));
}

const std::map<std::string, std::string> kChart = {
    {"chart/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n"},
    {"chart/values.yaml", "apiVersion: x\nkind: y\nhostPID: true\n"},
    {"chart/templates/pod.yaml",
     "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n"
     "  hostPID: {{ .Values.hostPID }}\n  containers: []\n"},
    {"chart/templates/plain.yaml", std::string(kPod)}};

TEST(KubernetesScanner, NeverCallsAChartCleanWithoutHelm) {
  const auto scan = scanned(kChart, only({"CRM-K8S-007"}));
  EXPECT_THAT(places(scan), IsEmpty());
  EXPECT_THAT(codes(scan), ElementsAre("chart/Chart.yaml kubernetes/helm-chart"));
  EXPECT_THAT(scan.not_scanned[0].reason, HasSubstr("helm is not installed"));
}

TEST(KubernetesScanner, BringsWhatHelmMakesBackToTheTemplates) {
  auto settings = only({"CRM-K8S-007"});
  settings.render_chart = [](const std::string& folder) -> Result<std::string> {
    EXPECT_EQ(folder, "chart");
    return std::string(
        "---\n# Source: shop/templates/pod.yaml\napiVersion: v1\nkind: Pod\nmetadata:\n"
        "  name: crema\nspec:\n  hostPID: true\n  containers: []\n");
  };
  EXPECT_THAT(places(scanned(kChart, settings)),
              ElementsAre("CRM-K8S-007 chart/templates/pod.yaml:6"));
  settings.render_chart = [](const std::string&) -> Result<std::string> {
    return fail("kubernetes/helm-failed", "no");
  };
  EXPECT_THAT(codes(scanned(kChart, settings)),
              ElementsAre("chart/Chart.yaml kubernetes/helm-failed"));
}

TEST(KubernetesScanner, RunsTheTeamsOwnRules) {
  const auto page = [](std::string metadata) {
    return parse_rule(std::make_shared<SourceFile>(
        "own.md", "---\nid: TEAM-1\ntitle: Own\n" + metadata +
                      "---\nWhy.\n## Bad\n```\na\n```\n## Good\n```\nb\n```\n"));
  };
  auto settings = only({"TEAM-*"});
  settings.extra_rules.push_back(
      page("framework: kubernetes\nbad: {metadata.name: web}\n").value());
  settings.extra_rules.push_back(page("framework: compose\nbad: {a: b}\n").value());
  EXPECT_THAT(places(scanned({{"m.yaml", pod()}}, settings)), ElementsAre("TEAM-1 m.yaml:4"));
  settings.extra_rules = {page("framework: kubernetes\nbad: {a..b: web}\n").value()};
  const auto scanner = make_kubernetes_scanner(settings);
  ASSERT_FALSE(scanner);
  EXPECT_EQ(scanner.error().code, "rule/path");
  EXPECT_EQ(scanner.error().span.line, 5U);
  EXPECT_EQ(scanner.error().span.source->path(), "own.md");
}

TEST(KubernetesScanner, FindsTheSameWhenLinesMove) {
  const auto before = scanned({{"a.yaml", pod()}}, only({"CRM-K8S-007"}));
  const auto after =
      scanned({{"b/c.yaml", "# moved\n---\n" + pod("  labels: {a: b}\n")}}, only({"CRM-K8S-007"}));
  EXPECT_EQ(before.found.at(0).finding.fingerprint, after.found.at(0).finding.fingerprint);
}

TEST(KubernetesScanner, HoldsResourcesOfSeveralFilesAgainstEachOther) {
  const std::string service =
      "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: a}\n"
      "spec: {selector: {app: web}}\n";
  EXPECT_EQ(scanned({{"s.yaml", service}, {"p.yaml", pod("  labels: {app: web}\n")}},
                    only({"CRM-K8S-115"}))
                .found.size(),
            0U);
  EXPECT_EQ(
      scanned({{"s.yaml", service}, {"p.yaml", pod("  namespace: b\n  labels: {app: web}\n")}},
              only({"CRM-K8S-115"}))
          .found.size(),
      1U);
}

}  // namespace
}  // namespace crema::scan
