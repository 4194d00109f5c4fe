#include "crema/load/script/script_runtime.h"

#include "native.h"
#include "script_classes.h"
#include "user_state.h"

#include <malloc.h>

#include <cstdlib>

namespace crema::load {
namespace {

// The engine's memory, from malloc; `opaque` is the limit of a single piece.
void* take(void* opaque, std::size_t size) {
  return size > static_cast<const RuntimeLimits*>(opaque)->largest_piece ? nullptr
                                                                         : std::malloc(size);
}

void* take_zeroed(void* opaque, std::size_t count, std::size_t size) {
  const std::size_t limit = static_cast<const RuntimeLimits*>(opaque)->largest_piece;
  if (size != 0 && count > limit / size) return nullptr;
  return std::calloc(count, size);
}

void give_back(void*, void* piece) { std::free(piece); }

void* resize(void* opaque, void* piece, std::size_t size) {
  return size > static_cast<const RuntimeLimits*>(opaque)->largest_piece
             ? nullptr
             : std::realloc(piece, size);
}

std::size_t usable(const void* piece) { return malloc_usable_size(const_cast<void*>(piece)); }

constexpr JSMallocFunctions kMemory{.js_calloc = take_zeroed,
                                    .js_malloc = take,
                                    .js_free = give_back,
                                    .js_realloc = resize,
                                    .js_malloc_usable_size = usable};

int on_interrupt(JSRuntime*, void* opaque) {
  const auto& runtime = *static_cast<const ScriptRuntime*>(opaque);
  return runtime.current != nullptr && runtime.current->on_interrupt() ? 1 : 0;
}

}  // namespace

ScriptRuntime::ScriptRuntime(RuntimeLimits limits)
    : limits_(limits),
      engine_(JS_NewRuntime2(&kMemory, &limits_)),
      classes_(std::make_unique<ScriptClasses>()) {
  if (limits.memory_bytes != 0) JS_SetMemoryLimit(engine_, limits.memory_bytes);
  JS_SetInterruptHandler(engine_, on_interrupt, this);
  JS_SetRuntimeOpaque(engine_, this);
  register_metric_class(engine_, *classes_);
  register_data_classes(engine_, *classes_);
  register_http_classes(engine_, *classes_);
  register_execution_classes(engine_, *classes_);
  register_crypto_classes(engine_, *classes_);
  register_key_class(engine_, *classes_);
  register_selection_class(engine_, *classes_);
  register_element_class(engine_, *classes_);
  register_ws_class(engine_, *classes_);
  register_websocket_class(engine_, *classes_);
  register_blob_class(engine_, *classes_);
  register_script_file_class(engine_, *classes_);
  register_csv_class(engine_, *classes_);
  set_module_loader(engine_);
  set_rejection_tracker(engine_);
}

ScriptRuntime::~ScriptRuntime() {
  for (const JSAtom atom : classes_->response_members)
    if (atom != JS_ATOM_NULL) JS_FreeAtomRT(engine_, atom);
  if (classes_->iteration != JS_ATOM_NULL) JS_FreeAtomRT(engine_, classes_->iteration);
  JS_FreeRuntime(engine_);
}

}  // namespace crema::load
