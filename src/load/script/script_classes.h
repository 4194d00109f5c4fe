// The engine's numbers of our own classes of objects, one set a runtime.
#pragma once

#include "quickjs_fibers.h"

#include <array>
#include <memory>

namespace crema::load {

struct SpareCalls;
struct SpareResponses;

struct ScriptClasses {
  JSClassID metric = 0;
  JSClassID response = 0;
  std::array<JSAtom, 16> response_members{};  // made when the first response is looked into
  std::shared_ptr<SpareResponses> spare_responses;
  std::shared_ptr<SpareCalls> spare_calls;
  JSClassID cookie_jar = 0;
  JSClassID response_callback = 0;
  JSClassID file_data = 0;
  JSClassID hasher = 0;
  JSClassID crypto_key = 0;
  JSClassID html_selection = 0;
  JSClassID html_element = 0;
  JSClassID tags = 0;
  JSAtom iteration = JS_ATOM_NULL;  // "__ITER"
  JSClassID ws_socket = 0;
  JSClassID web_socket = 0;
  JSClassID blob = 0;
  JSClassID script_file = 0;
  JSClassID csv_parser = 0;
  JSClassID grpc_client = 0;
  JSClassID grpc_stream = 0;
};

// Each registers its class with the runtime; called once by ScriptRuntime's constructor.
void register_metric_class(JSRuntime* engine, ScriptClasses& classes);
void register_data_classes(JSRuntime* engine, ScriptClasses& classes);
void register_http_classes(JSRuntime* engine, ScriptClasses& classes);
void register_execution_classes(JSRuntime* engine, ScriptClasses& classes);
void register_crypto_classes(JSRuntime* engine, ScriptClasses& classes);
void register_key_class(JSRuntime* engine, ScriptClasses& classes);
void register_selection_class(JSRuntime* engine, ScriptClasses& classes);
void register_element_class(JSRuntime* engine, ScriptClasses& classes);
void register_ws_class(JSRuntime* engine, ScriptClasses& classes);
void register_websocket_class(JSRuntime* engine, ScriptClasses& classes);
void register_grpc_classes(JSRuntime* engine, ScriptClasses& classes);
void register_blob_class(JSRuntime* engine, ScriptClasses& classes);
void register_script_file_class(JSRuntime* engine, ScriptClasses& classes);
void register_csv_class(JSRuntime* engine, ScriptClasses& classes);

}  // namespace crema::load
