#include "crema/load/protocol/http1_parser.h"

#include <gtest/gtest.h>

#include <random>

namespace crema::load {
namespace {

using Step = ResponseParser::Step;

// Everything a parser says of a stream of bytes, cut into pieces of `piece` bytes, which then ends.
std::string read_all(std::string_view stream, std::size_t piece, std::string_view method = "GET",
                     ResponseLimits limits = {}) {
  ResponseParser parser(limits);
  parser.begin(method);
  std::string told;
  std::string body;
  std::size_t used = 0;
  const auto describe = [&](Step step, std::string_view left) {
    if (step == Step::failed) return told + "failed: " + parser.error();
    return told + "body " + std::to_string(body.size()) + ":" + body + " left " +
           std::to_string(stream.size() - used + left.size()) +
           (parser.keeps_alive() ? " keep" : " close");
  };
  while (used < stream.size()) {
    auto input = stream.substr(used, piece);
    used += input.size();
    while (true) {
      const auto step = parser.next(input);
      if (step == Step::need_more) break;
      if (step == Step::head) {
        told += std::to_string(parser.status()) + " [" + std::string(parser.reason()) + "]";
        for (const auto& [name, value] : parser.fields()) {
          told += " " + std::string(name) + "=" + std::string(value);
        }
        told += "; ";
      } else if (step == Step::body) {
        body += parser.body();
      } else {
        return describe(step, input);
      }
    }
  }
  return describe(parser.end_of_stream(), "");
}

struct Case {
  std::string_view name;
  std::string_view stream;
  std::string_view told;
  std::string_view method = "GET";
};

const Case kCases[] = {
    {"length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcREST",
     "200 [OK] Content-Length=3; body 3:abc left 4 keep"},
    {"no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
     "200 [] Content-Length=0; body 0: left 0 keep"},
    {"bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 1\n\nx",
     "200 [OK] Content-Length=1; body 1:x left 0 keep"},
    {"chunks",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;q=\"v\"\r\n"
     "0123456789\r\n0\r\nX: y\r\n\r\nREST",
     "200 [OK] Transfer-Encoding=chunked; body 13:abc0123456789 left 4 keep"},
    {"chunks win over a length",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: "
     "9\r\n\r\n1\r\na\r\n0\r\n\r\n",
     "200 [OK] Transfer-Encoding=chunked Content-Length=9; body 1:a left 0 keep"},
    {"to the end", "HTTP/1.1 200 OK\r\n\r\nabc", "200 [OK]; body 3:abc left 0 close"},
    {"HTTP/1.0 closes", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
     "200 [OK] Content-Length=0; body 0: left 0 close"},
    {"HTTP/1.0 keeps when asked",
     "HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n",
     "200 [OK] Content-Length=0 Connection=Keep-Alive; body 0: left 0 keep"},
    {"close is said", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: x, close\r\n\r\n",
     "200 [OK] Content-Length=0 Connection=x, close; body 0: left 0 close"},
    {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n",
     "200 [OK] Content-Length=30; body 0: left 0 keep", "HEAD"},
    {"204", "HTTP/1.1 204 No Content\r\n\r\nREST", "204 [No Content]; body 0: left 4 keep"},
    {"304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
     "304 [Not Modified] Content-Length=5; body 0: left 0 keep"},
    {"1xx before",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n"
     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
     "200 [OK] Content-Length=1; body 1:x left 0 keep"},
    {"a folded line", "HTTP/1.1 200 OK\r\nA: one\r\n two\r\nContent-Length: 0\r\n\r\n",
     "200 [OK] A=one  two Content-Length=0; body 0: left 0 keep"},
    {"the same length twice", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
     "200 [OK] Content-Length=1 Content-Length=1; body 1:x left 0 keep"},
    {"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
     "failed: the response has two values of Content-Length"},
    {"no length", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx",
     "failed: bad Content-Length \"+1\""},
    {"a length below zero", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
     "failed: bad Content-Length \"-1\""},
    {"a length that is too large",
     "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nx",
     "failed: bad Content-Length \"99999999999999999999\""},
    {"another coding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
     "failed: unsupported transfer encoding \"gzip, chunked\""},
    {"a blank in a name", "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\nx",
     "failed: malformed MIME header line: Content-Length : 1"},
    {"no colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
     "failed: malformed MIME header line: nonsense"},
    {"a control character", std::string_view("HTTP/1.1 200 OK\r\nA: x\0y\r\n\r\n", 27),
     "failed: the value of the header A has a control character"},
    {"another protocol", "HTTP/2.0 200 OK\r\n\r\n",
     "failed: malformed HTTP response \"HTTP/2.0 200 OK\""},
    {"a status of two digits", "HTTP/1.1 20 OK\r\n\r\n",
     "failed: malformed HTTP response \"HTTP/1.1 20 OK\""},
    {"nothing", "", "failed: EOF"},
    {"half a head", "HTTP/1.1 200 O", "failed: unexpected EOF"},
    {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na", "failed: unexpected EOF"},
    {"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na",
     "failed: unexpected EOF"},
    {"a chunk without a size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
     "failed: invalid size of a chunk: \"xyz\""},
    {"a chunk of too many digits",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n",
     "failed: invalid size of a chunk: \"11111111111111111\""},
    {"a chunk that is too long",
     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
     "failed: malformed chunked encoding: a chunk is longer than it says"},
};

TEST(ResponseParserTest, ReadsTheSameInPiecesOfAnySize) {
  for (const auto& c : kCases) {
    for (const std::size_t piece : {std::size_t{100'000}, std::size_t{1}, std::size_t{2},
                                    std::size_t{3}, std::size_t{7}, std::size_t{20}}) {
      auto told = read_all(c.stream, piece, c.method);
      // What was told of the head before the body failed is no part of the case.
      if (c.told.starts_with("failed"))
        told = told.substr(std::min(told.find("failed"), told.size()));
      EXPECT_EQ(told, c.told) << c.name << ", in pieces of " << piece;
    }
  }
}

TEST(ResponseParserTest, HoldsToItsLimits) {
  const ResponseLimits limits{
      .head_bytes = 100, .fields = 3, .chunk_line_bytes = 10, .informational = 2};
  const auto fails = [&](const std::string& stream, const std::string& why) {
    for (const std::size_t piece : {1UL, 1000UL}) {
      const auto told = read_all(stream, piece, "GET", limits);
      EXPECT_NE(told.find("failed: " + why), std::string::npos) << told;
    }
  };
  fails("HTTP/1.1 200 OK\r\nA: " + std::string(100, 'x') + "\r\n\r\n",
        "the response's header is longer");
  fails(std::string(1000, 'x'), "the response's header is longer");
  fails("HTTP/1.1 200 OK\r\nA: 1\r\nB: 1\r\nC: 1\r\nD: 1\r\n\r\n",
        "the response has more than 3 headers");
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  fails(chunked + "1;" + std::string(20, 'x') + "\r\n", "a line of the chunked body is longer");
  fails(chunked + "0\r\n" + std::string(20, 'A') + ": 1\r\n" + std::string(90, 'B') + ": 1\r\n\r\n",
        "the response's trailer is longer");
  const std::string informational = "HTTP/1.1 100 Continue\r\n\r\n";
  fails(informational + informational + informational, "too many responses of 1xx");
}

TEST(ResponseParserTest, AWholeResponseIsReadInPlace) {
  const std::string stream = "HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 3\r\n\r\nabc";
  ResponseParser parser;
  parser.begin("GET");
  std::string_view input = stream;
  const auto inside = [&](std::string_view view) {
    return view.data() >= stream.data() && view.data() < stream.data() + stream.size();
  };
  ASSERT_EQ(parser.next(input), Step::head);
  EXPECT_TRUE(inside(parser.fields()[0].value));
  ASSERT_EQ(parser.next(input), Step::body);
  EXPECT_TRUE(inside(parser.body()));
  EXPECT_EQ(parser.next(input), Step::complete);
}

TEST(ResponseParserTest, AnyCutOfAnyDamageTellsTheSame) {
  std::mt19937 random(3);  // NOLINT: the same each time
  const std::string_view characters = "\r\n :;0aA1\t";
  for (const auto& c : kCases) {
    for (int round = 0; round < 200; ++round) {
      std::string stream(c.stream);
      if (stream.empty()) continue;
      for (int i = 0; i < 3; ++i)
        stream[random() % stream.size()] = characters[random() % characters.size()];
      const auto whole = read_all(stream, 1 << 20, c.method);
      EXPECT_EQ(read_all(stream, 1, c.method), whole) << stream;
      EXPECT_EQ(read_all(stream, 1 + random() % 9, c.method), whole) << stream;
    }
  }
}

}  // namespace
}  // namespace crema::load
