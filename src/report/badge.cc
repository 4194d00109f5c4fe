#include "crema/report/badge.h"

#include "crema/base/strings.h"

#include <fmt/format.h>

namespace crema::report {
namespace {

constexpr int kHeight = 20;
constexpr int kPadding = 7;
constexpr double kCharacter = 6.6;  // the usual width of one in 11 px of a sans-serif font

int width_of(std::string_view text) {
  return static_cast<int>(kCharacter * static_cast<double>(text.size())) + 2 * kPadding;
}

std::string_view paint_of(BadgeColour colour) {
  switch (colour) {
    case BadgeColour::good:
      return "#1f7a3f";
    case BadgeColour::fair:
      return "#8a6100";
    case BadgeColour::bad:
      return "#b3261e";
  }
  return "#555555";
}

std::string escaped(std::string_view text) {
  auto out = replace_all(std::string(text), "&", "&amp;");
  out = replace_all(std::move(out), "<", "&lt;");
  return replace_all(std::move(out), "\"", "&quot;");
}

std::string text_at(int left, int width, std::string_view text) {
  return fmt::format(R"(<text x="{}" y="14" textLength="{}">{}</text>)", left + kPadding,
                     width - 2 * kPadding, escaped(text));
}

}  // namespace

std::string badge_svg(std::string_view label, std::string_view value, BadgeColour colour) {
  const auto left = width_of(label);
  const auto right = width_of(value);
  const auto title = escaped(fmt::format("{}: {}", label, value));
  return fmt::format(
             R"svg(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" role="img" aria-label="{2}">)svg"
             R"svg(<title>{2}</title><clipPath id="r"><rect width="{0}" height="{1}" rx="3"/></clipPath>)svg"
             R"svg(<g clip-path="url(#r)"><rect width="{3}" height="{1}" fill="#4a4a4a"/>)svg"
             R"svg(<rect x="{3}" width="{4}" height="{1}" fill="{5}"/></g>)svg"
             R"svg(<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">)svg",
             left + right, kHeight, title, left, right, paint_of(colour)) +
         text_at(0, left, label) + text_at(left, right, value) + "</g></svg>\n";
}

}  // namespace crema::report
