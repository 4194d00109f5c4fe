#include "place_folder.h"

#include "crema/base/hash.h"
#include "crema/base/strings.h"
#include "crema/sys/disk_error.h"
#include "crema/sys/files.h"

#include <fmt/format.h>

#include <cerrno>
#include <optional>

namespace crema::run {
namespace {

namespace fs = std::filesystem;
using sys::FileLock;

constexpr std::size_t kReadableName = 24;  // sockets live below: their paths hold 107 bytes
constexpr int kMostAtOnce = 1000;          // runs of one job, far beyond what a machine can do

// In each folder: whose it is (the path where it waits, without the store's) and its own name.
constexpr std::string_view kOwner = ".place";

// "test (user-gateway)" of a workflow is "test-user-gateway-1f3a9c".
std::string folder_name(std::string_view name) {
  std::string readable;
  for (const char c : to_lower(name.substr(name.find('\n') + 1))) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain) {
      readable += c;
    } else if (!readable.empty() && readable.back() != '-') {
      readable += '-';
    }
    if (readable.size() == kReadableName) break;
  }
  if (!readable.ends_with('-')) readable += '-';
  return readable + sha256_hex(name).substr(0, 6);
}

Result<> move_folder(const fs::path& from, const fs::path& to) {
  CREMA_TRY(sys::make_directories(to.parent_path()));
  CREMA_TRY(sys::remove_tree(to));
  std::error_code error;
  fs::rename(from, to, error);
  if (error) return fail(sys::disk_error("run/place", "move", from, error.value()));
  return {};
}

// Who left this folder: the path where it would wait. A folder of nobody's is rubbish.
std::optional<fs::path> owner_of(const fs::path& folder) {
  const auto text = sys::read_file(folder / kOwner);
  if (!text || text->empty()) return std::nullopt;
  return fs::path(split_lines(*text)[0]);
}

Result<> make_own(const fs::path& folder, const fs::path& owner) {
  CREMA_TRY(sys::make_directories(folder));
  return sys::write_file(folder / kOwner,
                         owner.string() + "\n" + folder.filename().string() + "\n");
}

// Gives the path free: to its run if that one is still known, for good otherwise.
Result<> clear(const fs::path& folder) {
  const auto owner = owner_of(folder);
  std::error_code ignored;
  const auto run = owner ? owner->parent_path().parent_path() : fs::path();
  if (owner && fs::exists(run, ignored) && !fs::exists(*owner, ignored))
    return move_folder(folder, *owner);
  return sys::remove_tree(folder);
}

// The path at which an earlier attempt worked.
std::optional<fs::path> earlier_path(const PlaceFolder::Request& request) {
  std::error_code ignored;
  if (const auto text = sys::read_file(request.own / kOwner)) {
    const auto lines = split_lines(*text);
    if (lines.size() > 1) return request.shared / lines[1];
  }
  const auto name = folder_name(request.name);
  for (auto entry = fs::directory_iterator(request.shared, ignored);
       !ignored && entry != fs::directory_iterator(); entry.increment(ignored)) {
    if (entry->path().filename().string().starts_with(name) &&
        owner_of(entry->path()) == request.own) {
      return entry->path();
    }
  }
  return std::nullopt;
}

fs::path lock_file(const fs::path& folder) { return folder.string() + ".lock"; }

}  // namespace

Result<PlaceFolder> PlaceFolder::take(const Request& request) {
  const auto earlier = request.keep ? earlier_path(request) : std::nullopt;
  if (!earlier) return take_empty(request);
  auto lock = CREMA_TRY(FileLock::attempt(lock_file(*earlier), FileLock::Mode::exclusive));
  if (!lock) {
    return fail("run/place-in-use",
                fmt::format("another run works at {} just now: resume when it has ended",
                            earlier->string()));
  }
  if (owner_of(*earlier) != request.own) {
    CREMA_TRY(clear(*earlier));
    CREMA_TRY(move_folder(request.own, *earlier));
  }
  return PlaceFolder(*earlier, std::move(*lock), true);
}

Result<PlaceFolder> PlaceFolder::take_empty(const Request& request) {
  const auto name = folder_name(request.name);
  CREMA_TRY(sys::remove_tree(request.own));
  for (int number = 1; number <= kMostAtOnce; ++number) {
    const auto path = request.shared / (number == 1 ? name : fmt::format("{}-{}", name, number));
    auto lock = CREMA_TRY(FileLock::attempt(lock_file(path), FileLock::Mode::exclusive));
    if (!lock) continue;
    CREMA_TRY(clear(path));
    CREMA_TRY(make_own(path, request.own));
    return PlaceFolder(path, std::move(*lock), false);
  }
  return fail("run/place-in-use",
              fmt::format("{} runs work in {} just now", kMostAtOnce, request.shared.string()));
}

}  // namespace crema::run
