// Which services of a compose file start when.
#include "crema/services/compose.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace crema::services {
namespace {

// Visits what a service depends on before itself; its level is one above theirs.
class StartOrder {
 public:
  explicit StartOrder(const ComposeFile& file) : file_(file) {}

  Result<int> visit(const ComposeService& service) {
    const auto& id = service.spec.id;
    if (const auto known = levels_.find(id); known != levels_.end()) {
      if (known->second >= 0) return known->second;
      return fail("compose/circle", "services depend on each other in a circle: " + id,
                  service.spec.span);
    }
    levels_[id] = -1;  // on its way
    int level = 0;
    for (const auto& dependency : service.depends_on) {
      const auto* other = file_.find(dependency.service);
      if (other == nullptr && !dependency.required) continue;
      if (other == nullptr) {
        return fail("compose/unknown-service",
                    fmt::format("service {} depends on {}, which the file does not have", id,
                                dependency.service),
                    service.spec.span);
      }
      level = std::max(level, CREMA_TRY(visit(*other)) + 1);
    }
    levels_[id] = level;
    return level;
  }

  std::vector<std::vector<const ComposeService*>> result() const {
    std::vector<std::vector<const ComposeService*>> order;
    for (const auto& service : file_.services) {
      const auto level = levels_.find(service.spec.id);
      if (level == levels_.end()) continue;
      order.resize(std::max(order.size(), static_cast<std::size_t>(level->second) + 1));
      order[static_cast<std::size_t>(level->second)].push_back(&service);
    }
    return order;
  }

 private:
  const ComposeFile& file_;
  std::map<std::string, int> levels_;
};

}  // namespace

const ComposeService* ComposeFile::find(std::string_view id) const {
  const auto found =
      std::ranges::find_if(services, [&](const auto& service) { return service.spec.id == id; });
  return found == services.end() ? nullptr : &*found;
}

Result<std::vector<std::vector<const ComposeService*>>> start_order(
    const ComposeFile& file, std::span<const std::string> profiles) {
  StartOrder order(file);
  for (const auto& service : file.services) {
    const bool wanted =
        service.profiles.empty() || std::ranges::any_of(service.profiles, [&](const auto& one) {
          return std::ranges::find(profiles, one) != profiles.end();
        });
    if (wanted) CREMA_TRY(order.visit(service));
  }
  return order.result();
}

}  // namespace crema::services
