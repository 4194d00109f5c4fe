// The events that can start a workflow, with the filters and activity types each of them knows.
// Source: GitHub's documentation "Events that trigger workflows".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace crema::workflow {

struct EventKind {
  std::string_view name;
  std::string_view filters;  // keys besides `types`, separated by blanks
  std::string_view types;    // activity types, separated by blanks; "*": any text
};

// nullptr: there is no such event.
const EventKind* find_event(std::string_view name);
const std::vector<std::string>& event_names();

// Whether a blank-separated list of names holds a name.
bool lists(std::string_view names, std::string_view name);

}  // namespace crema::workflow
