// How the kinds of values that options have are read from JSON and text, and written to JSON. A
// reader tells what is wrong and returns false; `null` never reaches it.
#pragma once

#include "option_input.h"

#include "crema/load/schedule/options.h"

namespace crema::load::codec {

struct Boolean {
  static bool read(const JsonInput& input, bool& value);
  static bool read(const TextInput& input, bool& value);
  static Json write(bool value) { return value; }
};

// A whole number; as in k6, in JSON also one in quotes.
struct Integer {
  static bool read(const JsonInput& input, std::int64_t& value);
  static bool read(const TextInput& input, std::int64_t& value);
  static Json write(std::int64_t value) { return value; }
};

struct Duration {
  static bool read(const JsonInput& input, Nanoseconds& value);
  static bool read(const TextInput& input, Nanoseconds& value);
  static Json write(Nanoseconds value) { return format_duration(value); }
};

struct Text {
  static bool read(const JsonInput& input, std::string& value);
  static bool read(const TextInput& input, std::string& value);
  static Json write(const std::string& value) { return value; }
};

// "s", "ms" or "us". Another one is a mistake in a flag; elsewhere k6 takes no notice of it.
struct TimeUnit : Text {
  static bool read(const JsonInput& input, std::string& value);
  static bool read(const TextInput& input, std::string& value);
};

struct TextList {
  static bool read(const JsonInput& input, Texts& value);
  static bool read(const TextInput& input, Texts& value);
  static Json write(const Texts& value) { return value; }
};

// Texts that may have commas: a flag is repeated for more than one.
struct WholeTexts : TextList {
  using TextList::read;
  static bool read(const TextInput& input, Texts& value);
};

// name=value in flags, name:value in the environment.
struct Tags {
  static bool read(const JsonInput& input, TextMap& value);
  static bool read(const TextInput& input, TextMap& value);
  static Json write(const TextMap& value) { return value; }
};

// The tags that k6 sets itself; unknown ones are left out.
struct SystemTags {
  static bool read(const JsonInput& input, Texts& value);
  static bool read(const TextInput& input, Texts& value);
  static Json write(const Texts& value) { return value; }
};

struct ThresholdMap {
  static bool read(const JsonInput& input, ThresholdSettings& value);
  static Json write(const ThresholdSettings& value);
};

// What others define: kept as it is.
struct AnyJson {
  static bool read(const JsonInput& input, std::string& value);
  static Json write(const std::string& value);
};

// In the order of a document; at the top of it, unlike in scenarios, k6 lets other members be.
struct StageList {
  static bool read(const JsonInput& input, std::vector<Stage>& value);
  static bool read(const TextInput& input, std::vector<Stage>& value);
  static Json write(const std::vector<Stage>& value);
  static bool read_strictly(const JsonInput& input, std::vector<Stage>& value);
};

struct Segment {
  static bool read(const JsonInput& input, ExecutionSegment& value);
  static bool read(const TextInput& input, ExecutionSegment& value);
  static Json write(const ExecutionSegment& value) { return format_segment(value); }
};

struct Sequence {
  static bool read(const JsonInput& input, SegmentSequence& value);
  static bool read(const TextInput& input, SegmentSequence& value);
  static Json write(const SegmentSequence& value) { return format_segment_sequence(value); }
};

struct ScenarioMap {
  static bool read(const JsonInput& input, Scenarios& value);
  static Json write(const Scenarios& value);
};

// The members that are there are set, with `source`.
bool read_dns(const JsonInput& input, OptionSource source, DnsOptions& value);
bool read_dns(const TextInput& input, OptionSource source, DnsOptions& value);
Json write_dns(const DnsOptions& value);

struct TlsVersionRange {
  static bool read(const JsonInput& input, TlsVersions& value);
  static Json write(const TlsVersions& value);
};

struct CipherSuites : TextList {
  static bool read(const JsonInput& input, Texts& value);
};

struct TlsAuthList {
  static bool read(const JsonInput& input, std::vector<TlsAuth>& value);
  static Json write(const std::vector<TlsAuth>& value);
};

struct IpNetworks {
  static bool read(const JsonInput& input, std::vector<IpNetwork>& value);
  static bool read(const TextInput& input, std::vector<IpNetwork>& value);
  static Json write(const std::vector<IpNetwork>& value);
};

// Names of hosts as they are written; the first label may be "*".
struct Hostnames : TextList {
  static bool read(const JsonInput& input, Texts& value);
  static bool read(const TextInput& input, Texts& value);
};

struct HostMap {
  static bool read(const JsonInput& input, std::map<std::string, HostAddress>& value);
  static Json write(const std::map<std::string, HostAddress>& value);
};

// Addresses, ranges (a-b) and networks, with commas between them.
struct LocalIps : Text {
  static bool read(const JsonInput& input, std::string& value);
  static bool read(const TextInput& input, std::string& value);
};

}  // namespace crema::load::codec
