// One call of k6/http: what the script asked for, what came of it, and the samples of that.
#pragma once

#include "user_state.h"

#include "crema/load/protocol/http_client.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crema::load {

enum class ResponseType : std::uint8_t { text, binary, none };

// Owns what the HttpRequest points to. Kept by its user for the next call, with its memory.
struct HttpCall {
  std::string method;
  std::string url;
  std::string name;  // the tag; "" where it is the address
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<HeaderField> fields;
  std::string body;
  bool has_body = false;
  struct OwnCookie {
    std::string name;
    std::string value;
    bool replace = false;
  };
  std::vector<OwnCookie> own_cookies;
  std::vector<RequestCookie> cookies;
  const TagSet* tags = nullptr;
  Duration timeout = std::chrono::seconds(60);
  int max_redirects = 10;
  bool redirects_given = false;  // by the call itself: then nobody needs to be told of the limit
  CookieJar* jar = nullptr;
  Value jar_object;  // keeps `jar` alive
  Authentication authentication = Authentication::basic;
  ResponseType response_type = ResponseType::text;
  bool throws = false;
  ExpectedStatuses expected;
  HttpResponse response;

  void clear();
  // The request as the client takes it; `fields` and `cookies` are filled.
  HttpRequest request();
};

// Reads the arguments of a call. `url` is an address or what http.url`` gave, `body` and `params`
// may be undefined. False with an exception.
bool read_call(JSContext* context, std::string_view method, JSValueConst url, JSValueConst body,
               JSValueConst params, HttpCall& call);
// An object as a form, a file in it as multipart, a buffer as it is, everything else as text.
bool read_body(JSContext* context, JSValueConst body, HttpCall& call);

// Makes the request on the running fiber, which may be any of the user's, and records its samples.
// Touches no JavaScript.
void perform(UserState& user, HttpCall& call);
// After perform(), on the user's own fiber: what the call gives to the script. An exception where
// it failed and was asked to throw, or where the user was interrupted.
JSValue result_of(JSContext* context, HttpCall& call);

// Makes a request and gives its response, as http.request(method, url, body, params) does.
JSValue send_request(JSContext* context, std::string_view method, JSValueConst url,
                     JSValueConst body, JSValueConst params);

// What Response.html(), clickLink() and submitForm() do with the HTML that came from `address`.
JSValue select_html(JSContext* context, std::string_view html, const std::string& address,
                    int count, JSValueConst* arguments);
JSValue click_link(JSContext* context, std::string_view html, const std::string& address, int count,
                   JSValueConst* arguments);
JSValue submit_form(JSContext* context, std::string_view html, const std::string& address,
                    int count, JSValueConst* arguments);

// The response object; takes the response out of the call.
JSValue make_response(JSContext* context, HttpCall& call);

}  // namespace crema::load
