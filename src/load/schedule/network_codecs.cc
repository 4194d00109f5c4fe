// Codecs of addresses, names of hosts and DNS.
#include "number_text.h"
#include "option_codecs.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crema::load::codec {
namespace {

constexpr std::array<std::string_view, 3> kSelects = {"first", "roundRobin", "random"};
constexpr std::array<std::string_view, 5> kPolicies = {"preferIPv4", "preferIPv6", "onlyIPv4",
                                                       "onlyIPv6", "any"};

template <class Enum, std::size_t N>
bool named(const std::array<std::string_view, N>& names, std::string_view name,
           Option<Enum>& value) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return false;
  value = static_cast<Enum>(found - names.begin());
  return true;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

// "a.b", "*.b", "*": a name whose first label may stand for any.
bool is_host_pattern(std::string_view name) {
  if (name.starts_with('*')) name.remove_prefix(name.starts_with("*.") ? 2 : 1);
  if (name.empty()) return true;
  const auto labels = split(name, '.');
  return std::all_of(labels.begin(), labels.end(), is_label);
}

std::optional<std::uint16_t> port_number(std::string_view digits) {
  const auto port = whole_number(digits);
  if (!port || *port < 0 || *port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

bool is_host_key(std::string_view key) {
  const auto colon = key.rfind(':');
  if (colon == std::string_view::npos) return is_host_pattern(key);
  return is_host_pattern(key.substr(0, colon)) && port_number(key.substr(colon + 1));
}

// "10.0.0.1", "10.0.0.1:80", "fd00::1", "[fd00::1]:80".
std::optional<HostAddress> host_address(std::string_view text) {
  if (const auto ip = parse_ip(text)) return HostAddress{.ip = *ip};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto name = text.substr(0, colon);
  if (name.starts_with('[') && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  const auto ip = parse_ip(name);
  const auto port = port_number(text.substr(colon + 1));
  if (!ip || !port || (ip->v6 && text.front() != '[')) return std::nullopt;
  return HostAddress{.ip = *ip, .port = *port};
}

bool is_local_range(std::string_view text) {
  if (text.find('/') != std::string_view::npos) return parse_ip_network(text).has_value();
  const auto dash = text.find('-');
  const auto first = parse_ip(text.substr(0, dash));
  if (dash == std::string_view::npos || !first) return first.has_value();
  const auto last = parse_ip(text.substr(dash + 1));
  return last && last->v6 == first->v6 && first->bytes <= last->bytes;
}

bool is_local_ips(std::string_view text) {
  const auto ranges = split(text, ',');
  return std::all_of(ranges.begin(), ranges.end(), is_local_range);
}

constexpr std::string_view kHostname = "the name of a host, which may start with \"*.\"";
constexpr std::string_view kLocalIps =
    "IP addresses, ranges (10.0.0.1-10.0.0.9) or networks with commas between them";

// One member of the DNS options; false where the value is not for it.
bool set_dns(std::string_view name, const std::string& text, OptionSource source,
             DnsOptions& value) {
  if (name == "ttl") {
    value.ttl = text;
    value.ttl.source = source;
    return parse_dns_ttl(text).has_value();
  }
  if (name == "select") {
    value.select.source = source;
    return named(kSelects, text, value.select);
  }
  value.policy.source = source;
  return named(kPolicies, text, value.policy);
}

std::string_view dns_values(std::string_view name) {
  if (name == "ttl") return "a duration, \"0\" or \"inf\"";
  if (name == "select") return "first, roundRobin or random";
  return "preferIPv4, preferIPv6, onlyIPv4, onlyIPv6 or any";
}

bool is_dns_member(std::string_view name) {
  return name == "ttl" || name == "select" || name == "policy";
}

}  // namespace

bool read_dns(const JsonInput& input, OptionSource source, DnsOptions& value) {
  if (!input.value().is_object()) return input.wrong("an object with ttl, select and policy");
  bool well = true;
  for (const auto& [name, json] : input.value().items()) {
    const JsonInput member = input.member(name, json);
    if (!is_dns_member(name)) {
      member.warning("load/unknown-option", fmt::format("`{}` is no option", member.path()));
    } else if (!json.is_null() &&
               (!json.is_string() ||
                !set_dns(name, json.get_ref<const std::string&>(), source, value))) {
      well = member.wrong(dns_values(name));
    }
  }
  return well;
}

bool read_dns(const TextInput& input, OptionSource source, DnsOptions& value) {
  for (const std::string& part : input.list()) {
    const auto at = part.find('=');
    const std::string name = part.substr(0, at);
    if (at == std::string::npos || !is_dns_member(name)) {
      return input.wrong(part, "ttl=, select= or policy= with a value");
    }
    if (!set_dns(name, part.substr(at + 1), source, value)) {
      return input.wrong(part, fmt::format("{}= with {}", name, dns_values(name)));
    }
  }
  return true;
}

Json write_dns(const DnsOptions& value) {
  Json json = {{"ttl", {}}, {"select", {}}, {"policy", {}}};
  const auto& [ttl, select, policy] = value;
  if (ttl && ttl.written()) json["ttl"] = *ttl;
  if (select && select.written()) json["select"] = kSelects[static_cast<std::size_t>(*select)];
  if (policy && policy.written()) json["policy"] = kPolicies[static_cast<std::size_t>(*policy)];
  return json;
}

bool IpNetworks::read(const JsonInput& input, std::vector<IpNetwork>& value) {
  Texts texts;
  if (!TextList::read(input, texts)) return false;
  bool well = true;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto network = parse_ip_network(texts[i]);
    if (network) value.push_back(*network);
    if (!network) well = input.item(i).wrong("a range of IP addresses like \"10.0.0.0/8\"");
  }
  return well;
}

bool IpNetworks::read(const TextInput& input, std::vector<IpNetwork>& value) {
  for (const std::string& text : input.list()) {
    const auto network = parse_ip_network(text);
    if (!network) return input.wrong(text, "a range of IP addresses like 10.0.0.0/8");
    value.push_back(*network);
  }
  return true;
}

Json IpNetworks::write(const std::vector<IpNetwork>& value) {
  Json json = Json::array();
  for (const IpNetwork& network : value) json.push_back(format_ip_network(network));
  return json;
}

bool Hostnames::read(const JsonInput& input, Texts& value) {
  if (!TextList::read(input, value)) return false;
  bool well = true;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!is_host_pattern(value[i])) well = input.item(i).wrong(kHostname);
  }
  return well;
}

bool Hostnames::read(const TextInput& input, Texts& value) {
  for (const std::string& name : input.list()) {
    if (!is_host_pattern(name)) return input.wrong(name, kHostname);
    value.push_back(name);
  }
  return true;
}

bool HostMap::read(const JsonInput& input, std::map<std::string, HostAddress>& value) {
  if (!input.value().is_object()) return input.wrong("an object of names and addresses");
  bool well = true;
  for (const auto& [name, json] : input.value().items()) {
    const JsonInput member = input.member(name, json);
    const auto address =
        json.is_string() ? host_address(json.get_ref<const std::string&>()) : std::nullopt;
    if (!is_host_key(name)) {
      well = member.problem(fmt::format("`{}`: {} is not {}", input.path(), name, kHostname));
    } else if (!address) {
      well = member.wrong("an IP address, which may have a port (\"127.0.0.1:8080\")");
    } else {
      value.insert_or_assign(to_lower(name), *address);
    }
  }
  return well;
}

Json HostMap::write(const std::map<std::string, HostAddress>& value) {
  Json json = Json::object();
  for (const auto& [name, address] : value) {
    const std::string ip = format_ip(address.ip);
    json[name] = address.port == 0
                     ? ip
                     : fmt::format("{}:{}", address.ip.v6 ? "[" + ip + "]" : ip, address.port);
  }
  return json;
}

bool LocalIps::read(const JsonInput& input, std::string& value) {
  return Text::read(input, value) && (is_local_ips(value) || input.wrong(kLocalIps));
}

bool LocalIps::read(const TextInput& input, std::string& value) {
  value = input.value();
  return is_local_ips(value) || input.wrong(value, kLocalIps);
}

}  // namespace crema::load::codec
