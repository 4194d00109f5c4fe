// What SARIF writes inside of texts: arguments, links, addresses of files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crema::evidence {

// `{0}` and `{1}` of a message by its arguments, `{{` as `{` (3.11.5); `[text](3)`, a link to a
// related location, as its text (3.11.6).
std::string sarif_message(std::string_view text, const std::vector<std::string>& arguments);

// "a%20b" as "a b", without "file://"; a bad escape stays as it is.
std::string path_of_uri(std::string_view uri);
// The other way: what a URI reference may not hold is escaped.
std::string uri_of_path(std::string_view path);

// "CWE-79" of "external/cwe/cwe-079", "CWE-79: Cross-site scripting" and "CWE-79", "CVE-2024-1" and
// "GHSA-..." likewise; "" for other tags.
std::string alias_of_tag(std::string_view tag);

}  // namespace crema::evidence
