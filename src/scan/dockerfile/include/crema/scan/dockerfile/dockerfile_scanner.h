// The scanner of Dockerfiles.
#pragma once

#include "crema/base/result.h"
#include "crema/scan/core/rule.h"
#include "crema/scan/core/rule_selection.h"
#include "crema/scan/core/scanner.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

enum class LabelKind : std::uint8_t { text, url, rfc3339, spdx, hash, semver, email };

struct DockerfileSettings {
  RuleSelection selection;
  std::vector<Rule> extra_rules;  // the team's own; those of other frameworks are left alone
  // Where images may come from: "docker.io", "*.example.com", "ghcr*". Empty: from anywhere.
  std::vector<std::string> trusted_registries;
  std::map<std::string, LabelKind, std::less<>>
      labels;                  // that an image must have, with their kinds
  bool strict_labels = false;  // and no others
  // By the names of rules, their own or others': how much they matter to the team.
  std::map<std::string, evidence::FindingSeverity, std::less<>> severities;
};

// `trustedRegistries`, `label-schema`, `strict-labels` and `override` of a .hadolint.yaml, into the
// settings: its error, warning, info and style are high, medium, low and note.
// Errors are those of YAML, and "dockerfile/settings".
Result<> read_hadolint_settings(const SourcePtr& file, DockerfileSettings& settings);

// Errors are "rule/..." with a place in the page.
Result<std::unique_ptr<Scanner>> make_dockerfile_scanner(DockerfileSettings settings);

// How sure its name makes it that a file is a Dockerfile: "Dockerfile", "api.Dockerfile",
// "Dockerfile.dev" and "Containerfile" are; "dockerfile-dev" and "Dockerfile.tmpl" only when they
// begin like one.
enum class DockerfileName : std::uint8_t { no, maybe, yes };
DockerfileName dockerfile_name(std::string_view path);

}  // namespace crema::scan
