// Which ports of services can be reached, and from where.
#include "compose_checks.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <vector>

namespace crema::scan {
namespace {

using formats::YamlKind;

struct Published {
  std::string address;  // "" for all of the machine's
  bool is_published = false;
  std::uint32_t host = 0, container = 0;  // the first of a range; 0 where nobody knows
  std::string text;
};

std::uint32_t first_port(std::string_view text) {
  std::uint32_t port = 0;
  std::from_chars(text.data(), text.data() + text.size(), port);
  return port;
}

// "[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]", after Compose's specification.
Published port_of_text(std::string_view text) {
  Published port{.text = std::string(text)};
  text = text.substr(0, text.find('/'));
  const auto last = text.rfind(':');
  port.container = first_port(text.substr(last == std::string_view::npos ? 0 : last + 1));
  if (last == std::string_view::npos) {
    port.is_published = true;  // to a port that is free
    return port;
  }
  const auto rest = text.substr(0, last);
  const auto colon = rest.rfind(':');
  port.is_published = true;
  port.host = first_port(rest.substr(colon == std::string_view::npos ? 0 : colon + 1));
  if (colon != std::string_view::npos) port.address = rest.substr(0, colon);
  return port;
}

std::vector<Published> ports_of(const YamlPlace& service) {
  std::vector<Published> ports;
  const auto list = child(*service.value, "ports").value;
  if (!list) return ports;
  for (const auto& item : list->items) {
    if (item->kind == YamlKind::scalar) {
      ports.push_back(port_of_text(item->text));
      continue;
    }
    auto published = text_at(item, "published");
    auto address = text_at(item, "host_ip");
    // Some write the address here, which the specification does not have.
    if (published.find('.') != std::string_view::npos) {
      address = published.substr(0, published.find(':'));
      published.remove_prefix(std::min(address.size() + 1, published.size()));
    }
    const auto target = text_at(item, "target");
    ports.push_back({.address = std::string(address),
                     .is_published = !published.empty() || !address.empty(),
                     .host = first_port(published),
                     .container = first_port(target),
                     .text = fmt::format("{}:{}", published, target)});
  }
  return ports;
}

std::vector<RuleHit> hit_at_ports(const RuleScope& scope, const std::vector<std::string>& ports,
                                  std::string_view what) {
  if (ports.empty()) return {};
  return {{child(*scope.place.value, "ports"),
           fmt::format("{} publishes {}: {}", scope.place.key->text, join(ports, ", "), what)}};
}

bool is_everywhere(const Published& port) {
  return port.is_published && (port.address.empty() || port.address == "0.0.0.0");
}

std::vector<RuleHit> published_everywhere(const RuleScope& scope) {
  std::vector<std::string> ports;
  for (const auto& port : ports_of(scope.place))
    if (is_everywhere(port) && port.container != 0) ports.push_back(port.text);
  return hit_at_ports(scope, ports, "whoever reaches the machine reaches the service");
}

// Servers that are not made to be reached by strangers.
std::string_view server_at(std::uint32_t port) {
  struct Server {
    std::uint32_t port;
    std::string_view name;
  };
  constexpr Server kServers[] = {
      {1433, "SQL Server"},    {1521, "Oracle"},       {2181, "ZooKeeper"},    {2375, "Docker"},
      {2379, "etcd"},          {3306, "MySQL"},        {4222, "NATS"},         {5432, "PostgreSQL"},
      {5672, "RabbitMQ"},      {5984, "CouchDB"},      {6379, "Redis"},        {7474, "Neo4j"},
      {8086, "InfluxDB"},      {8123, "ClickHouse"},   {9042, "Cassandra"},    {9092, "Kafka"},
      {9200, "Elasticsearch"}, {11211, "memcached"},   {26257, "CockroachDB"}, {27017, "MongoDB"},
      {7687, "Neo4j"},         {9300, "Elasticsearch"}};
  const auto found = std::ranges::find(kServers, port, &Server::port);
  return found == std::end(kServers) ? std::string_view() : found->name;
}

std::vector<RuleHit> published_database(const RuleScope& scope) {
  std::vector<std::string> ports;
  std::string_view name;
  for (const auto& port : ports_of(scope.place)) {
    const auto server = server_at(port.container);
    if (server.empty() || !is_everywhere(port)) continue;
    ports.push_back(port.text);
    name = server;
  }
  return hit_at_ports(scope, ports, fmt::format("whoever reaches the machine reaches {}", name));
}

std::vector<RuleHit> privileged_port(const RuleScope& scope) {
  constexpr std::uint32_t kFirstFree = 1024;
  const auto drops = child(*scope.place.value, "cap_drop").value;
  if (drops && std::ranges::any_of(
                   drops->items, [](const auto& item) { return item->text == "NET_BIND_SERVICE"; }))
    return {};
  std::vector<std::string> ports;
  for (const auto& port : ports_of(scope.place))
    if ((port.host != 0 && port.host < kFirstFree) ||
        (port.container != 0 && port.container < kFirstFree))
      ports.push_back(port.text);
  return hit_at_ports(scope, ports, "ports below 1024 are those of system services");
}

constexpr NamedCheck kChecks[] = {
    {"published-everywhere", published_everywhere},
    {"published-database", published_database},
    {"privileged-port", privileged_port},
};

}  // namespace

std::span<const NamedCheck> port_checks() { return kChecks; }

}  // namespace crema::scan
