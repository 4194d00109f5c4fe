#include "crema/load/protocol/grpc_frame.h"
#include "crema/load/protocol/grpc_status.h"

#include <gmock/gmock.h>

namespace crema::load {
namespace {

using Step = GrpcFrameReader::Step;
using namespace std::string_view_literals;

TEST(GrpcFrames, AreReadInPiecesOfAnySize) {
  std::string stream;
  append_grpc_frame(stream, "first");
  append_grpc_frame(stream, "");
  append_grpc_frame(stream, std::string(300, 'x'));
  for (const std::size_t size : {std::size_t{1}, std::size_t{3}, stream.size()}) {
    GrpcFrameReader reader(1000);
    std::vector<std::string> messages;
    for (std::size_t at = 0; at < stream.size(); at += size) {
      auto piece = std::string_view(stream).substr(at, size);
      while (reader.next(piece) == Step::message) messages.push_back(reader.message());
      EXPECT_TRUE(piece.empty());
    }
    EXPECT_TRUE(reader.between());
    EXPECT_THAT(messages, testing::ElementsAre("first", "", std::string(300, 'x')));
  }
}

TEST(GrpcFrames, AreRefusedWhereTheyAreTooLargeOrOfAnotherKind) {
  GrpcFrameReader small(4);
  auto input = "\0\0\0\0\5hello"sv;
  EXPECT_EQ(small.next(input), Step::too_large);
  EXPECT_EQ(small.length(), 5U);
  GrpcFrameReader reader(100);
  input = "\2\0\0\0\0"sv;
  EXPECT_EQ(reader.next(input), Step::failed);
  GrpcFrameReader cut(100);
  input = "\1\0\0\0\5he"sv;
  EXPECT_EQ(cut.next(input), Step::need_more);
  EXPECT_TRUE(cut.compressed());
  EXPECT_FALSE(cut.between());
}

TEST(GrpcStatus, IsReadFromTrailers) {
  HeaderList trailers;
  trailers.add("grpc-status", "5");
  trailers.add("grpc-message", "no milk %C3%A9%, 100%");
  trailers.add("grpc-status-details-bin", "CAUSAXg");
  const auto status = grpc_status_of(trailers);
  EXPECT_EQ(status.code, GrpcCode::not_found);
  EXPECT_EQ(status.message, "no milk \xc3\xa9%, 100%");
  EXPECT_EQ(status.details, "\x08\x05\x12\x01x");
  EXPECT_EQ(status.text(), "rpc error: code = NotFound desc = no milk \xc3\xa9%, 100%");
  EXPECT_EQ(grpc_status_of(HeaderList()).code, GrpcCode::internal);
  HeaderList odd;
  odd.add("grpc-status", "five");
  EXPECT_EQ(grpc_status_of(odd).code, GrpcCode::unknown);
  EXPECT_EQ(grpc_code_name(static_cast<GrpcCode>(99)), "Code(99)");
}

TEST(GrpcStatus, IsMadeOfWhatIsNoGrpc) {
  const std::pair<int, GrpcCode> cases[] = {
      {400, GrpcCode::internal},          {401, GrpcCode::unauthenticated},
      {403, GrpcCode::permission_denied}, {404, GrpcCode::unimplemented},
      {503, GrpcCode::unavailable},       {200, GrpcCode::unknown}};
  for (const auto& [http, code] : cases)
    EXPECT_EQ(grpc_status_of_http(http, "text/html").code, code) << http;
  EXPECT_EQ(grpc_status_of(HttpError{ErrorCode::request_timeout, ""}).code,
            GrpcCode::deadline_exceeded);
  const auto reset = [](unsigned code) {
    return grpc_status_of(HttpError{
        static_cast<ErrorCode>(static_cast<unsigned>(ErrorCode::http2_stream) + 1 + code), ""});
  };
  EXPECT_EQ(reset(8).code, GrpcCode::canceled);
  EXPECT_EQ(reset(7).code, GrpcCode::unavailable);
  EXPECT_EQ(reset(11).code, GrpcCode::resource_exhausted);
  EXPECT_EQ(reset(2).code, GrpcCode::internal);
}

TEST(GrpcMetadata, GoesInLowerCaseAndBytesInBase64) {
  HeaderList fields;
  EXPECT_FALSE(add_grpc_metadata({{"X-One", "a"},
                                  {"two-bin", "\x01\xff\x02"},
                                  {"grpc-timeout", "1S"},
                                  {"User-Agent", "me"},
                                  {":path", "/"}},
                                 fields));
  ASSERT_EQ(fields.size(), 2U);
  EXPECT_EQ(fields.find("x-one"), "a");
  EXPECT_EQ(fields.find("two-bin"), "Af8C");
  const auto back = grpc_metadata_of(fields);
  EXPECT_EQ(back[1].second, "\x01\xff\x02");
  for (const GrpcMetadata& wrong :
       {GrpcMetadata{{"a b", "x"}}, GrpcMetadata{{"", "x"}}, GrpcMetadata{{"a", "x\ny"}}}) {
    HeaderList none;
    const auto status = add_grpc_metadata(wrong, none);
    ASSERT_TRUE(status);
    EXPECT_EQ(status->code, GrpcCode::internal);
  }
}

}  // namespace
}  // namespace crema::load
