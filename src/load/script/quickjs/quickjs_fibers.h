/* QuickJS-ng, and what crema needs to know of its inside: one runtime serves many fibers, and a
   module says whether it is one. quickjs_fibers.c compiles the engine into one file with these
   functions, so that they can see its structures. */
#pragma once

#ifdef __cplusplus
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wc99-extensions"
extern "C" {
#endif
#include "quickjs.h"

/* What of a runtime belongs to one fiber: its frames, the stack they are on, and its jobs. */
typedef struct CremaJsFiber {
  void *frame;
  uintptr_t stack_top;
  uintptr_t stack_size;
  void *first_job; /* of a circular list without its head; NULL when there are none */
} CremaJsFiber;

/* `fiber` starts with a stack of `stack_size` bytes that ends (is empty) at `stack_top`. */
void crema_js_init_fiber(CremaJsFiber *fiber, const void *stack_top, size_t stack_size);
/* Between enter and leave the runtime runs code of this fiber. They must alternate. */
void crema_js_enter(JSRuntime *rt, CremaJsFiber *fiber);
void crema_js_leave(JSRuntime *rt, CremaJsFiber *fiber);
/* Drops the jobs of a fiber that is not entered. */
void crema_js_drop_jobs(JSRuntime *rt, CremaJsFiber *fiber);

/* Compiles a module by itself: JS_Eval would look for the modules that it imports, and tie those to
   what is only compiled. */
JSValue crema_js_compile_module(JSContext *ctx, const char *text, size_t size, const char *name);
/* Whether the compiled module has an import, an export or a top-level await: k6 takes a file
   without them for CommonJS. */
int crema_js_has_module_syntax(JSValueConst module);
/* Takes back a compiled module that nothing refers to yet. */
void crema_js_drop_module(JSContext *ctx, JSValueConst module);
/* Calls `each` for every name that the compiled module imports, with the specifier it imports from
   ("*" for a namespace). */
typedef void CremaJsImport(JSContext *ctx, const char *specifier, const char *name, void *opaque);
void crema_js_each_import(JSContext *ctx, JSValueConst module, CremaJsImport *each, void *opaque);
/* The module as a value, as JS_EvalFunction takes it. */
JSValue crema_js_module_value(JSContext *ctx, JSModuleDef *module);
/* 0 while a module that this one needs, near or far, is yet to be found. */
int crema_js_module_complete(JSRuntime *rt, JSModuleDef *module);
/* 0 while the module was not evaluated. */
int crema_js_module_evaluated(JSModuleDef *module);
/* Math.random() of this context goes on from `seed`. */
void crema_js_seed_random(JSContext *ctx, uint64_t seed);

#ifdef __cplusplus
}
#pragma GCC diagnostic pop
#endif
