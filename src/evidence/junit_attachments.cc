#include "junit_attachments.h"

#include "crema/base/strings.h"

#include <array>
#include <filesystem>
#include <string>
#include <utility>

namespace crema::evidence {
namespace {

std::string media_type(const std::filesystem::path& path) {
  constexpr std::array kTypes =
      std::to_array<std::pair<std::string_view, std::string_view>>({{".png", "image/png"},
                                                                    {".jpg", "image/jpeg"},
                                                                    {".jpeg", "image/jpeg"},
                                                                    {".webm", "video/webm"},
                                                                    {".mp4", "video/mp4"},
                                                                    {".zip", "application/zip"},
                                                                    {".txt", "text/plain"},
                                                                    {".log", "text/plain"},
                                                                    {".md", "text/markdown"},
                                                                    {".json", "application/json"},
                                                                    {".html", "text/html"}});
  const auto extension = to_lower(path.extension().string());
  for (const auto& [ending, type] : kTypes) {
    if (ending == extension) return std::string(type);
  }
  return "application/octet-stream";
}

}  // namespace

std::vector<TestAttachment> junit_attachments(std::string_view printed, std::string_view report) {
  constexpr std::string_view kBegin = "[[ATTACHMENT|";
  const auto folder = std::filesystem::path(report).parent_path();
  std::vector<TestAttachment> attachments;
  for (auto at = printed.find(kBegin); at != std::string_view::npos;
       at = printed.find(kBegin, at)) {
    at += kBegin.size();
    const auto end = printed.find("]]", at);
    if (end == std::string_view::npos) break;
    const auto path = (folder / printed.substr(at, end - at)).lexically_normal();
    attachments.push_back({path.stem().string(), media_type(path), path.generic_string()});
    at = end;
  }
  return attachments;
}

}  // namespace crema::evidence
