# The standard headers that nearly every file includes, compiled once per preset and not once per
# file: it halves the time of a build. The preset `gcc` builds without it, so that a file which
# does not include what it uses is found there.
option(CREMA_PRECOMPILE "Compile the common headers once" ON)

set(crema_common_headers
  <algorithm> <array> <charconv> <chrono> <condition_variable> <filesystem> <functional> <map>
  <memory> <mutex> <optional> <set> <span> <stop_token> <string> <string_view> <thread>
  <unordered_map> <variant> <vector> <fmt/format.h> <tl/expected.hpp>)

# crema_precompile(<target> <set> <headers...>): targets that name one set share its headers.
function(crema_precompile TARGET SET)
  if(NOT CREMA_PRECOMPILE)
    return()
  endif()
  get_property(owner GLOBAL PROPERTY crema_precompiled_${SET})
  if(owner)
    target_precompile_headers(${TARGET} REUSE_FROM ${owner})
  else()
    target_precompile_headers(${TARGET} PRIVATE ${ARGN})
    set_property(GLOBAL PROPERTY crema_precompiled_${SET} ${TARGET})
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    # Without the time in it, ccache can tell that it is the same.
    target_compile_options(${TARGET} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
endfunction()
