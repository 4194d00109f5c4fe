// The grammar of threshold expressions: an aggregation, a comparison, a number.
#include "crema/base/strings.h"
#include "crema/load/metrics/threshold.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

namespace crema::load {
namespace {

struct Name {
  std::string_view text;
  Aggregation aggregation;
};
constexpr std::array kNames = {
    Name{"avg", Aggregation::average}, Name{"min", Aggregation::minimum},
    Name{"max", Aggregation::maximum}, Name{"med", Aggregation::median},
    Name{"count", Aggregation::count}, Name{"rate", Aggregation::rate},
    Name{"value", Aggregation::value},
};

struct Sign {
  std::string_view text;
  Comparison comparison;
};
// Longer ones first: "<=" is not "<".
constexpr std::array kSigns = {
    Sign{"===", Comparison::equal},        Sign{"<=", Comparison::less_equal},
    Sign{">=", Comparison::greater_equal}, Sign{"==", Comparison::equal},
    Sign{"!=", Comparison::not_equal},     Sign{"<", Comparison::less},
    Sign{">", Comparison::greater},
};

// As Go's strconv.ParseFloat: a sign and a bare ".5" are fine, anything behind the number is not.
std::optional<double> number_in(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

class ExpressionParser {
 public:
  explicit ExpressionParser(std::string_view source) : source_(source) {}

  Result<ThresholdExpression> parse() {
    ThresholdExpression made{.source = std::string(source_)};
    const auto at = source_.find_first_of("<>=!");
    const Sign* sign = at == std::string_view::npos ? nullptr : sign_at(at);
    if (sign == nullptr)
      return fault(at == std::string_view::npos ? source_ : source_.substr(at),
                   "there is no comparison in it", "use one of < <= > >= == === !=");
    made.comparison = sign->comparison;
    CREMA_TRY(read_aggregation(trim(source_.substr(0, at)), made));
    const auto right = trim(source_.substr(at + sign->text.size()));
    const auto limit = number_in(right);
    if (!limit)
      return fault(right, fmt::format("`{}` is not a number", right),
                   "write one comparison with a plain number, in milliseconds for times; several "
                   "conditions are several expressions");
    made.limit = *limit;
    return made;
  }

 private:
  const Sign* sign_at(std::size_t at) const {
    for (const Sign& sign : kSigns) {
      if (source_.substr(at).starts_with(sign.text)) return &sign;
    }
    return nullptr;
  }

  Result<> read_aggregation(std::string_view text, ThresholdExpression& into) const {
    for (const Name& name : kNames) {
      if (text != name.text) continue;
      into.aggregation = name.aggregation;
      return {};
    }
    constexpr std::string_view kKnown = "use avg, min, max, med, p(N), count, rate or value";
    if (!text.starts_with("p(") || !text.ends_with(')'))
      return fault(text, fmt::format("`{}` is no aggregation", text), kKnown);
    const auto inner = text.substr(2, text.size() - 3);
    const auto percentile = number_in(inner);
    if (!percentile || *percentile < 0 || *percentile > 100)
      return fault(inner, fmt::format("`{}` is no percentile", inner),
                   "write a number from 0 to 100, as in p(99.9)");
    into.aggregation = Aggregation::percentile;
    into.percentile = *percentile;
    return {};
  }

  // `part` is a view of source_, or empty.
  tl::unexpected<Diagnostic> fault(std::string_view part, std::string why,
                                   std::string_view hint) const {
    const auto begin =
        part.empty() ? source_.size() : static_cast<std::size_t>(part.data() - source_.data());
    auto error = make_error("load/threshold",
                            fmt::format("the threshold `{}` cannot be read: {}", source_, why));
    error.span = {.source = std::make_shared<SourceFile>("threshold", std::string(source_)),
                  .line = 1,
                  .column = static_cast<std::uint32_t>(begin) + 1,
                  .end_column = static_cast<std::uint32_t>(begin + part.size()) + 1};
    error.hint = hint;
    return fail(std::move(error));
  }

  std::string_view source_;
};

}  // namespace

bool ThresholdExpression::holds(double value) const {
  switch (comparison) {
    case Comparison::less:
      return value < limit;
    case Comparison::less_equal:
      return value <= limit;
    case Comparison::greater:
      return value > limit;
    case Comparison::greater_equal:
      return value >= limit;
    case Comparison::equal:
      return value == limit;
    case Comparison::not_equal:
      return value != limit;
  }
  return false;
}

Result<ThresholdExpression> parse_threshold(std::string_view source) {
  return ExpressionParser(source).parse();
}

bool supports(MetricType type, Aggregation aggregation) {
  switch (type) {
    case MetricType::counter:
      return aggregation == Aggregation::count || aggregation == Aggregation::rate;
    case MetricType::gauge:
      return aggregation == Aggregation::value;
    case MetricType::rate:
      return aggregation == Aggregation::rate;
    case MetricType::trend:
      return aggregation <= Aggregation::percentile;
  }
  return false;
}

std::string_view supported_by(MetricType type) {
  constexpr std::array<std::string_view, 4> kSupported = {"count, rate", "value", "rate",
                                                          "avg, min, max, med, p(N)"};
  return kSupported.at(static_cast<std::size_t>(type));
}

}  // namespace crema::load
