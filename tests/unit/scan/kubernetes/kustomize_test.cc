// What kustomizations make of manifests, seen by what is found in it and where.
#include "scan/kubernetes/scanned.h"

#include <gmock/gmock.h>

namespace crema::scan {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kBase = R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: web:latest
          securityContext:
            privileged: true
        - name: proxy
          image: proxy:1.0
)";

std::map<std::string, std::string> tree(const std::string& overlay) {
  return {{"base/kustomization.yaml", "resources: [web.yaml]\n"},
          {"base/web.yaml", kBase},
          {"prod/kustomization.yaml", "resources: [../base]\n" + overlay}};
}

std::vector<std::string> subjects(const TreeScan& scan) {
  std::vector<std::string> all;
  for (const auto& found : scan.found) all.push_back(found.subject);
  return all;
}

TEST(Kustomize, JudgesABaseAsItIsRenderedAndOnce) {
  const auto scan =
      scanned(tree("namespace: shop\nnamePrefix: my-\n"), only({"CRM-K8S-001", "CRM-K8S-114"}));
  EXPECT_THAT(places(scan),
              ElementsAre("CRM-K8S-114 base/web.yaml:4", "CRM-K8S-001 base/web.yaml:17"));
  EXPECT_THAT(subjects(scan), Each("Deployment.shop.my-web"));
}

TEST(Kustomize, MergesPatchesByTheNamesOfContainers) {
  auto files = tree("patches: [{path: patch.yaml}]\n");
  files["prod/patch.yaml"] = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      hostPID: true
      containers:
        - name: web
          securityContext: {privileged: false}
        - name: proxy
          securityContext:
            privileged: true
)";
  const auto scan = scanned(files, only({"CRM-K8S-001", "CRM-K8S-007"}));
  EXPECT_THAT(places(scan),
              ElementsAre("CRM-K8S-007 prod/patch.yaml:7", "CRM-K8S-001 prod/patch.yaml:13"));
}

TEST(Kustomize, DeletesReplacesAndTakesNullAway) {
  const std::string head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n";
  const auto found = [&](const std::string& patch) {
    auto files = tree("patchesStrategicMerge: [patch.yaml]\n");
    files["prod/patch.yaml"] = head + patch;
    return places(scanned(files, only({"CRM-K8S-001"}))).size();
  };
  EXPECT_EQ(found("spec: {template: {spec: {containers: [{name: web, $patch: delete}]}}}\n"), 0U);
  EXPECT_EQ(found("$patch: delete\n"), 0U);
  EXPECT_EQ(found("spec: {template: {spec: {containers: [{name: web, securityContext: null}]}}}\n"),
            0U);
  EXPECT_EQ(found("spec: {template: {spec: {containers: [{name: web, image: w}]}}}\n"), 1U);
}

TEST(Kustomize, AppliesOperationsToTheirTargets) {
  const auto scan = scanned(tree(R"(patches:
  - target: {kind: Deployment, name: w.*}
    patch: |-
      - op: remove
        path: /spec/template/spec/containers/0/securityContext/privileged
      - op: add
        path: /spec/template/spec/hostPID
        value: true
  - target: {kind: StatefulSet}
    patch: |-
      - op: add
        path: /spec/template/spec/hostIPC
        value: true
)"),
                            only({"CRM-K8S-001", "CRM-K8S-007", "CRM-K8S-008"}));
  EXPECT_THAT(places(scan), ElementsAre("CRM-K8S-007 prod/kustomization.yaml:9"));
}

TEST(Kustomize, ReplacesImagesReplicasAndLabels) {
  const auto scan = scanned(tree(R"(images:
  - name: web
    newName: registry.example.org/web
    newTag: 1.2.3
replicas:
  - name: web
    count: 3
commonLabels: {team: shop}
)"),
                            only({"CRM-K8S-030", "CRM-K8S-130", "CRM-K8S-133"}));
  EXPECT_THAT(places(scan), ElementsAre());
}

TEST(Kustomize, SaysWhichOverlayLeavesIt) {
  auto files = tree("patches: [{path: patch.yaml}]\n");
  files["dev/kustomization.yaml"] = "resources: [../base]\n";
  files["prod/patch.yaml"] =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
      "spec: {template: {spec: {containers: [{name: web, securityContext: {privileged: "
      "false}}]}}}\n";
  const auto scan = scanned(files, only({"CRM-K8S-001"}));
  ASSERT_EQ(scan.found.size(), 1U);
  EXPECT_THAT(scan.found[0].finding.message, HasSubstr("(as rendered by dev)"));
}

TEST(Kustomize, TakesComponentsAndGeneratedNames) {
  auto files =
      tree("components: [../component]\nconfigMapGenerator: [{name: c, literals: [k=v]}]\n");
  files["component/kustomization.yaml"] = R"(apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component
patches:
  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        template:
          spec:
            containers:
              - name: web
                securityContext: {privileged: false}
                env: [{name: K, valueFrom: {configMapKeyRef: {name: c, key: k}}}]
)";
  EXPECT_THAT(places(scanned(files, only({"CRM-K8S-001", "CRM-K8S-073"}))), ElementsAre());
}

TEST(Kustomize, SaysWhatItCannotTakeIn) {
  const auto scan = scanned(
      {{"kustomization.yaml",
        "resources: [\"https://example.org/base?ref=v1\", loop]\nhelmCharts: [{name: c}]\n"},
       {"loop/kustomization.yaml", "resources: [../loop]\n"}},
      KubernetesSettings());
  std::vector<std::string> codes;
  for (const auto& one : scan.not_scanned) codes.push_back(one.path + " " + one.code);
  EXPECT_THAT(codes, ElementsAre("kustomization.yaml kubernetes/helm-chart",
                                 "kustomization.yaml kubernetes/remote-base",
                                 "loop/kustomization.yaml kubernetes/kustomize-loop"));
  const auto circle = scanned({{"a/kustomization.yaml", "resources: [../b]\n"},
                               {"b/kustomization.yaml", "resources: [../a]\n"}});
  ASSERT_EQ(circle.not_scanned.size(), 1U);
  EXPECT_EQ(circle.not_scanned[0].code, "kubernetes/kustomize-loop");
}

TEST(Kustomize, DoesNotTakePatchesForResources) {
  auto files =
      tree("patches: [{path: patch.yaml}, {path: operations.json, target: {kind: Deployment}}]\n");
  files["prod/patch.yaml"] =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {}\n";
  files["prod/operations.json"] =
      R"([{"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "web:2"}])";
  EXPECT_THAT(places(scanned(files, only({"CRM-K8S-030", "CRM-K8S-133"}))),
              ElementsAre("CRM-K8S-133 base/web.yaml:6"));
}

}  // namespace
}  // namespace crema::scan
