// What Dockerfiles build with Go; and addresses that change from a network's to this machine's.
#include "crema/services/go_image.h"

#include "crema/services/addresses.h"
#include "crema/sys/files.h"
#include "crema/sys/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::services {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class GoImageTest : public testing::Test {
 protected:
  sys::TemporaryDirectory folder =
      sys::TemporaryDirectory::create(sys::real_host().temporary_directory, "image-").value();

  Result<GoImage> read(std::string text, DockerfileUse use = {}) {
    use.context = folder.path();
    return read_go_image(std::make_shared<SourceFile>("Dockerfile", std::move(text)), use);
  }
};

TEST_F(GoImageTest, FollowsTheProgramFromItsStage) {
  ASSERT_TRUE(sys::make_directories(folder.path() / "internal"));
  const auto image = read(R"(# syntax=docker/dockerfile:1
ARG GO=1.26
FROM golang:${GO} AS Build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/root/.cache go mod download
COPY internal internal
ARG VERSION=dev
# comments between
RUN CGO_ENABLED=0 GOOS=linux go build -trimpath -o /out/api \
    # and inside
    -ldflags "-s -X main.version=${VERSION}" \
    ./services/api && ls

FROM alpine
ENV PORT=8081 MODE="a b"
COPY --from=build /out/api /usr/local/bin/
EXPOSE 8081/tcp 9000/udp
HEALTHCHECK --interval=10s --retries=5 CMD ["/usr/local/bin/api", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/api"]
CMD ["--verbose"]
)",
                          {.context = {}, .target = "", .arguments = {{"VERSION", "1.2"}}});
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->folder, folder.path());
  EXPECT_THAT(image->build_environment, ElementsAre(Pair("CGO_ENABLED", "0")));
  EXPECT_THAT(image->build,
              ElementsAre("-trimpath", "-ldflags", "-s -X main.version=1.2", "./services/api"));
  EXPECT_EQ(image->program, "/usr/local/bin/api");
  EXPECT_THAT(image->arguments, ElementsAre("--verbose"));
  EXPECT_TRUE(image->own_entrypoint);
  EXPECT_THAT(image->environment, ElementsAre(Pair("PORT", "8081"), Pair("MODE", "a b")));
  EXPECT_THAT(image->ports, ElementsAre(8081));
  EXPECT_EQ(image->health.command, "'/usr/local/bin/api' 'healthcheck'");
  EXPECT_EQ(image->health.retries, 5);
}

TEST_F(GoImageTest, FindsTheFolderOfAModuleInTheContext) {
  ASSERT_TRUE(sys::make_directories(folder.path() / "backend/cmd/shop"));
  const auto image = read(R"(
FROM golang AS builder
WORKDIR /app
COPY backend/ .
WORKDIR /app/cmd/shop
RUN go build -o main .
FROM scratch
WORKDIR /root
COPY --from=0 /app/cmd/shop/main .
CMD ["./main"]
)");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->folder, folder.path() / "backend/cmd/shop");
  EXPECT_THAT(image->build, ElementsAre("."));
  EXPECT_FALSE(image->own_entrypoint);
}

TEST_F(GoImageTest, FollowsStagesThatGoOnFromOthers) {
  const auto image = read(R"(
FROM golang AS base
WORKDIR /x
FROM base AS build
RUN cd cmd/web && go build -o /bin/web
FROM base AS tests
CMD ["go", "test"]
FROM debian
COPY --from=build /bin /bin
ENTRYPOINT ["/bin/web"]
)");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->folder, folder.path() / "cmd/web");
}

TEST_F(GoImageTest, SaysWhatItCannotTell) {
  const auto error = [&](std::string text) {
    const auto image = read(std::move(text));
    return image ? "none" : std::to_string(image.error().span.line) + ": " + image.error().message;
  };
  EXPECT_EQ(error("FROM node\nCMD [\"node\", \"server.js\"]\n"),
            "1: no `go build` makes node, which the image starts");
  EXPECT_EQ(error("FROM x\n"), "1: the image starts no program: no ENTRYPOINT, no CMD");
  EXPECT_EQ(error("RUN x\n"), "1: a Dockerfile begins with FROM");
  EXPECT_EQ(error("FROM a b\n"), "1: FROM takes an image, and AS with a name");
  EXPECT_EQ(error("FROM a\nRUN <<END\nx\n"), "2: there is no line END that ends this");
  EXPECT_EQ(error("FROM a\nENV A\n"), "2: ENV takes NAME=value");
  EXPECT_EQ(error("# nothing\n"), "1: the Dockerfile has no FROM");
}

TEST(Addresses, TranslateNamesWithTheirPorts) {
  Addresses addresses;
  addresses.add("db", 5432, 15432);
  addresses.add("api", 8080, 8080);
  addresses.add("web", 80, 3000);
  const auto text = [&](std::string_view given) { return addresses.translate(given); };
  EXPECT_EQ(text("postgres://u:db@db:5432/db?x=db"), "postgres://u:db@127.0.0.1:15432/db?x=db");
  EXPECT_EQ(text("postgres://u:p@db/db"), "postgres://u:p@127.0.0.1:15432/db");
  EXPECT_EQ(text("api:8080,other:8080,my-db:5432,db:9"),
            "127.0.0.1:8080,other:8080,my-db:5432,db:9");
  EXPECT_EQ(text("http://web/ http://web:80 https://web"),
            "http://127.0.0.1:3000/ http://127.0.0.1:3000 https://web");
  EXPECT_EQ(text("db"), "db");
  EXPECT_THAT(
      addresses.translate({{"DB_HOST", "db"},
                           {"DB_PORT", "5432"},
                           {"DB_NAME", "db"},
                           {"PGHOST", "db"},
                           {"API", "http://api:8080"}}),
      ElementsAre(Pair("DB_HOST", "127.0.0.1"), Pair("DB_PORT", "15432"), Pair("DB_NAME", "db"),
                  Pair("PGHOST", "127.0.0.1"), Pair("API", "http://127.0.0.1:8080")));
}

}  // namespace
}  // namespace crema::services
