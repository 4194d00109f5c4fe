// Outputs that end badly, are compressed, or cannot keep up; k6_test.cc has what they write.
#include "crema/load/metrics/output.h"

#include "k6_run.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <atomic>

namespace crema::load {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class Outputs : public ::testing::Test {
 protected:
  Outputs() {
    auto made = sys::TemporaryDirectory::create(std::filesystem::temp_directory_path(), "outputs");
    EXPECT_TRUE(made);
    folder = std::move(*made);
  }
  std::vector<Point> points(std::size_t count) {
    const auto* set = tags.with(tags.empty(), "a", "x,\"y\"");
    for (std::size_t i = 0; i < count; ++i)
      recorder.add(recorder.series(*builtins.iterations, set), 0.25,
                   sys::WallTime(1'700'000'000s + std::chrono::milliseconds(i)),
                   std::make_shared<const Metadata>(Metadata{{"vu", "1"}, {"iter", "2"}}));
    return recorder.take_points();
  }
  std::unique_ptr<Output> output(const std::string& text) {
    auto made = make_output(text, {.registry = &registry, .system_tags = {"iter", "url", "vu"}});
    EXPECT_TRUE(made) << made.error().message;
    return made ? std::move(*made) : nullptr;
  }
  std::unique_ptr<OutputWriter> writer(std::vector<std::string> texts) {
    std::vector<std::unique_ptr<Output>> outputs;
    for (const auto& text : texts) outputs.push_back(output(text));
    return std::make_unique<OutputWriter>(std::move(outputs), [this](const Diagnostic& diagnostic) {
      reports.push_back(diagnostic.message);
    });
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }

  sys::TemporaryDirectory folder;
  Registry registry;
  Builtins builtins{registry};
  TagStore tags;
  Recorder recorder{registry, builtins, tags, true};
  std::vector<std::string> reports;
};

TEST_F(Outputs, AreCompressedByName) {
  auto writing = writer({"json=" + path("p.json.gz"), "json=" + path("p.json")});
  for (int i = 0; i < 4; ++i) writing->push(points(5000));
  writing->close();
  const auto plain = text_of(path("p.json"));
  EXPECT_LT(std::filesystem::file_size(path("p.json.gz")), plain.size() / 10);
  std::string unpacked(plain.size() + 1, ' ');
  gzFile file = ::gzopen(path("p.json.gz").c_str(), "rb");
  const int read = ::gzread(file, unpacked.data(), static_cast<unsigned>(unpacked.size()));
  ::gzclose(file);
  unpacked.resize(static_cast<std::size_t>(read));
  EXPECT_EQ(unpacked, plain);
  EXPECT_THAT(plain, HasSubstr(R"("tags":{"a":"x,\"y\""},"metadata":{"vu":"1","iter":"2"}}})"));
}

TEST_F(Outputs, QuoteWhatWouldEndAField) {
  writer({"csv=" + path("p.csv")})->push(points(1));
  const auto text = text_of(path("p.csv"));
  EXPECT_EQ(text,
            "metric_name,timestamp,metric_value,url,extra_tags,metadata\n"
            "iterations,1700000000,0.250000,,\"a=x,\"\"y\"\"\",vu=1&iter=2\n");
}

TEST_F(Outputs, WriteTimesAsAskedFor) {
  ::setenv("TZ", "IST-5:30", 1);
  ::tzset();
  for (const auto& [format, time] : std::vector<std::pair<std::string, std::string>>{
           {"unix", "1700000000"},
           {"unix_milli", "1700000000001"},
           {"unix_micro", "1700000000001000"},
           {"unix_nano", "1700000000001000000"},
           {"rfc3339", "2023-11-15T03:43:20+05:30"},
           {"rfc3339_nano", "2023-11-15T03:43:20.001+05:30"}}) {
    const auto file = path(format + ".csv");
    writer({"csv=fileName=" + file + ",timeFormat=" + format})->push(points(2));
    EXPECT_THAT(text_of(file), HasSubstr("\niterations," + time + ",0.25"));
  }
  ::setenv("TZ", "UTC", 1);
  ::tzset();
}

TEST_F(Outputs, SayAFullDiskOnceAndGoOn) {
  auto writing = writer({"json=/dev/full", "json=" + path("good.json")});
  for (int i = 0; i < 5; ++i) writing->push(points(100));
  writing->close();
  EXPECT_THAT(reports, ::testing::ElementsAre(HasSubstr("cannot write /dev/full")));
  EXPECT_EQ(writing->dropped(), 500U);
  EXPECT_EQ(std::ranges::count(text_of(path("good.json")), '\n'), 501);
}

TEST_F(Outputs, SurviveAReaderThatHasGone) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const int before = ::dup(STDOUT_FILENO);
  ::dup2(pipe[1], STDOUT_FILENO);
  ::close(pipe[0]);
  {
    auto writing = writer({"json=-"});
    writing->push(points(10));
    writing->close();
    EXPECT_EQ(writing->dropped(), 10U);
  }
  ::dup2(before, STDOUT_FILENO);
  ::close(before);
  ::close(pipe[1]);
  EXPECT_THAT(reports, ::testing::ElementsAre(HasSubstr("standard output")));
}

TEST_F(Outputs, DropAndCountWhatIsTooMuch) {
  OutputWriter writing({}, nullptr, 150);
  writing.push(points(151));
  EXPECT_EQ(writing.dropped(), 151U);
  writing.close();
  writing.push(points(1));
  EXPECT_EQ(writing.dropped(), 152U);
}

TEST_F(Outputs, SayWhatTheyDoNotKnow) {
  for (const auto& [text, message] : std::vector<std::pair<std::string, std::string>>{
           {"influxdb=x", "there is no output `influxdb`"},
           {"", "there is no output ``"},
           {"csv=fileName=/tmp/x,timeFormat=now", "no time format `now`"},
           {"csv=name=x", "no setting `name`"},
           {"json=/nothing/here", "cannot write /nothing/here"}}) {
    const auto made = make_output(text, {.registry = &registry});
    ASSERT_FALSE(made) << text;
    EXPECT_EQ(made.error().code, "load/output");
    EXPECT_THAT(made.error().message, HasSubstr(message));
  }
  EXPECT_EQ(make_output("x", {.registry = &registry}).error().hint, "use one of csv, json");
}

}  // namespace
}  // namespace crema::load
