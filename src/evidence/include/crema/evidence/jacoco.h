// JaCoCo's XML (report.dtd), of Java and Kotlin.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/evidence/coverage.h"
#include "crema/evidence/report_root.h"

namespace crema::evidence {

// JaCoCo knows packages and not folders: files are looked for in the usual folders of sources
// (src/main/java), also below the folder that a group of a multi-module build is called by. A line
// ran when any instruction of it did; nobody counted how often. Fails with "evidence/jacoco" and
// the line, or with "xml/syntax".
Result<Coverage> read_jacoco(const SourcePtr& source, const ReportRoot& root = {});

}  // namespace crema::evidence
