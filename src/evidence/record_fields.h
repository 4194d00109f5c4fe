// The members of each record in JSON, written down once for both ways: an archive that writes calls
// `fields` with a const record, one that reads with one to fill.
//   archive.field(name, member)            left out where it is empty
//   archive.field(name, member, standard)  left out where it is the standard
//   archive.always(name, member)           always there, and demanded
#pragma once

#include "crema/evidence/record.h"

namespace crema::evidence {

template <typename Type>
struct Fields;

template <>
struct Fields<TestAttempt> {
  static void visit(auto& archive, auto& it) {
    archive.always("outcome", it.outcome);
    archive.field("kind", it.kind);
    archive.field("duration", it.duration);
    archive.field("output", it.output);
  }
};

template <>
struct Fields<TestAttachment> {
  static void visit(auto& archive, auto& it) {
    archive.always("name", it.name);
    archive.field("type", it.type);
    archive.always("path", it.path);
  }
};

template <>
struct Fields<TestCase> {
  static void visit(auto& archive, auto& it) {
    archive.always("name", it.name);
    archive.field("group", it.group);
    archive.always("outcome", it.outcome);
    archive.field("kind", it.kind);
    archive.field("duration", it.duration);
    archive.field("message", it.message);
    archive.field("output", it.output);
    archive.field("file", it.file);
    archive.field("line", it.line);
    archive.field("earlier", it.earlier);
    archive.field("attachments", it.attachments);
  }
};

template <>
struct Fields<TestSuite> {
  static void visit(auto& archive, auto& it) {
    archive.always("name", it.name);
    archive.field("framework", it.framework);
    archive.field("project", it.project);
    archive.field("part", it.part);
    archive.field("shard", it.shard);
    archive.always("outcome", it.outcome);
    archive.field("kind_of_failure", it.kind);
    archive.field("duration", it.duration);
    archive.field("started", it.started);
    archive.field("cached", it.cached, false);
    archive.field("message", it.message);
    archive.field("output", it.output);
    archive.field("cases", it.cases);
  }
};

template <>
struct Fields<CoverageFunction> {
  static void visit(auto& archive, auto& it) {
    archive.always("name", it.name);
    archive.field("line", it.line);
    archive.field("end_line", it.end_line);
    archive.field("count", it.count);
  }
};

template <>
struct Fields<FileCoverage> {
  static void visit(auto& archive, auto& it) {
    archive.always("path", it.path);
    archive.field("blocks", it.blocks);
    archive.field("branches", it.branches);
    archive.field("functions", it.functions);
  }
};

template <>
struct Fields<Coverage> {
  static void visit(auto& archive, auto& it) {
    archive.field("tool", it.tool);
    archive.field("part", it.part);
    archive.always("mode", it.mode);
    archive.field("files", it.files);
  }
};

template <>
struct Fields<FindingLocation> {
  static void visit(auto& archive, auto& it) {
    archive.always("path", it.path);
    archive.field("line", it.line);
    archive.field("column", it.column);
    archive.field("end_line", it.end_line);
    archive.field("end_column", it.end_column);
    archive.field("message", it.message);
  }
};

template <>
struct Fields<Suppression> {
  static void visit(auto& archive, auto& it) {
    archive.field("by", it.by);
    archive.field("reason", it.reason);
    archive.field("until", it.until);
  }
};

template <>
struct Fields<FindingFix> {
  static void visit(auto& archive, auto& it) {
    archive.field("text", it.text);
    archive.field("package", it.package);
    archive.field("version", it.version);
  }
};

template <>
struct Fields<Finding> {
  static void visit(auto& archive, auto& it) {
    archive.always("rule", it.rule);
    archive.field("rule_name", it.rule_name);
    archive.field("aliases", it.aliases);
    archive.field("family", it.family);
    archive.always("severity", it.severity);
    archive.field("confidence", it.confidence);
    archive.field("reach", it.reach);
    archive.field("exploited", it.exploited);
    archive.field("published", it.published);
    archive.field("scanner", it.scanner);
    archive.field("message", it.message);
    archive.field("subject", it.subject);
    archive.field("fix", it.fix);
    archive.field("help", it.help);
    archive.field("help_uri", it.help_uri);
    archive.field("locations", it.locations);
    archive.field("fingerprint", it.fingerprint);
    archive.field("incident", it.incident);
    archive.always("state", it.state);
    archive.field("suppressions", it.suppressions);
  }
};

template <>
struct Fields<NotLookedAt> {
  static void visit(auto& archive, auto& it) {
    archive.always("path", it.path);
    archive.field("code", it.code);
    archive.field("reason", it.reason);
  }
};

template <>
struct Fields<Scan> {
  static void visit(auto& archive, auto& it) {
    archive.always("scanner", it.scanner);
    archive.field("version", it.version);
    archive.field("family", it.family);
    archive.field("target", it.target);
    archive.field("files", it.files);
    archive.field("data", it.data);
    archive.field("complete", it.complete, true);
    archive.field("message", it.message);
    archive.field("not_scanned", it.not_scanned);
    archive.field("findings", it.findings);
  }
};

template <>
struct Fields<LoadRun::Threshold> {
  static void visit(auto& archive, auto& it) {
    archive.always("metric", it.metric);
    archive.always("condition", it.condition);
    archive.field("passed", it.passed, false);
    archive.field("value", it.value);
  }
};

template <>
struct Fields<LoadRun> {
  static void visit(auto& archive, auto& it) {
    archive.always("script", it.script);
    archive.field("duration", it.duration);
    archive.field("requests", it.requests);
    archive.field("failed", it.failed);
    archive.field("requests_per_second", it.requests_per_second);
    archive.field("percentiles", it.percentiles);
    archive.field("thresholds", it.thresholds);
    archive.field("valid", it.valid, true);
    archive.field("message", it.message);
    archive.field("document", it.document);
  }
};

template <>
struct Fields<Deployment> {
  static void visit(auto& archive, auto& it) {
    archive.always("environment", it.environment);
    archive.field("service", it.service);
    archive.field("version", it.version);
    archive.field("strategy", it.strategy);
    archive.always("state", it.state);
    archive.field("started", it.started);
    archive.field("finished", it.finished);
    archive.field("message", it.message);
  }
};

template <>
struct Fields<HealthCheck> {
  static void visit(auto& archive, auto& it) {
    archive.always("service", it.service);
    archive.field("target", it.target);
    archive.field("healthy", it.healthy, false);
    archive.field("duration", it.duration);
    archive.field("message", it.message);
  }
};

template <>
struct Fields<Timing> {
  static void visit(auto& archive, auto& it) {
    archive.always("stage", it.stage);
    archive.field("duration", it.duration);
  }
};

template <>
struct Fields<Image> {
  static void visit(auto& archive, auto& it) {
    archive.always("name", it.name);
    archive.field("digest", it.digest);
    archive.field("bytes", it.bytes);
    archive.field("created", it.created);
  }
};

template <>
struct Fields<Origin> {
  static void visit(auto& archive, auto& it) {
    archive.field("run", it.run);
    archive.field("job", it.job);
    archive.field("step", it.step);
    archive.field("commit", it.commit);
    archive.field("branch", it.branch);
    archive.field("time", it.time);
  }
};

}  // namespace crema::evidence
