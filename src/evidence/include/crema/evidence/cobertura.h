// Cobertura's XML (coverage-04.dtd), which GitLab, Jenkins and Azure DevOps read.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"
#include "crema/evidence/coverage.h"
#include "crema/evidence/event.h"
#include "crema/evidence/report_root.h"

#include <string>

namespace crema::evidence {

// Files are looked for below each <source>. A line is a block of one statement. Fails with
// "evidence/cobertura" and the line, or with "xml/syntax".
Result<Coverage> read_cobertura(const SourcePtr& source, const ReportRoot& root = {});

// Valid by coverage-04.dtd: a package for each folder, a class for each file. `made` is the
// report's time, which the DTD demands.
std::string cobertura_xml(const Coverage& coverage, Time made);

}  // namespace crema::evidence
