// The rules of a scan, as a list and as pages.
#pragma once

#include "crema/evidence/style.h"
#include "crema/scan/scan_run.h"

#include <span>
#include <string>
#include <string_view>

namespace crema::cli {

std::string rules_text(std::span<const scan::Rule> rules, const evidence::Style& style);
std::string rules_json(std::span<const scan::Rule> rules);
// The page of the rule that is called so; "" where there is none.
std::string rule_page(std::span<const scan::Rule> rules, std::string_view name,
                      const evidence::Style& style);

}  // namespace crema::cli
