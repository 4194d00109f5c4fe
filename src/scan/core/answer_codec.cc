#include "crema/scan/core/answer_codec.h"

#include <array>
#include <utility>

namespace crema::scan {
namespace {

using evidence::Finding;
using evidence::FindingLocation;

constexpr std::uint64_t kSeverities = 5;
constexpr std::uint64_t kConfidences = 4;
constexpr std::uint64_t kReaches = 5;

void write(ByteWriter& to, const FindingLocation& it) {
  to.text(it.path);
  for (const auto number : {it.line, it.column, it.end_line, it.end_column}) to.number(number);
  to.text(it.message);
}

void read(ByteReader& from, FindingLocation& it) {
  it.path = from.text();
  for (auto* number : {&it.line, &it.column, &it.end_line, &it.end_column})
    *number = static_cast<std::uint32_t>(from.number());
  it.message = from.text();
}

// The texts of a finding, in one order for both ways. What a scan adds later is not in an answer:
// fingerprint, state, suppressions.
template <typename Finding>
auto texts_of(Finding& it) {
  return std::array{&it.rule,    &it.rule_name, &it.family,   &it.published,   &it.scanner,
                    &it.message, &it.subject,   &it.fix.text, &it.fix.package, &it.fix.version,
                    &it.help,    &it.help_uri,  &it.incident};
}

void write(ByteWriter& to, const Found& it) {
  for (const auto* text : texts_of(it.finding)) to.text(*text);
  to.text(it.subject);
  to.text(it.content);
  to.number(static_cast<std::uint64_t>(it.finding.severity));
  to.number(static_cast<std::uint64_t>(it.finding.confidence));
  to.number(static_cast<std::uint64_t>(it.finding.reach));
  to.number(it.finding.exploited ? 1 : 0);
  to.number(it.first_line);
  to.number(it.last_line);
  to.number(it.finding.aliases.size());
  for (const auto& alias : it.finding.aliases) to.text(alias);
  to.number(it.finding.locations.size());
  for (const auto& location : it.finding.locations) write(to, location);
}

template <typename Enum>
void read_enum(ByteReader& from, std::uint64_t values, Enum& it) {
  const auto value = from.number();
  it = static_cast<Enum>(value < values ? value : 0);
}

void read(ByteReader& from, Found& it) {
  for (auto* text : texts_of(it.finding)) *text = from.text();
  it.subject = from.text();
  it.content = from.text();
  read_enum(from, kSeverities, it.finding.severity);
  read_enum(from, kConfidences, it.finding.confidence);
  read_enum(from, kReaches, it.finding.reach);
  it.finding.exploited = from.number() != 0;
  it.first_line = static_cast<std::uint32_t>(from.number());
  it.last_line = static_cast<std::uint32_t>(from.number());
  it.finding.aliases.resize(from.count());
  for (auto& alias : it.finding.aliases) alias = from.text();
  it.finding.locations.resize(from.count());
  for (auto& location : it.finding.locations) read(from, location);
}

}  // namespace

void ByteWriter::number(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) bytes_ += static_cast<char>((value & 0x7fU) | 0x80U);
  bytes_ += static_cast<char>(value);
}

void ByteWriter::text(std::string_view value) {
  number(value.size());
  bytes_ += value;
}

std::uint64_t ByteReader::broken() {
  well_ = false;
  bytes_ = {};
  return 0;
}

std::uint64_t ByteReader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (bytes_.empty()) return broken();
    const auto byte = static_cast<unsigned char>(bytes_.front());
    bytes_.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
    if (byte < 0x80) return value;
  }
  return broken();
}

std::string_view ByteReader::text() {
  const auto size = number();
  if (size > bytes_.size()) {
    broken();
    return {};
  }
  const auto text = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return text;
}

std::size_t ByteReader::count() {
  const auto count = number();
  return count > bytes_.size() ? broken() : count;
}

std::string encode_answer(const FileAnswer& answer) {
  ByteWriter to;
  to.number(answer.found.size());
  for (const auto& found : answer.found) write(to, found);
  to.number(answer.not_scanned.size());
  for (const auto& one : answer.not_scanned)
    for (const auto* text : {&one.path, &one.code, &one.reason}) to.text(*text);
  to.text(answer.notes);
  return to.take();
}

std::optional<FileAnswer> decode_answer(std::string_view bytes) {
  ByteReader from(bytes);
  FileAnswer answer;
  answer.found.resize(from.count());
  for (auto& found : answer.found) read(from, found);
  answer.not_scanned.resize(from.count());
  for (auto& one : answer.not_scanned)
    for (auto* text : {&one.path, &one.code, &one.reason}) *text = from.text();
  answer.notes = from.text();
  if (!from.well() || !from.at_end()) return std::nullopt;
  return answer;
}

}  // namespace crema::scan
