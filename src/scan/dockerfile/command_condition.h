// Rules about Dockerfiles that are data: a command that RUN starts, a variable that is set.
//
//     run:
//       command: [curl]              the program; "pip*" for any rest
//       with: [install, add]         it has one of these arguments
//       flags: [k, insecure]         and one of these flags, without their dashes
//       without: [y, yes]            and none of these: flags, whole arguments, "q q" for a flag
//       twice matches: "sslverify=(0|no)"  and this fits its arguments, joined by blanks kept: true
//       and what it leaves ends in the image
//     env: {NODE_TLS_REJECT_UNAUTHORIZED: "0"}
//                                    a variable that ENV, ARG or the shell sets; what fits its
//                                    value
//     message: "`{command}` ..."     {command}, {words}; of a variable {name} and {value}
#pragma once

#include "build.h"
#include "report.h"

#include "crema/base/result.h"
#include "crema/scan/core/rule.h"

#include <memory>

namespace crema::scan {

class CommandCondition {
 public:
  // Of the metadata of a rule that has `run` or `env`. Errors are "rule/condition" and
  // "rule/regex".
  static Result<CommandCondition> read(const Rule& rule);
  void look(const Build& build, DockerfileReport& report) const;

 private:
  struct Parts;
  std::shared_ptr<const Parts> parts_;
};

}  // namespace crema::scan
