// The fields of every message in their order: one list for the writer and the reader.
#pragma once

#include "crema/load/remote/message.h"

namespace crema::load {

template <class Codec>
void fields(Codec& codec, std::string& text) {
  codec(text);
}
template <class Codec>
void fields(Codec& codec, Hello& hello) {
  codec(hello.protocol);
  codec(hello.version);
  codec(hello.cores);
  codec(hello.cpu_model);
}
template <class Codec>
void fields(Codec& codec, Refusal& refusal) {
  codec(refusal.code);
  codec(refusal.message);
  codec(refusal.hint);
}
template <class Codec>
void fields(Codec& codec, ClockProbe& probe) {
  codec(probe.sent);
}
template <class Codec>
void fields(Codec& codec, ClockAnswer& answer) {
  codec(answer.sent);
  codec(answer.monotonic);
  codec(answer.wall);
}
template <class Codec>
void fields(Codec& codec, Assignment& assignment) {
  codec(assignment.archive);
  codec(assignment.segment);
  codec(assignment.sequence);
  codec(assignment.init_timeout);
  codec(assignment.wall_shift);
  codec(assignment.no_thresholds);
  codec(assignment.wants_points);
  codec(assignment.secret_sources);
}
template <class Codec>
void fields(Codec& /*codec*/, Ready& /*ready*/) {}
template <class Codec>
void fields(Codec& codec, Start& start) {
  codec(start.at);
  codec(start.setup_data);
}
template <class Codec>
void fields(Codec& /*codec*/, Stop& /*stop*/) {}
template <class Codec>
void fields(Codec& codec, std::pair<std::string, std::string>& pair) {
  codec(pair.first);
  codec(pair.second);
}
template <class Codec>
void fields(Codec& codec, LogLine& line) {
  codec(line.level);
  codec(line.message);
  codec(line.fields);
}
template <class Codec>
void fields(Codec& codec, Standing::OfScenario& scenario) {
  codec(scenario.name);
  codec(scenario.active);
  codec(scenario.completed);
  codec(scenario.dropped);
}
template <class Codec>
void fields(Codec& codec, Standing& standing) {
  codec(standing.completed);
  codec(standing.interrupted);
  codec(standing.active);
  codec(standing.initialized);
  codec(standing.failed);
  codec(standing.scenarios);
}
template <class Codec>
void fields(Codec& codec, PointBatch::OfSeries& series) {
  codec(series.metric);
  codec(series.type);
  codec(series.contains);
  codec(series.tags);
}
template <class Codec>
void fields(Codec& codec, PointBatch::OfMetadata& metadata) {
  codec(metadata.pairs);
}
template <class Codec>
void fields(Codec& codec, PointBatch::OfPoint& point) {
  codec(point.series);
  codec(point.metadata);
  codec(point.time);
  codec(point.value);
}
template <class Codec>
void fields(Codec& codec, PointBatch& batch) {
  codec(batch.series);
  codec(batch.metadata);
  codec(batch.points);
}
template <class Codec>
void fields(Codec& codec, Measured& measured) {
  codec(measured.delta);
  codec(measured.points);
  codec(measured.lost_points);
  codec(measured.standing);
}
template <class Codec>
void fields(Codec& codec, EndRequest& request) {
  codec(request.exit);
  codec(request.message);
}
template <class Codec>
void fields(Codec& codec, Done& done) {
  codec(done.exit);
  codec(done.cpu_share);
  codec(done.steal_share);
  codec(done.loop_lag_p99_ms);
}
template <class Codec>
void fields(Codec& /*codec*/, Alive& /*alive*/) {}

}  // namespace crema::load
