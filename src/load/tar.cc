#include "tar.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace crema::load {
namespace {

constexpr std::size_t kBlock = 512;
constexpr std::size_t kMostEntries = 100'000;
constexpr std::size_t kMostNameBytes = 64 * 1024;

// Where the fields of a header stand: offset and size.
struct Field {
  std::size_t offset;
  std::size_t size;
};
constexpr Field kName{0, 100}, kMode{100, 8}, kOwner{108, 8}, kGroup{116, 8}, kSize{124, 12},
    kTime{136, 12}, kSum{148, 8}, kType{156, 1}, kTarget{157, 100}, kMagic{257, 8},
    kPrefix{345, 155};

std::string_view text_of(std::string_view header, Field field) {
  const auto text = header.substr(field.offset, field.size);
  return text.substr(0, text.find('\0'));
}

std::optional<std::uint64_t> number_of(std::string_view header, Field field) {
  auto text = header.substr(field.offset, field.size);
  // Numbers that have no room as octal digits are binary (GNU tar).
  if ((static_cast<unsigned char>(text[0]) & 0x80) != 0) {
    std::uint64_t number = static_cast<unsigned char>(text[0]) & 0x7f;
    for (const char c : text.substr(1)) {
      if (number >> 55 != 0) return std::nullopt;
      number = number << 8 | static_cast<unsigned char>(c);
    }
    return number;
  }
  text = text.substr(0, text.find('\0'));
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return 0;
  text = text.substr(first, text.find_last_not_of(' ') - first + 1);
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 8);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// All bytes of the header, those of the sum itself as if they were blanks.
std::uint64_t sum_of(std::string_view header) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < header.size(); ++i)
    sum += i >= kSum.offset && i < kSum.offset + kSum.size ? ' '
                                                           : static_cast<unsigned char>(header[i]);
  return sum;
}

auto broken(std::size_t offset, std::string_view why) {
  return fail("load/archive", fmt::format("no archive of a load test: {} at byte {}", why, offset));
}

// Records "<length> <key>=<value>\n", the length of the whole record.
struct PaxNames {
  std::optional<std::string> name;
  std::optional<std::string> target;
  bool valid = true;
};
PaxNames read_pax(std::string_view records) {
  PaxNames names;
  while (!records.empty()) {
    std::size_t length = 0;
    const auto [digits, error] = std::from_chars(
        records.data(), records.data() + std::min<std::size_t>(8, records.size()), length);
    const auto start = static_cast<std::size_t>(digits - records.data()) + 1;
    names.valid = error == std::errc() && length > start && length <= records.size() &&
                  *digits == ' ' && records[length - 1] == '\n';
    if (!names.valid) break;
    const auto record = records.substr(start, length - start - 1);
    const auto equals = record.find('=');
    names.valid = equals != std::string_view::npos;
    if (!names.valid) break;
    const auto key = record.substr(0, equals);
    if (key == "path") names.name = record.substr(equals + 1);
    if (key == "linkpath") names.target = record.substr(equals + 1);
    records.remove_prefix(length);
  }
  return names;
}

TarKind kind_of(char type) {
  switch (type) {
    case '0':
    case '\0':
    case '7':
      return TarKind::file;
    case '1':
      return TarKind::hard_link;
    case '5':
      return TarKind::folder;
    default:
      return TarKind::other;
  }
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  Result<std::vector<TarEntry>> read() {
    while (at_ < bytes_.size()) {
      if (bytes_.size() - at_ < kBlock) return broken(at_, "it is cut off");
      const auto header = bytes_.substr(at_, kBlock);
      if (header.find_first_not_of('\0') == std::string_view::npos) break;
      CREMA_TRY(read_entry(header));
    }
    return std::move(entries_);
  }

 private:
  Result<> read_entry(std::string_view header) {
    const auto sum = number_of(header, kSum);
    if (!sum || *sum != sum_of(header)) return broken(at_, "no header of a tar file");
    const char type = header[kType.offset];
    auto size = number_of(header, kSize);
    // Links and folders have no content, whatever their size says.
    if (kind_of(type) == TarKind::hard_link || kind_of(type) == TarKind::folder) size = 0;
    const std::size_t start = at_ + kBlock;
    if (!size || *size > bytes_.size() - start) return broken(at_, "it is cut off");
    const auto content = bytes_.substr(start, *size);
    const std::size_t at = at_;
    at_ = std::min(bytes_.size(), start + (content.size() + kBlock - 1) / kBlock * kBlock);
    if (type == 'x' || type == 'g' || type == 'L' || type == 'K')
      return read_names(type, content, at);
    if (entries_.size() == kMostEntries)
      return broken(at, fmt::format("more than {} entries", kMostEntries));
    add(header, type, content);
    return {};
  }

  // An entry that only says how the next one is called.
  Result<> read_names(char type, std::string_view content, std::size_t at) {
    if (content.size() > kMostNameBytes) return broken(at, "a name that is too long");
    if (type == 'g') return {};
    if (type == 'L') {
      name_ = content.substr(0, content.find('\0'));
    } else if (type == 'K') {
      target_ = content.substr(0, content.find('\0'));
    } else {
      auto names = read_pax(content);
      if (!names.valid) return broken(at, "a pax header that is none");
      if (names.name) name_ = std::move(names.name);
      if (names.target) target_ = std::move(names.target);
    }
    return {};
  }

  void add(std::string_view header, char type, std::string_view content) {
    TarEntry entry{.kind = kind_of(type), .name = {}, .target = {}, .bytes = content};
    const auto prefix = header.substr(kMagic.offset).starts_with("ustar") ? text_of(header, kPrefix)
                                                                          : std::string_view();
    entry.name = name_            ? std::move(*name_)
                 : prefix.empty() ? std::string(text_of(header, kName))
                                  : fmt::format("{}/{}", prefix, text_of(header, kName));
    entry.target = target_ ? std::move(*target_) : std::string(text_of(header, kTarget));
    name_.reset();
    target_.reset();
    entries_.push_back(std::move(entry));
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::optional<std::string> name_;
  std::optional<std::string> target_;
  std::vector<TarEntry> entries_;
};

void put(std::string& header, Field field, std::string_view text) {
  header.replace(field.offset, std::min(field.size, text.size()), text.substr(0, field.size));
}

void append_block(std::string& tar, char type, std::string_view name, std::string_view target,
                  std::string_view bytes) {
  std::string header(kBlock, '\0');
  put(header, kName, name);
  put(header, kMode, type == '5' ? "0000755" : "0000644");
  put(header, kOwner, "0000000");
  put(header, kGroup, "0000000");
  put(header, kSize, fmt::format("{:011o}", bytes.size()));
  put(header, kTime, "00000000000");
  header[kType.offset] = type;
  put(header, kTarget, target);
  put(header, kMagic, std::string_view("ustar\00000", 8));
  put(header, kSum, fmt::format("{:06o}", sum_of(header)));
  header[kSum.offset + 7] = ' ';
  tar += header;
  tar += bytes;
  tar.append((kBlock - bytes.size() % kBlock) % kBlock, '\0');
}

bool plain(std::string_view name, Field field) {
  return name.size() <= field.size &&
         std::ranges::all_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// The length of a record counts its own digits.
std::string pax_record(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (length != rest + std::to_string(length).size()) ++length;
  return fmt::format("{} {}={}\n", length, key, value);
}

}  // namespace

Result<std::vector<TarEntry>> read_tar(std::string_view bytes) { return Reader(bytes).read(); }

void append_tar(std::string& tar, const TarEntry& entry) {
  std::string records;
  if (!plain(entry.name, kName)) records += pax_record("path", entry.name);
  if (!plain(entry.target, kTarget)) records += pax_record("linkpath", entry.target);
  if (!records.empty()) append_block(tar, 'x', "PaxHeaders/name", {}, records);
  const char type = entry.kind == TarKind::folder      ? '5'
                    : entry.kind == TarKind::hard_link ? '1'
                                                       : '0';
  append_block(tar, type, entry.name, entry.target, entry.bytes);
}

void end_tar(std::string& tar) { tar.append(2 * kBlock, '\0'); }

}  // namespace crema::load
