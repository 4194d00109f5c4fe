// The table of options: what each is called in JSON, in the environment and on the command line,
// and how it is read, overridden and written.
#pragma once

#include "option_input.h"

#include "crema/load/schedule/options.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace crema::load {

enum class OptionPlace : std::uint8_t {
  anywhere,
  not_in_scripts,  // a script that has it is told that it is unknown
  not_in_json,     // in neither scripts nor config files, nor in what is written
};

struct OptionRow {
  std::string_view key;
  std::string_view environment;  // "" when there is no variable for it
  OptionFlag flag;               // without a name when there is no flag for it
  OptionPlace place;
  void (*read_json)(const JsonInput&, OptionSource, Options&);
  // None where k6 has a variable that cannot be used.
  void (*read_text)(const TextInput&, OptionSource, Options&);
  void (*override_with)(Options& lower, const Options& higher);
  bool (*written)(const Options&);
  Json (*write)(const Options&);  // null where there is no value
};

// In k6's order.
std::span<const OptionRow> option_table();

// Whether k6 writes the option's default too.
bool shows_default(const OptionRow& row);

}  // namespace crema::load
