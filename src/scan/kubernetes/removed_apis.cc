#include "removed_apis.h"

#include <algorithm>
#include <array>

namespace crema::scan {
namespace {

constexpr std::array kRemoved = {
    RemovedApi{"extensions/v1beta1", "DaemonSet", "1.16", "apps/v1"},
    RemovedApi{"extensions/v1beta1", "Deployment", "1.16", "apps/v1"},
    RemovedApi{"extensions/v1beta1", "ReplicaSet", "1.16", "apps/v1"},
    RemovedApi{"extensions/v1beta1", "NetworkPolicy", "1.16", "networking.k8s.io/v1"},
    RemovedApi{"extensions/v1beta1", "PodSecurityPolicy", "1.16", ""},
    RemovedApi{"extensions/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1"},
    RemovedApi{"apps/v1beta1", "", "1.16", "apps/v1"},
    RemovedApi{"apps/v1beta2", "", "1.16", "apps/v1"},
    RemovedApi{"networking.k8s.io/v1beta1", "Ingress", "1.22", "networking.k8s.io/v1"},
    RemovedApi{"networking.k8s.io/v1beta1", "IngressClass", "1.22", "networking.k8s.io/v1"},
    RemovedApi{"admissionregistration.k8s.io/v1beta1", "MutatingWebhookConfiguration", "1.22",
               "admissionregistration.k8s.io/v1"},
    RemovedApi{"admissionregistration.k8s.io/v1beta1", "ValidatingWebhookConfiguration", "1.22",
               "admissionregistration.k8s.io/v1"},
    RemovedApi{"apiextensions.k8s.io/v1beta1", "", "1.22", "apiextensions.k8s.io/v1"},
    RemovedApi{"apiregistration.k8s.io/v1beta1", "", "1.22", "apiregistration.k8s.io/v1"},
    RemovedApi{"authentication.k8s.io/v1beta1", "TokenReview", "1.22", "authentication.k8s.io/v1"},
    RemovedApi{"authorization.k8s.io/v1beta1", "", "1.22", "authorization.k8s.io/v1"},
    RemovedApi{"certificates.k8s.io/v1beta1", "CertificateSigningRequest", "1.22",
               "certificates.k8s.io/v1"},
    RemovedApi{"coordination.k8s.io/v1beta1", "Lease", "1.22", "coordination.k8s.io/v1"},
    RemovedApi{"rbac.authorization.k8s.io/v1beta1", "", "1.22", "rbac.authorization.k8s.io/v1"},
    RemovedApi{"rbac.authorization.k8s.io/v1alpha1", "", "1.22", "rbac.authorization.k8s.io/v1"},
    RemovedApi{"scheduling.k8s.io/v1beta1", "PriorityClass", "1.22", "scheduling.k8s.io/v1"},
    RemovedApi{"scheduling.k8s.io/v1alpha1", "PriorityClass", "1.22", "scheduling.k8s.io/v1"},
    RemovedApi{"storage.k8s.io/v1beta1", "CSIDriver", "1.22", "storage.k8s.io/v1"},
    RemovedApi{"storage.k8s.io/v1beta1", "CSINode", "1.22", "storage.k8s.io/v1"},
    RemovedApi{"storage.k8s.io/v1beta1", "StorageClass", "1.22", "storage.k8s.io/v1"},
    RemovedApi{"storage.k8s.io/v1beta1", "VolumeAttachment", "1.22", "storage.k8s.io/v1"},
    RemovedApi{"storage.k8s.io/v1beta1", "CSIStorageCapacity", "1.27", "storage.k8s.io/v1"},
    RemovedApi{"batch/v1beta1", "CronJob", "1.25", "batch/v1"},
    RemovedApi{"batch/v2alpha1", "CronJob", "1.21", "batch/v1"},
    RemovedApi{"discovery.k8s.io/v1beta1", "EndpointSlice", "1.25", "discovery.k8s.io/v1"},
    RemovedApi{"events.k8s.io/v1beta1", "Event", "1.25", "events.k8s.io/v1"},
    RemovedApi{"autoscaling/v2beta1", "HorizontalPodAutoscaler", "1.25", "autoscaling/v2"},
    RemovedApi{"autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.26", "autoscaling/v2"},
    RemovedApi{"policy/v1beta1", "PodDisruptionBudget", "1.25", "policy/v1"},
    RemovedApi{"policy/v1beta1", "PodSecurityPolicy", "1.25", ""},
    RemovedApi{"node.k8s.io/v1beta1", "RuntimeClass", "1.25", "node.k8s.io/v1"},
    RemovedApi{"flowcontrol.apiserver.k8s.io/v1beta1", "", "1.26",
               "flowcontrol.apiserver.k8s.io/v1"},
    RemovedApi{"flowcontrol.apiserver.k8s.io/v1beta2", "", "1.29",
               "flowcontrol.apiserver.k8s.io/v1"},
    RemovedApi{"flowcontrol.apiserver.k8s.io/v1beta3", "", "1.32",
               "flowcontrol.apiserver.k8s.io/v1"},
};

}  // namespace

const RemovedApi* find_removed_api(std::string_view api_version, std::string_view kind) {
  const auto found = std::ranges::find_if(kRemoved, [&](const auto& one) {
    return one.api_version == api_version && (one.kind.empty() || one.kind == kind);
  });
  return found == kRemoved.end() ? nullptr : &*found;
}

}  // namespace crema::scan
