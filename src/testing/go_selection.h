// Which of a Go module's tests belong to which part: by their folders' names, and by what files and
// tests say of themselves.
#pragma once

#include "crema/testing/go_module.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace crema::testing {

// Tests outside of folders of their own part: `integration_test.go`, `//go:build integration`,
// `TestIntegrationOrders`; for "e2e" alike.
struct MarkedTests {
  std::vector<std::string> packages;  // "./services/orders", sorted
  std::string pattern;                // for -run; "" without any
  std::string tags;                   // for -tags: what their build constraints ask for
};

MarkedTests find_marked_tests(const std::filesystem::path& root, const GoModule& module,
                              std::string_view part);

// Whether a file's tests, or which of them, are of a part.
struct MarkedFile {
  std::vector<std::string> tests;
  bool tagged = false;
};
MarkedFile marked_tests_of(std::string_view name, std::string_view source, std::string_view part);

}  // namespace crema::testing
