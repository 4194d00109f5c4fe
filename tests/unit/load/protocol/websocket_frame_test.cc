#include "crema/load/protocol/websocket_frame.h"

#include "websocket_deflate.h"

#include <gtest/gtest.h>

#include <vector>

using namespace std::string_literals;

namespace crema::load {
namespace {

// What a parser makes of a server's bytes: "text:Hello", a line each; the last may be the error.
std::string read_in_pieces(std::string_view bytes, std::size_t piece, WebSocketLimits limits = {},
                           bool compression = false) {
  WebSocketParser parser(limits);
  if (compression) parser.allow_compression();
  std::string lines;
  while (!bytes.empty()) {
    auto input = bytes.substr(0, piece);
    bytes.remove_prefix(input.size());
    auto step = parser.next(input);
    for (; step == WebSocketParser::Step::message; step = parser.next(input)) {
      const auto& message = parser.message();
      lines += std::to_string(static_cast<int>(message.kind)) + ":";
      if (message.kind == WebSocketKind::close) lines += std::to_string(message.code) + " ";
      lines += message.data + "\n";
    }
    if (step == WebSocketParser::Step::failed)
      return lines + std::to_string(parser.close_code()) + " " + parser.error();
  }
  return lines;
}

struct FrameCase {
  const char* name;
  std::string bytes;
  std::string lines;
};

const std::vector<FrameCase>& cases() {
  static const std::vector<FrameCase> kCases{
      // The examples of RFC 6455, 5.7, as a server sends them.
      {"single", "\x81\x05Hello"s, "1:Hello\n"},
      {"fragments", "\x01\x03Hel\x80\x02lo"s, "1:Hello\n"},
      {"ping", "\x89\x05Hello"s, "9:Hello\n"},
      {"pong within", "\x02\x01\x61\x8A\x01x\x80\x01\x62"s, "10:x\n2:ab\n"},
      {"extended", "\x82\x7E\x01\x00"s + std::string(256, 'x'),
       "2:" + std::string(256, 'x') + "\n"},
      {"long", "\x82\x7F\x00\x00\x00\x00\x00\x00\x00\x02xy"s, "2:xy\n"},
      {"empty", "\x81\x00\x81\x00"s, "1:\n1:\n"},
      {"close", "\x88\x05\x0F\xA1why"s, "8:4001 why\n"},
      {"close without code", "\x88\x00"s, "8:1005 \n"},
      {"close of one byte", "\x88\x01\x03"s, "1002 websocket: a close frame of one byte"},
      {"close 1006", "\x88\x02\x03\xEE"s, "1002 websocket: invalid close code"},
      {"reserved opcode", "\x83\x00"s, "1002 websocket: bad opcode 3"},
      {"reserved bits", "\xA1\x00"s, "1002 websocket: unexpected reserved bits"},
      {"compressed unasked", "\xC1\x00"s, "1002 websocket: unexpected reserved bits"},
      {"masked", "\x81\x80"s, "1002 websocket: a server's frame may not be masked"},
      {"long control", "\x89\x7E\x00\x7E"s, "1002 websocket: a control frame is too long"},
      {"fragmented control", "\x09\x00"s, "1002 websocket: a control frame may not be fragmented"},
      {"no begin", "\x80\x00"s, "1002 websocket: a continuation without a message"},
      {"two begins", "\x01\x00\x01\x00"s, "1002 websocket: a message begins within another"},
  };
  return kCases;
}

TEST(WebSocketFrameTest, ReadsFramesInPiecesOfAnySize) {
  for (const auto& each : cases()) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{3}, std::size_t{1000}})
      EXPECT_EQ(read_in_pieces(each.bytes, piece), each.lines) << each.name << " by " << piece;
  }
}

TEST(WebSocketFrameTest, RefusesMessagesBeyondTheLimitWithoutTheirBytes) {
  const std::string huge = "\x82\x7F\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"s;
  EXPECT_EQ(read_in_pieces(huge, 1), "1009 websocket: read limit exceeded");
  EXPECT_EQ(read_in_pieces("\x01\x03"
                           "abc"
                           "\x80\x03"
                           "def"s,
                           100, {.message_bytes = 5}),
            "1009 websocket: read limit exceeded");
  EXPECT_EQ(read_in_pieces("\x01\x03"
                           "abc"
                           "\x80\x02"
                           "de"s,
                           100, {.message_bytes = 5}),
            "1:abcde\n");
}

TEST(WebSocketFrameTest, WritesMaskedFramesOfEachLength) {
  const std::array<char, 4> mask{'\x37', '\xFA', '\x21', '\x3D'};
  std::string out;
  append_frame(out, WebSocketKind::text, "Hello", mask);
  EXPECT_EQ(out, "\x81\x85\x37\xFA\x21\x3D\x7F\x9F\x4D\x51\x58"s);
  for (const auto& [size, head] : {std::pair{125, 2}, {126, 4}, {65535, 4}, {65536, 10}}) {
    const std::string payload(static_cast<std::size_t>(size), 'q');
    out.clear();
    append_frame(out, WebSocketKind::binary, payload, mask);
    ASSERT_EQ(out.size(), payload.size() + static_cast<std::size_t>(head) + 4);
    std::string plain = out.substr(static_cast<std::size_t>(head) + 4);
    for (std::size_t i = 0; i < plain.size(); ++i) plain[i] ^= mask[i % 4];
    EXPECT_EQ(plain, payload);
  }
}

TEST(WebSocketFrameTest, InflatesWhatWasDeflated) {
  // RFC 7692, 7.2.3.1.
  EXPECT_EQ(read_in_pieces("\xC1\x07\xF2\x48\xCD\xC9\xC9\x07\x00"s, 2, {}, true), "1:Hello\n");
  for (const auto& text : {""s, "a"s, std::string(100'000, 'x')}) {
    const auto small = deflate_message(text);
    ASSERT_TRUE(small);
    EXPECT_EQ(inflate_message(*small, 100'000).value(), text);
  }
  const auto bomb = deflate_message(std::string(1'000'000, 'x'));
  EXPECT_EQ(inflate_message(*bomb, 999'999).error().code, "load/websocket-deflate");
  EXPECT_FALSE(inflate_message("\xFF\xFF\xFF", 100));
}

}  // namespace
}  // namespace crema::load
