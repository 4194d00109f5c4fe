// The module "k6/html", and what a response does with the HTML that came: html(), submitForm(),
// clickLink().
#include "html_selection.h"
#include "http_call.h"
#include "native.h"

#include "crema/load/protocol/url.h"

#include <fmt/format.h>

namespace crema::load {
namespace {

JSValue js_parse(JSContext* context, JSValueConst, int count, JSValueConst* arguments) {
  const std::string html =
      count > 0 && JS_IsString(arguments[0]) ? text_of(context, arguments[0]) : std::string();
  return new_document(context, html, {});
}

constexpr JSCFunctionListEntry kModule[] = {native_function("parseHTML", 1, js_parse)};

// Member of an object of options, or the text that stands for it.
std::string option_text(JSContext* context, const Value& options, const char* name,
                        std::string otherwise) {
  if (!options.object()) return otherwise;
  const Value value = options.member(name);
  return value.given() ? text_of(context, value.get()) : otherwise;
}

Value option_value(const Value& options, const char* name) {
  return options.object() ? options.member(name) : Value();
}

// The first element that the selector matches; null, with or without an exception.
const HtmlNode* first_match(JSContext* context, const HtmlDocument& document, const HtmlNode& top,
                            const std::string& selector) {
  const auto matches = html_matches(context, document, selector);
  if (!matches) return nullptr;
  for (std::size_t i = top.order; i <= top.last; ++i)
    if ((*matches)[i]) return &document.nodes()[i];
  return nullptr;
}

// Where a link of the response leads; none with an exception.
std::optional<std::string> target_of(JSContext* context, const std::string& address,
                                     std::string_view link) {
  if (link.empty()) return address;
  const auto base = Url::parse(address);
  if (base) {
    const auto target = base->resolve(link);
    if (target) return target->without_credentials();
  }
  const std::string text(link);
  JS_ThrowPlainError(context, "the address \"%s\" of the response leads nowhere", text.c_str());
  return std::nullopt;
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

bool copy_members(JSContext* context, JSValueConst from, JSValueConst into) {
  return each_member(context, from, [&](JSAtom name, const Value& value) {
    return JS_DefinePropertyValue(context, into, name, JS_DupValue(context, value.get()),
                                  JS_PROP_C_W_E) >= 0;
  });
}

}  // namespace

JSValue make_html(JSContext* context) { return object_of(context, kModule); }

JSValue select_html(JSContext* context, std::string_view html, const std::string& address,
                    int count, JSValueConst* arguments) {
  const Value document(context, new_document(context, html, address));
  if (document.threw()) return JS_EXCEPTION;
  if (count == 0 || JS_IsUndefined(arguments[0])) return JS_DupValue(context, document.get());
  const Value find = document.member("find");
  return JS_Call(context, find.get(), document.get(), 1, arguments);
}

JSValue click_link(JSContext* context, std::string_view html, const std::string& address, int count,
                   JSValueConst* arguments) {
  const Value options = Value::copy_of(context, count > 0 ? arguments[0] : JS_UNDEFINED);
  const std::string selector = option_text(context, options, "selector", "a[href]");
  const auto document = HtmlDocument::parse(html);
  if (!document) return throw_diagnostic(context, document.error());
  const HtmlNode* link = first_match(context, **document, (*document)->root(), selector);
  if (link == nullptr) {
    if (JS_HasException(context)) return JS_EXCEPTION;
    return JS_ThrowPlainError(context, "no element found for selector '%s' in response '%s'",
                              selector.c_str(), address.c_str());
  }
  const auto href = link->attribute("href");
  if (!href)
    return JS_ThrowPlainError(
        context, "no valid href attribute value found on element '%s' in response '%s'",
        selector.c_str(), address.c_str());
  const auto target = target_of(context, address, *href);
  if (!target) return JS_EXCEPTION;
  const Value url(context, new_string(context, *target));
  return send_request(context, "GET", url.get(), JS_UNDEFINED,
                      option_value(options, "params").get());
}

JSValue submit_form(JSContext* context, std::string_view html, const std::string& address,
                    int count, JSValueConst* arguments) {
  const Value options = Value::copy_of(context, count > 0 ? arguments[0] : JS_UNDEFINED);
  const std::string selector = option_text(context, options, "formSelector", "form");
  const std::string submit = option_text(context, options, "submitSelector", "[type=\"submit\"]");
  const auto document = HtmlDocument::parse(html);
  if (!document) return throw_diagnostic(context, document.error());
  const HtmlNode* form = first_match(context, **document, (*document)->root(), selector);
  if (form == nullptr) {
    if (JS_HasException(context)) return JS_EXCEPTION;
    return JS_ThrowPlainError(context, "no form found for selector '%s' in response '%s'",
                              selector.c_str(), address.c_str());
  }
  const auto target = target_of(context, address, form->attribute("action").value_or(""));
  if (!target) return JS_EXCEPTION;
  const Value values(context, serialized_object(context, {form}));
  const HtmlNode* button = first_match(context, **document, *form, submit);
  if (JS_HasException(context)) return JS_EXCEPTION;
  if (button != nullptr && button->attribute("name"))
    JS_DefinePropertyValueStr(
        context, values.get(), std::string(*button->attribute("name")).c_str(),
        new_string(context, button->attribute("value").value_or("")), JS_PROP_C_W_E);
  const Value fields = option_value(options, "fields");
  if (fields.object() && !copy_members(context, fields.get(), values.get())) return JS_EXCEPTION;
  const std::string method = upper(form->attribute("method").value_or("GET"));
  const Value params = option_value(options, "params");
  if (method != "GET") {
    const Value url(context, new_string(context, *target));
    return send_request(context, method, url.get(), values.get(), params.get());
  }
  // The data of a form that is sent by GET is the query of its address.
  HttpCall query;
  if (!read_body(context, values.get(), query)) return JS_EXCEPTION;
  const Value url(
      context,
      new_string(context, fmt::format("{}?{}", target->substr(0, target->find('?')), query.body)));
  return send_request(context, "GET", url.get(), JS_UNDEFINED, params.get());
}

}  // namespace crema::load
