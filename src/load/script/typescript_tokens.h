// The tokens of TypeScript, all at once.
#pragma once

#include "crema/base/result.h"
#include "crema/base/source.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace crema::load {

struct ScriptToken {
  enum class Kind : std::uint8_t {
    name,
    private_name,
    number,
    string,
    template_part,
    regex,
    sign,
    end
  };
  Kind kind = Kind::end;
  bool after_line_break = false;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  // Of a bracket or a part of a template: the token that closes it, or that it closes. A template
  // without an expression closes itself.
  std::uint32_t match = 0;
};

// The last token is the end. ">" always stands alone: whether ">>" shifts or closes two lists shows
// only later. Fails with "load/typescript": a text or a comment without its end, brackets that do
// not match.
Result<std::vector<ScriptToken>> read_script_tokens(const SourcePtr& source);

// The place of a byte.
Span place_in(const SourcePtr& source, std::size_t at);

}  // namespace crema::load
