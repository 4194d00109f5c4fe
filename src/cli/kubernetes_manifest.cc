#include "kubernetes_manifest.h"

#include "crema/formats/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace crema::cli {
namespace {

constexpr std::size_t kLargestSecret = std::size_t{1} << 20U;
constexpr std::int64_t kMostPods = 10'000;
constexpr std::size_t kLongestName = 50;  // pods get more behind it

Diagnostic refused(std::string message, std::string hint) {
  auto error = make_error("load/k8s", std::move(message));
  error.hint = std::move(hint);
  return error;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto piece = bytes.substr(at, 3);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 3; ++i)
      value = value << 8U | (i < piece.size() ? static_cast<std::uint8_t>(piece[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      text.push_back(i <= piece.size() ? kDigits[(value >> (18 - 6 * i)) & 63U] : '=');
  }
  return text;
}

bool is_label(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kLongestName && plain(name.front()) &&
         plain(name.back()) &&
         std::ranges::all_of(name, [&](char c) { return plain(c) || c == '-'; });
}

// JSON is YAML, and says what is a text.
std::string quoted(const std::string& text) { return formats::json_string(text); }

class Manifest {
 public:
  explicit Manifest(const KubernetesTest& test) : test_(test) {}

  std::string secret() const {
    std::string text = head("v1", "Secret", test_.name, "");
    text += "type: Opaque\ndata:\n";
    text += fmt::format("  test.tar: {}\n", base64(test_.archive));
    for (const auto& [name, pem] : test_.certificates)
      text += fmt::format("  {}: {}\n", name, base64(pem));
    return text;
  }

  // Every pod runs its own part of the test.
  std::string parts() const {
    std::vector<std::string> words{"load", "run", "--instance",
                                   fmt::format("$(JOB_COMPLETION_INDEX)/{}", test_.parallelism)};
    words.insert(words.end(), test_.arguments.begin(), test_.arguments.end());
    words.emplace_back("/test/test.tar");
    return job(test_.name, "", test_.parallelism, words, "test.tar", "");
  }

  // Every pod is an agent; they have names of their own in the cluster's DNS.
  std::string agents() const {
    const std::string name = test_.name + "-agent";
    std::string text = head("v1", "Service", name, "agent");
    text += fmt::format(
        "spec:\n  clusterIP: None\n  publishNotReadyAddresses: true\n  selector:\n"
        "    app.kubernetes.io/instance: {}\n    app.kubernetes.io/component: agent\n"
        "  ports:\n    - name: agent\n      port: 6566\n---\n",
        test_.name);
    return text + job(name, "agent", test_.parallelism,
                      {"load", "agent", "--once", "--certificates", "/test"},
                      "authority.pem agent.pem agent-key.pem", name);
  }

  std::string coordinator() const {
    std::string names;
    for (std::int64_t i = 0; i < test_.parallelism; ++i)
      names +=
          fmt::format("{}{}-agent-{}.{}-agent:6566", i == 0 ? "" : ",", test_.name, i, test_.name);
    std::vector<std::string> words{"load",           "run",   "--agents",     names,
                                   "--certificates", "/test", "--agent-wait", "5m"};
    words.insert(words.end(), test_.arguments.begin(), test_.arguments.end());
    words.emplace_back("/test/test.tar");
    return job(test_.name, "coordinator", 1, words,
               "test.tar authority.pem coordinator.pem coordinator-key.pem", "");
  }

 private:
  std::string labels(std::string_view component, std::string_view indent) const {
    std::string text =
        fmt::format("{0}app.kubernetes.io/name: crema-load\n{0}app.kubernetes.io/instance: {1}\n",
                    indent, test_.name);
    if (!component.empty())
      text += fmt::format("{}app.kubernetes.io/component: {}\n", indent, component);
    return text;
  }

  std::string head(std::string_view version, std::string_view kind, std::string_view name,
                   std::string_view component) const {
    std::string text =
        fmt::format("apiVersion: {}\nkind: {}\nmetadata:\n  name: {}\n", version, kind, name);
    if (!test_.space.empty()) text += fmt::format("  namespace: {}\n", test_.space);
    return text + "  labels:\n" + labels(component, "    ");
  }

  // `items` are the files of the Secret that the pods see; a subdomain gives them names.
  std::string job(const std::string& name, std::string_view component, std::int64_t pods,
                  const std::vector<std::string>& words, std::string_view items,
                  std::string_view subdomain) const {
    std::string text = head("batch/v1", "Job", name, component);
    text += fmt::format(
        "spec:\n  completionMode: Indexed\n  completions: {0}\n  parallelism: {0}\n"
        "  backoffLimit: 0\n  template:\n    metadata:\n      labels:\n{1}    spec:\n",
        pods, labels(component, "        "));
    if (!subdomain.empty()) text += fmt::format("      subdomain: {}\n", subdomain);
    text +=
        "      restartPolicy: Never\n      automountServiceAccountToken: false\n"
        "      securityContext:\n        runAsNonRoot: true\n        runAsUser: 65532\n"
        "        runAsGroup: 65532\n        fsGroup: 65532\n        seccompProfile:\n"
        "          type: RuntimeDefault\n      containers:\n        - name: crema\n";
    text += fmt::format("          image: {}\n          command: [\"crema\"]\n          args:\n",
                        quoted(test_.image));
    for (const auto& word : words) text += fmt::format("            - {}\n", quoted(word));
    text += fmt::format(
        "          workingDir: /tmp\n          resources:\n            requests:\n"
        "              cpu: {0}\n              memory: {1}\n            limits:\n"
        "              memory: {1}\n",
        quoted(test_.cpu), quoted(test_.memory));
    text +=
        "          securityContext:\n            allowPrivilegeEscalation: false\n"
        "            readOnlyRootFilesystem: true\n            capabilities:\n"
        "              drop: [\"ALL\"]\n          volumeMounts:\n"
        "            - name: test\n              mountPath: /test\n              readOnly: true\n"
        "            - name: tmp\n              mountPath: /tmp\n      volumes:\n"
        "        - name: tmp\n          emptyDir: {}\n        - name: test\n          secret:\n";
    text += fmt::format(
        "            secretName: {}\n            defaultMode: 0440\n            items:\n",
        test_.name);
    for (std::size_t at = 0; at < items.size();) {
      const auto end = std::min(items.find(' ', at), items.size());
      text += fmt::format("              - key: {0}\n                path: {0}\n",
                          items.substr(at, end - at));
      at = end + 1;
    }
    return text;
  }

  const KubernetesTest& test_;
};

}  // namespace

Result<std::string> kubernetes_manifest(const KubernetesTest& test) {
  if (!is_label(test.name))
    return refused(fmt::format("\"{}\" is no name for objects of Kubernetes", test.name),
                   "give one with --name: small letters, digits and -, 50 at most");
  if (!test.space.empty() && !is_label(test.space))
    return refused(fmt::format("\"{}\" is no namespace of Kubernetes", test.space),
                   "write small letters, digits and -");
  if (test.image.empty())
    return refused("it is not said which image the pods run", "name one with crema in it: --image");
  if (test.parallelism < 1 || test.parallelism > kMostPods)
    return refused(fmt::format("--parallelism is {}", test.parallelism),
                   fmt::format("say how many pods make the load: 1 to {}", kMostPods));
  std::size_t size = test.archive.size();
  for (const auto& [name, pem] : test.certificates) size += pem.size();
  if (size > kLargestSecret)
    return refused(fmt::format("the test's archive has {} bytes, and a Secret may have {}",
                               test.archive.size(), kLargestSecret),
                   "put the large files into the image, or make them smaller");
  const Manifest manifest(test);
  if (test.certificates.empty()) return manifest.secret() + "---\n" + manifest.parts();
  return manifest.secret() + "---\n" + manifest.agents() + "---\n" + manifest.coordinator();
}

}  // namespace crema::cli
