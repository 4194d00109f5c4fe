// Writes the page piece by piece, so that a run of a million lines needs no more memory than a
// small one. Whatever a run has said cannot end the element it stands in.
#pragma once

#include "crema/base/result.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace crema::report {

// JSON as the text of a script element: no `<` is left in it, nor what old JavaScript takes for the
// end of a line. It reads back as the same document.
std::string script_text(std::string_view json);

class PageWriter {
 public:
  // The page stands at `file` only once it is whole.
  static Result<PageWriter> create(const std::filesystem::path& file);
  PageWriter(PageWriter&&) = default;
  PageWriter& operator=(PageWriter&&) = delete;
  ~PageWriter();

  void html(std::string_view text);  // the page's own, as it is
  void begin_json(std::string_view id);
  void json(std::string_view text);  // a piece of the document that is open
  void end_json();
  // Bytes the page asks for when it needs them: base64, compressed first where `compress` says so.
  void part(std::string_view id, std::string_view bytes, bool compress);
  // Renames it into place and gives its size.
  Result<std::uint64_t> finish();

 private:
  PageWriter(std::filesystem::path file, std::filesystem::path unfinished);
  void write(std::string_view text);

  std::filesystem::path file_, unfinished_;
  std::ofstream out_;
  std::uint64_t bytes_ = 0;
};

}  // namespace crema::report
