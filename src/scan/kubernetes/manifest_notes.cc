#include "manifest_notes.h"

#include "crema/scan/core/answer_codec.h"
#include "crema/scan/infra/yaml_document.h"

#include <utility>

namespace crema::scan {
namespace {

constexpr std::uint64_t kKinds = 5;

}  // namespace

std::string encode_notes(const ManifestNotes& notes) {
  ByteWriter to;
  to.number(static_cast<std::uint64_t>(notes.kind));
  to.number(notes.documents.size());
  for (const auto& document : notes.documents) to.text(encode_tree(*document));
  to.number(notes.found.size());
  for (const auto& found : notes.found) to.text(encode_answer({.found = found}));
  to.text(notes.text);
  to.number(notes.not_scanned ? 1 : 0);
  if (notes.not_scanned) {
    to.text(notes.not_scanned->path);
    to.text(notes.not_scanned->code);
    to.text(notes.not_scanned->reason);
  }
  return to.take();
}

ManifestNotes decode_notes(std::string_view bytes) {
  ByteReader from(bytes);
  ManifestNotes notes;
  const auto kind = from.number();
  notes.kind = static_cast<FileKind>(kind < kKinds ? kind : 0);
  notes.documents.resize(from.count());
  for (auto& document : notes.documents) {
    document = decode_tree(from.text());
    if (!document) return {};
  }
  notes.found.resize(from.count());
  for (auto& found : notes.found)
    if (auto answer = decode_answer(from.text())) found = std::move(answer->found);
  notes.text = from.text();
  if (from.number() != 0) {
    NotScanned reason;
    for (auto* text : {&reason.path, &reason.code, &reason.reason}) *text = from.text();
    notes.not_scanned = std::move(reason);
  }
  return from.well() ? notes : ManifestNotes();
}

}  // namespace crema::scan
