// How a compiled index lies in a file: a head, then sections of small records of 32-bit numbers,
// all in the byte order of the machine, which the head tells.
#pragma once

#include <zlib.h>

#include <array>
#include <cstdint>
#include <string_view>

namespace crema::scan::index {

constexpr std::array<char, 8> kMagic = {'c', 'r', 'e', 'm', 'a', 'a', 'd', 'v'};
// Changed with any record below.
constexpr std::uint32_t kFormat = 1;
constexpr std::uint32_t kByteOrder = 0x01020304;

enum class Section : std::uint32_t {
  text,        // bytes; a text is a place in `texts`
  texts,       // where each begins; one more than there are
  numbers,     // lists of texts: aliases, symbols, platforms, versions
  advisories,  // by id
  affected,    // by ecosystem and package
  packages,    // by ecosystem and name
  ranges,
  events,
  imports,
  ecosystems,
  exploited,  // texts, ascending: CVEs
  count
};
constexpr std::size_t kSections = static_cast<std::size_t>(Section::count);

// A part of another section.
struct Slice {
  std::uint32_t begin = 0;
  std::uint32_t count = 0;
};

enum Flag : std::uint32_t { kWithdrawn = 1, kReviewed = 2, kUnreviewed = 4 };

struct AdvisoryRecord {
  std::uint32_t id = 0, summary = 0, modified = 0, published = 0;  // texts
  Slice aliases;                                                   // numbers
  std::uint32_t flags = 0;
  std::uint32_t severity = 0;  // 0 unknown, else the severity and one
  std::uint32_t score = 0;     // tenths and one; 0 unknown
};

struct AffectedRecord {
  std::uint32_t advisory = 0;
  Slice ranges;
  Slice versions;  // numbers
  Slice imports;
};

struct PackageRecord {
  std::uint32_t ecosystem = 0, name = 0;  // texts
  Slice affected;
};

struct EventRecord {
  std::uint32_t kind = 0, version = 0;
};

struct ImportRecord {
  std::uint32_t path = 0;
  Slice symbols;    // numbers
  Slice platforms;  // numbers
};

struct EcosystemRecord {
  std::uint32_t name = 0, newest = 0, source = 0;  // texts
  std::uint32_t advisories = 0;
};

struct SectionPlace {
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

struct Head {
  std::array<char, 8> magic = kMagic;
  std::uint32_t format = kFormat;
  std::uint32_t byte_order = kByteOrder;
  std::uint64_t bytes = 0;          // of the whole file
  std::uint32_t checksum = 0;       // CRC-32 of the whole file, this being 0
  std::uint32_t exploited_day = 0;  // a text: of the list of exploited ones
  std::array<SectionPlace, kSections> sections;
};

inline std::uint32_t checksum_of(Head head, std::string_view rest) {
  head.checksum = 0;
  const auto begin = crc32_z(0, reinterpret_cast<const Bytef*>(&head), sizeof(head));
  return static_cast<std::uint32_t>(
      crc32_z(begin, reinterpret_cast<const Bytef*>(rest.data()), rest.size()));
}

}  // namespace crema::scan::index
