// A load test as objects of Kubernetes: YAML for `kubectl apply -f -`.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace crema::cli {

struct KubernetesTest {
  std::string name;   // of all objects: a DNS label
  std::string space;  // the namespace; "" leaves it to whoever applies it
  std::string image;
  std::string archive;  // bytes
  std::int64_t parallelism = 1;
  std::string cpu = "1";
  std::string memory = "512Mi";
  std::vector<std::string> arguments;  // further ones of `crema load run`
  // Files of certificates by name: with them the pods are agents of one coordinator, without them
  // each is a test of its own with its segment.
  std::map<std::string, std::string> certificates;
};

// Fails with "load/k8s": names and amounts that Kubernetes would refuse, an archive that is larger
// than a Secret may be (1 MiB).
Result<std::string> kubernetes_manifest(const KubernetesTest& test);

}  // namespace crema::cli
