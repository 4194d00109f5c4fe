// A scan from a request to what it found: scanners made, one pass, waivers, the comparison with
// where a branch began, and what is one thing to do.
#pragma once

#include "crema/base/result.h"
#include "crema/evidence/record.h"
#include "crema/scan/core/tree_scan.h"
#include "crema/scan/scan_settings.h"
#include "crema/scan/waivers/waiver.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace crema::scan {

// Where a scan looks. Beside the tree itself there are only scanners of single files.
enum class ScanSource : std::uint8_t {
  tree,
  commits,  // what `range` added
  staged,   // what the index adds to HEAD
  history,  // all that any reference reaches
  text,     // `text`, under the name "stdin"
};

struct ScanRequest {
  ScanSettings settings;  // its root is what is scanned
  ScanSource source = ScanSource::tree;
  std::string range;  // "main..HEAD"
  std::string text;
  bool in_hook = false;               // of git: its environment says which index and objects
  std::vector<std::string> families;  // empty: all
  std::vector<std::string> below;     // as WalkOptions has it
  std::filesystem::path cache;        // a folder; empty for none
  // A branch, tag or commit: what is there where the tree's history and its meet is known.
  std::string base;
  std::set<std::string, std::less<>> known;  // fingerprints of a baseline
  std::vector<Waiver> waivers;               // beside those of the tree's files
  bool use_markers = true;                   // comments and annotations that take findings back
  bool use_waiver_files = true;
  std::size_t threads = 1;
  std::function<void(std::size_t done, std::size_t all)> on_progress;
  std::stop_token stop;
};

// One scanner that took part.
struct ScannerUse {
  std::string name, family;
  std::vector<std::string> rules;  // ids of those that were looked for
  std::string data;                // what it knows beside them
};

struct ScanOutcome {
  // In the order of their places; with fingerprints, states and incidents.
  std::vector<Found> found;
  std::vector<NotScanned> not_scanned;
  std::vector<NotScanned> accepted;  // not scanned either, and a waiver of its code lets that be
  std::vector<Diagnostic> warnings;  // waivers that are over or cover nothing, names nobody knows
  std::vector<ScannerUse> scanners;
  std::vector<Rule> rules;  // of all of them, by id
  std::uint64_t files = 0, bytes = 0;
  std::uint64_t ignored = 0;     // paths left out by ignore files
  std::uint64_t from_cache = 0;  // files that were not read
  std::string base;              // the commit it was compared with; "" for none
  bool interrupted = false;
};

// Errors are those of walk_tree, of settings, of waiver files, "scan/base" where there is no such
// revision, and "scan/rule" where a rule is asked for that nobody has.
Result<ScanOutcome> run_scan(const ScanRequest& request);

// The rules of all scanners that the request asks for, those that are off too, by id.
Result<std::vector<Rule>> all_rules(const ScanRequest& request);

// As evidence: a scan for each family that took part.
std::vector<evidence::Scan> evidence_of(const ScanOutcome& outcome, std::string_view version);

}  // namespace crema::scan
