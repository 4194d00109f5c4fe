// The metrics that every test has, by name and type.
#include "crema/load/metrics/metric.h"

#include <array>
#include <cassert>

namespace crema::load {
namespace {

struct Row {
  const Metric* Builtins::* field;
  std::string_view name;
  MetricType type;
  ValueType contains;
};

using enum MetricType;
using enum ValueType;

constexpr std::array kRows = {
    Row{&Builtins::vus, "vus", gauge, number},
    Row{&Builtins::vus_max, "vus_max", gauge, number},
    Row{&Builtins::iterations, "iterations", counter, number},
    Row{&Builtins::iteration_duration, "iteration_duration", trend, time},
    Row{&Builtins::dropped_iterations, "dropped_iterations", counter, number},
    Row{&Builtins::iteration_start_delay, "iteration_start_delay", trend, time},
    Row{&Builtins::http_req_duration_intended, "http_req_duration_intended", trend, time},
    Row{&Builtins::checks, "checks", rate, number},
    Row{&Builtins::group_duration, "group_duration", trend, time},
    Row{&Builtins::http_reqs, "http_reqs", counter, number},
    Row{&Builtins::http_req_failed, "http_req_failed", rate, number},
    Row{&Builtins::http_req_duration, "http_req_duration", trend, time},
    Row{&Builtins::http_req_blocked, "http_req_blocked", trend, time},
    Row{&Builtins::http_req_connecting, "http_req_connecting", trend, time},
    Row{&Builtins::http_req_tls_handshaking, "http_req_tls_handshaking", trend, time},
    Row{&Builtins::http_req_sending, "http_req_sending", trend, time},
    Row{&Builtins::http_req_waiting, "http_req_waiting", trend, time},
    Row{&Builtins::http_req_receiving, "http_req_receiving", trend, time},
    Row{&Builtins::ws_sessions, "ws_sessions", counter, number},
    Row{&Builtins::ws_msgs_sent, "ws_msgs_sent", counter, number},
    Row{&Builtins::ws_msgs_received, "ws_msgs_received", counter, number},
    Row{&Builtins::ws_ping, "ws_ping", trend, time},
    Row{&Builtins::ws_session_duration, "ws_session_duration", trend, time},
    Row{&Builtins::ws_connecting, "ws_connecting", trend, time},
    Row{&Builtins::grpc_req_duration, "grpc_req_duration", trend, time},
    Row{&Builtins::grpc_streams, "grpc_streams", counter, number},
    Row{&Builtins::grpc_streams_msgs_sent, "grpc_streams_msgs_sent", counter, number},
    Row{&Builtins::grpc_streams_msgs_received, "grpc_streams_msgs_received", counter, number},
    Row{&Builtins::data_sent, "data_sent", counter, data},
    Row{&Builtins::data_received, "data_received", counter, data},
};

}  // namespace

Builtins::Builtins(Registry& registry) {
  for (const Row& row : kRows) {
    const auto made = registry.declare(row.name, row.type, row.contains);
    assert(made);  // a fresh registry has no metric of another type
    this->*row.field = *made;
  }
  [[maybe_unused]] const auto expected =
      registry.declare_sub_metric("http_req_duration{expected_response:true}");
  assert(expected);
}

}  // namespace crema::load
