// Annotations with which a resource takes findings back, as checkov and kube-linter have them.
#pragma once

#include "manifest.h"

#include "crema/scan/core/fingerprint.h"

namespace crema::scan {

// Marks the finding as suppressed where the resource says so:
//   checkov.io/skip1: CKV_K8S_20=reason (bridgecrew.io too)
//   ignore-check.kube-linter.io/<check>: reason, kube-linter.io/ignore-all: reason
void heed_annotations(const KubeResource& resource, Found& found);

}  // namespace crema::scan
