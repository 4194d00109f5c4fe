/* See quickjs_fibers.h. The engine is included, not copied: it comes from third_party. */
#include "quickjs.c"
#include "quickjs_fibers.h"

void crema_js_init_fiber(CremaJsFiber *fiber, const void *stack_top, size_t stack_size) {
  fiber->frame = NULL;
  fiber->stack_top = (uintptr_t)stack_top;
  fiber->stack_size = stack_size;
  fiber->first_job = NULL;
}

void crema_js_enter(JSRuntime *rt, CremaJsFiber *fiber) {
  struct list_head *first = fiber->first_job;
  rt->current_stack_frame = fiber->frame;
  rt->stack_top = fiber->stack_top;
  rt->stack_size = fiber->stack_size;
  update_stack_limit(rt);
  if (first) {
    /* The head joins the circle between its last and its first entry. */
    struct list_head *last = first->prev;
    rt->job_list.next = first;
    rt->job_list.prev = last;
    first->prev = &rt->job_list;
    last->next = &rt->job_list;
    fiber->first_job = NULL;
  }
}

void crema_js_leave(JSRuntime *rt, CremaJsFiber *fiber) {
  fiber->frame = rt->current_stack_frame;
  rt->current_stack_frame = NULL;
  if (list_empty(&rt->job_list)) {
    fiber->first_job = NULL;
  } else {
    struct list_head *first = rt->job_list.next;
    struct list_head *last = rt->job_list.prev;
    first->prev = last;
    last->next = first;
    init_list_head(&rt->job_list);
    fiber->first_job = first;
  }
}

void crema_js_drop_jobs(JSRuntime *rt, CremaJsFiber *fiber) {
  struct list_head head, *el, *el1;
  struct list_head *first = fiber->first_job;
  if (!first)
    return;
  head.next = first;
  head.prev = first->prev;
  first->prev->next = &head;
  first->prev = &head;
  list_for_each_safe(el, el1, &head) {
    JSJobEntry *job = list_entry(el, JSJobEntry, link);
    int i;
    for (i = 0; i < job->argc; i++)
      JS_FreeValueRT(rt, job->argv[i]);
    js_free_rt(rt, job);
  }
  fiber->first_job = NULL;
}

int crema_js_has_module_syntax(JSValueConst module) {
  const JSModuleDef *m = JS_VALUE_GET_PTR(module);
  return m->import_entries_count || m->export_entries_count || m->star_export_entries_count ||
         m->req_module_entries_count || m->has_tla;
}

void crema_js_drop_module(JSContext *ctx, JSValueConst module) {
  js_free_module_def(ctx, JS_VALUE_GET_PTR(module));
}

void crema_js_each_import(JSContext *ctx, JSValueConst module, CremaJsImport *each, void *opaque) {
  const JSModuleDef *m = JS_VALUE_GET_PTR(module);
  int i;
  for (i = 0; i < m->import_entries_count; i++) {
    const JSImportEntry *entry = &m->import_entries[i];
    const char *specifier =
        JS_AtomToCString(ctx, m->req_module_entries[entry->req_module_idx].module_name);
    const char *name = JS_AtomToCString(ctx, entry->import_name);
    if (specifier && name)
      each(ctx, specifier, name, opaque);
    JS_FreeCString(ctx, specifier);
    JS_FreeCString(ctx, name);
  }
  for (i = 0; i < m->export_entries_count; i++) {
    const JSExportEntry *entry = &m->export_entries[i];
    const char *specifier, *name;
    if (entry->export_type != JS_EXPORT_TYPE_INDIRECT)
      continue;
    specifier = JS_AtomToCString(ctx, m->req_module_entries[entry->u.req_module_idx].module_name);
    name = JS_AtomToCString(ctx, entry->local_name);
    if (specifier && name)
      each(ctx, specifier, name, opaque);
    JS_FreeCString(ctx, specifier);
    JS_FreeCString(ctx, name);
  }
}

JSValue crema_js_module_value(JSContext *ctx, JSModuleDef *module) {
  return js_dup(JS_MKPTR(JS_TAG_MODULE, module));
}

int crema_js_module_exports(JSContext *ctx, JSModuleDef *module, const char *name) {
  JSAtom atom = JS_NewAtom(ctx, name);
  int i, found = 0;
  for (i = 0; i < module->export_entries_count && !found; i++)
    found = module->export_entries[i].export_name == atom;
  JS_FreeAtom(ctx, atom);
  return found;
}

int crema_js_module_evaluated(JSModuleDef *module) {
  return module->status >= JS_MODULE_STATUS_EVALUATING;
}

size_t crema_js_allocated(JSRuntime *rt) { return rt->malloc_state.malloc_size; }

void crema_js_seed_random(JSContext *ctx, uint64_t seed) {
  /* The generator must not start from 0. */
  ctx->random_state = seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du;
  if (ctx->random_state == 0)
    ctx->random_state = 1;
}
