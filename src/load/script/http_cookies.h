// The smaller things a request's parameters are read with.
#pragma once

#include "http_call.h"

namespace crema::load {

// The jar of an http.CookieJar object, or null.
CookieJar* cookie_jar_of(JSContext* context, JSValueConst value);
JSValue make_cookie_jar(JSContext* context, CookieJar* jar);
JSValue cookie_jar_constructor(JSContext* context);
// What http.expectedStatuses() gave, or null: nothing is judged.
bool read_expected_statuses(JSContext* context, JSValueConst value, ExpectedStatuses& expected);
JSValue make_expected_statuses(JSContext* context, int count, JSValueConst* arguments);
bool compress_body(JSContext* context, const std::string& codings, HttpCall& call);

void register_file_class(JSRuntime* engine, ScriptClasses& classes);
void register_cookie_classes(JSRuntime* engine, ScriptClasses& classes);
void register_response_class(JSRuntime* engine, ScriptClasses& classes);
JSCFunction* http_file_function();

}  // namespace crema::load
