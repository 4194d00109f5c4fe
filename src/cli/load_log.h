// The log of a load test on standard error: one line an entry, in the forms k6 has.
#pragma once

#include "crema/base/sync.h"
#include "crema/load/script/log.h"
#include "crema/sys/host.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace crema::cli {

struct LoadLogOptions {
  std::string format = "text";    // text, json or raw
  std::string output = "stderr";  // stderr, stdout, none or file=PATH
  bool verbose = false;           // debug entries too
};

// May be written to from any thread.
class LoadLog {
 public:
  LoadLog(const sys::Host& host, LoadLogOptions options);
  void write(const load::LogEntry& entry);
  // Draws lines below the log, over those of the last time; none takes them away. Only where the
  // log goes to a terminal.
  void show(std::vector<std::string> lines);
  bool terminal() const { return terminal_; }
  bool colour() const { return colour_; }

 private:
  std::string line_of(const load::LogEntry& entry) const;
  std::string text_line(const load::LogEntry& entry) const;
  std::string terminal_line(const load::LogEntry& entry) const;

  const sys::Host& host_;
  LoadLogOptions options_;
  bool terminal_ = false;
  bool colour_ = false;
  sys::MonotonicTime started_;
  struct Out {
    std::FILE* file = nullptr;
    std::vector<std::string> shown;
  };
  static std::string erasure(const Out& out);
  static std::string drawing(const Out& out);

  Sync<Out> out_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> own_{nullptr, std::fclose};
};

}  // namespace crema::cli
