// What other tools write, as evidence: one table of formats, recognised by what is in a file.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/evidence/record.h"
#include "crema/evidence/report_root.h"

#include <span>
#include <string_view>
#include <vector>

namespace crema::evidence {

struct EvidenceFormat {
  std::string_view name;  // "JUnit XML"
  // Whether a text is meant to be of this format; it may still be wrong.
  bool (*recognises)(std::string_view text);
  Result<std::vector<Evidence>> (*read)(const SourcePtr& source, const ReportRoot& root);
};

// Adding a format: its reader's file, and its line in import.cc.
std::span<const EvidenceFormat> evidence_formats();

// nullptr: none of them.
const EvidenceFormat* find_format(std::string_view text);

// Fails with "evidence/unknown-format" and the formats that are known, or as the format's reader
// does.
Result<std::vector<Evidence>> import_evidence(const SourcePtr& source, const ReportRoot& root = {});

}  // namespace crema::evidence
