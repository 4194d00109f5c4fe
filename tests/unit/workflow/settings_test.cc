#include "workflow/tokens.h"

#include "crema/workflow/expand.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crema::workflow {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::job;
using ::testing::Pair;
using testing::scope;
using testing::token;

TEST(Settings, HaveGitHubsDefaults) {
  const auto settings = evaluate_settings(job("j"), scope());
  ASSERT_TRUE(settings);
  EXPECT_THAT(settings->runs_on, IsEmpty());
  EXPECT_EQ(settings->timeout_minutes, 360);
  EXPECT_EQ(settings->cancel_timeout_minutes, 5);
  EXPECT_FALSE(settings->continue_on_error);
  EXPECT_EQ(settings->concurrency.group, "");
  EXPECT_EQ(settings->container_image, "");
  EXPECT_THAT(settings->services, IsEmpty());
}

TEST(Settings, TakeEveryFormOfRunsOn) {
  const auto values = scope(R"({"matrix": {"os": "arm", "all": ["self-hosted", "gpu"]}})");
  const auto labels = [&](std::string_view text) {
    Job one = job("j");
    one.runs_on = token(text);
    const auto settings = evaluate_settings(one, values);
    EXPECT_TRUE(settings) << text << (settings ? "" : settings.error().message);
    return settings ? settings->runs_on : std::vector<std::string>();
  };
  EXPECT_THAT(labels(R"("ubuntu-latest")"), ElementsAre("ubuntu-latest"));
  EXPECT_THAT(labels(R"("${{ matrix.os }}")"), ElementsAre("arm"));
  EXPECT_THAT(labels(R"("${{ matrix.all }}")"), ElementsAre("self-hosted", "gpu"));
  EXPECT_THAT(labels(R"(["self-hosted", "${{ matrix.os }}"])"), ElementsAre("self-hosted", "arm"));
  EXPECT_THAT(labels(R"({"group": "big", "labels": "x"})"), ElementsAre("x"));
  EXPECT_THAT(labels(R"({"group": "organization/big"})"), IsEmpty());

  Job grouped = job("j");
  grouped.runs_on = token(R"({"group": "big", "labels": ["a", "b"]})");
  EXPECT_EQ(evaluate_settings(grouped, values)->runner_group, "big");
  grouped.runs_on = token(R"({"group": "team/big"})");
  EXPECT_EQ(evaluate_settings(grouped, values).error().message,
            "Invalid runs-on group name 'team/big'");
  grouped.runs_on = token(R"({"grup": "big"})");
  EXPECT_EQ(evaluate_settings(grouped, values).error().message, "Unexpected value 'grup'");
}

TEST(Settings, EvaluateScalars) {
  const auto values = scope(R"({"inputs": {"t": 12.9, "soft": true, "text": "5"}})");
  Job one = job("j");
  one.timeout_minutes = token(R"("${{ inputs.t }}")");
  one.continue_on_error = token(R"("${{ inputs.soft }}")");
  EXPECT_EQ(evaluate_settings(one, values)->timeout_minutes, 12);
  EXPECT_TRUE(evaluate_settings(one, values)->continue_on_error);
  one.timeout_minutes = token(R"("${{ inputs.text }}")");
  EXPECT_EQ(evaluate_settings(one, values).error().message, "Unexpected value '5'");
}

TEST(Settings, LeaveTheUrlOfTheEnvironmentForAfterTheSteps) {
  Job one = job("j");
  one.environment = token(R"({"name": "${{ github.e }}", "url": "${{ steps.d.outputs.url }}"})");
  EXPECT_EQ(evaluate_settings(one, scope(R"({"github": {"e": "prod"}})"))->environment, "prod");
  EXPECT_EQ(*evaluate_environment_url(
                one, scope(R"({"steps": {"d": {"outputs": {"url": "http://x"}}}})")),
            "http://x");
  one.environment = token(R"("staging")");
  EXPECT_EQ(evaluate_settings(one, scope())->environment, "staging");
  EXPECT_EQ(*evaluate_environment_url(one, scope()), "");
}

TEST(Concurrency, TakesATextOrAMapping) {
  const auto values = scope(R"({"github": {"ref": "main", "pr": true}})");
  const auto plain = evaluate_concurrency(token(R"("${{ format('g-{0}', github.ref) }}")"), values);
  EXPECT_EQ(plain->group, "g-main");
  EXPECT_FALSE(plain->cancel_in_progress);
  const auto full = evaluate_concurrency(
      token(R"({"group": "g", "cancel-in-progress": "${{ github.pr }}", "queue": "max"})"), values);
  ASSERT_TRUE(full) << full.error().message;
  EXPECT_TRUE(full->cancel_in_progress);
  EXPECT_TRUE(full->queue_all);
  EXPECT_EQ(evaluate_concurrency(token(R"("${{ github.none }}")"), values).error().message,
            "Concurrency group name cannot be empty");
  EXPECT_EQ(
      evaluate_concurrency(token("\"" + std::string(401, 'x') + "\""), values).error().message,
      "Concurrency group name must be less than 400 characters");
  EXPECT_EQ(
      evaluate_concurrency(token(R"({"group": "g", "queue": "all"})"), values).error().message,
      "Unexpected value 'all'");
}

TEST(Services, AreEvaluatedInTheirOrder) {
  Job one = job("j");
  one.container = token(R"({"image": "docker://golang:${{ matrix.v }}", "env": {"A": 1}})");
  one.container.entries[0].second = token(R"("${{ format('docker://golang:{0}', matrix.v) }}")");
  one.services = token(R"({
    "postgres": {"image": "postgres:15", "env": {"POSTGRES_PASSWORD": "x"}, "ports": ["5432:5432", 80],
                 "options": "--health-cmd pg_isready", "volumes": ["/a:/b"],
                 "credentials": {"username": "u", "password": "${{ secrets.P }}"}},
    "cache": "docker://redis:7",
    "off": "${{ matrix.none }}"})");
  const auto settings =
      evaluate_settings(one, scope(R"({"matrix": {"v": "1.22"}, "secrets": {"P": "pw"}})"));
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->container_image, "golang:1.22");
  EXPECT_THAT(settings->container.env, ElementsAre(Pair("A", "1")));
  ASSERT_EQ(settings->services.size(), 3U);
  const ServiceSpec& postgres = settings->services[0];
  EXPECT_EQ(postgres.id, "postgres");
  EXPECT_EQ(postgres.image, "postgres:15");
  EXPECT_THAT(postgres.ports, ElementsAre("5432:5432", "80"));
  EXPECT_THAT(postgres.volumes, ElementsAre("/a:/b"));
  EXPECT_EQ(postgres.options, "--health-cmd pg_isready");
  EXPECT_EQ(postgres.password, "pw");
  EXPECT_EQ(settings->services[1].image, "redis:7");
  EXPECT_EQ(settings->services[2].image, "");

  one.services = token(R"({"a": {"imagee": "x"}})");
  EXPECT_EQ(evaluate_settings(one, scope()).error().message, "Unexpected value 'imagee'");
}

}  // namespace
}  // namespace crema::workflow
