// An inventory as a bill of materials: CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/).
#pragma once

#include "crema/scan/deps/inventory.h"
#include "crema/scan/deps/module_cache.h"

#include <string>
#include <string_view>

namespace crema::scan {

struct BomSettings {
  std::string name;                    // of the whole
  std::string time;                    // RFC 3339
  std::string tool_version;            // crema's
  const ModuleCache* cache = nullptr;  // where edges between Go modules are looked up; may be null
};

// Components are told apart by their package URLs; hashes are those of go.sum and of lock files,
// Go's being the one of the module's content as `h1:` has it. Edges are there as far as they are
// known. The serial number is made of the contents.
std::string cyclonedx_json(const Inventory& inventory, const BomSettings& settings);

// "pkg:golang/github.com/ibm/sarama@v1.45.2", "pkg:npm/%40scope/name@1.0.0".
std::string package_url(std::string_view ecosystem, std::string_view name,
                        std::string_view version);

}  // namespace crema::scan
