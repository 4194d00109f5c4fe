// A rule is one page of Markdown: its metadata, its manual, its examples and thereby its test.
//
//     ---
//     id: CRM-DOCKER-001
//     title: The last user is root
//     severity: high
//     aliases: [CKV_DOCKER_8, DS-0002, DL3002, CWE-250]
//     ---
//     Why it matters, in some sentences.
//
//     ## Fix
//     What to do about it.
//
//     ## Bad
//     ```dockerfile
//     FROM alpine:3.20
//     USER root
//     ```
//
//     ## Good
//     ...
//
// Keys a family adds to the metadata, its condition above all, are that family's to read.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/evidence/finding.h"
#include "crema/formats/yaml.h"

#include <string>
#include <string_view>
#include <vector>

namespace crema::scan {

struct RuleExample {
  bool bad = false;
  std::string name;      // what follows ``` after the language: a file's name where it matters
  std::string language;  // "dockerfile"
  std::string text;
  std::uint32_t line = 0;  // of its first line in the page
};

struct Rule {
  std::string id;
  std::string title;  // one sentence without a full stop
  evidence::FindingSeverity severity = evidence::FindingSeverity::medium;
  std::vector<std::string> aliases;  // the peers' ids and CWEs
  bool enabled = true;               // false: only where it is asked for
  std::string why;                   // Markdown
  std::string fix;                   // Markdown; "" where the page has none
  std::vector<std::string> references;
  std::vector<RuleExample> examples;
  formats::YamlPtr metadata;  // all of it
  SourcePtr page;             // where it was read

  // Whether a waiver, a skip or a question that names `name` means this rule, whatever the case.
  bool is_called(std::string_view name) const;
};

// Errors are "rule/..." with a place in the page: no metadata, an unknown severity, no title, an
// example that does not end, a page without both kinds of examples.
Result<Rule> parse_rule(const SourcePtr& page);

}  // namespace crema::scan
