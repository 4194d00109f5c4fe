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

/* No name of a real module begins so: what is compiled must meet none of them. */
static char *crema_placeholder_name(JSContext *ctx, const char *base, const char *name,
                                    void *opaque) {
  size_t size = strlen(name) + 2;
  char *result = js_malloc(ctx, size);
  (void)base, (void)opaque;
  if (result)
    snprintf(result, size, "\x01%s", name);
  return result;
}

static JSModuleDef *crema_placeholder(JSContext *ctx, const char *name, void *opaque) {
  (void)opaque;
  return JS_NewCModule(ctx, name, NULL);
}

JSValue crema_js_compile_module(JSContext *ctx, const char *text, size_t size, const char *name) {
  JSRuntime *rt = ctx->rt;
  JSModuleNormalizeFunc *normalize = rt->normalize_u.module_normalize_func;
  JSModuleLoaderFunc *loader = rt->u.module_loader_func;
  void *opaque = rt->module_loader_opaque;
  struct list_head *last = ctx->loaded_modules.prev, *el, *el1;
  JSModuleDef *kept = NULL;
  JSValue compiled;
  JS_SetModuleLoaderFunc(rt, crema_placeholder_name, crema_placeholder, NULL);
  compiled = JS_Eval(ctx, text, size, name, JS_EVAL_TYPE_MODULE | JS_EVAL_FLAG_COMPILE_ONLY);
  JS_SetModuleLoaderFunc(rt, normalize, loader, opaque);
  if (!JS_IsException(compiled))
    kept = JS_VALUE_GET_PTR(compiled);
  for (el = last->next; el != &ctx->loaded_modules; el = el1) {
    JSModuleDef *m = list_entry(el, JSModuleDef, link);
    el1 = el->next;
    if (m != kept)
      js_free_module_def(ctx, m);
  }
  return compiled;
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

/* Whether the module itself is there, and not only begun. */
static int crema_module_is_read(const JSModuleDef *m) {
  int i;
  if (m->status >= JS_MODULE_STATUS_EVALUATING)
    return 1;
  for (i = 0; i < m->req_module_entries_count; i++)
    if (!m->req_module_entries[i].module)
      return 0;
  return m->init_func || !JS_IsUndefined(m->func_obj);
}

int crema_js_module_complete(JSRuntime *rt, JSModuleDef *module) {
  size_t seen = 1, next, room = 16, i;
  int r, complete = 1;
  JSModuleDef **modules = js_malloc_rt(rt, room * sizeof(*modules));
  if (!modules)
    return 0;
  modules[0] = module;
  for (next = 0; next < seen && complete; next++) {
    const JSModuleDef *m = modules[next];
    complete = crema_module_is_read(m);
    for (r = 0; r < m->req_module_entries_count && complete; r++) {
      JSModuleDef *needed = m->req_module_entries[r].module;
      for (i = 0; i < seen && modules[i] != needed; i++) {
      }
      if (i < seen || !needed)
        continue;
      if (seen == room) {
        JSModuleDef **more = js_realloc_rt(rt, modules, 2 * room * sizeof(*modules));
        if (!more) {
          complete = 0;
          break;
        }
        modules = more;
        room *= 2;
      }
      modules[seen++] = needed;
    }
  }
  js_free_rt(rt, modules);
  return complete;
}

int crema_js_module_evaluated(JSModuleDef *module) {
  return module->status >= JS_MODULE_STATUS_EVALUATING;
}

void crema_js_seed_random(JSContext *ctx, uint64_t seed) {
  /* The generator must not start from 0. */
  ctx->random_state = seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du;
  if (ctx->random_state == 0)
    ctx->random_state = 1;
}
