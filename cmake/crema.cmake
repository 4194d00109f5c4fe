# How a room of crema becomes a library, and how its unit tests become ctest cases.

add_library(crema_flags INTERFACE)
target_compile_options(crema_flags INTERFACE -pthread -Wall -Wextra -Werror -Wno-missing-field-initializers
                       $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-designated-field-initializers>
                       -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_link_options(crema_flags INTERFACE -pthread)
if(CREMA_SANITIZE)
  target_compile_options(crema_flags INTERFACE -fsanitize=${CREMA_SANITIZE} -fno-omit-frame-pointer
                                               -fno-sanitize-recover=all)
  target_link_options(crema_flags INTERFACE -fsanitize=${CREMA_SANITIZE})
endif()

# crema_module(<room> SRCS <files> [DEPS <rooms>] [LINK <third-party targets>])
# DEPS are the rooms it may include; LINK stays private to its .cc files. The part of a room is
# named with its folder, `load/core`, and is the target crema::load_core.
function(crema_module ROOM)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SRCS;DEPS;LINK")
  string(REPLACE "/" "_" NAME ${ROOM})
  list(TRANSFORM ARG_DEPS REPLACE "/" "_")
  add_library(crema_${NAME} STATIC ${ARG_SRCS})
  add_library(crema::${NAME} ALIAS crema_${NAME})
  target_include_directories(crema_${NAME} PUBLIC include PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  list(TRANSFORM ARG_DEPS PREPEND crema::)
  target_link_libraries(crema_${NAME} PUBLIC ${ARG_DEPS} PRIVATE crema_flags ${ARG_LINK})
  crema_precompile(crema_${NAME} rooms ${crema_common_headers})
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/unit/${ROOM}/*_test.cc)
  if(CREMA_TESTS AND tests)
    add_executable(${NAME}_test ${tests})
    target_include_directories(${NAME}_test PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}
                                                    ${CMAKE_SOURCE_DIR}/tests/unit)
    target_link_libraries(${NAME}_test PRIVATE crema::${NAME} crema_flags GTest::gmock
                                               GTest::gtest_main ${ARG_LINK})
    target_compile_definitions(${NAME}_test PRIVATE CREMA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    crema_precompile(${NAME}_test tests ${crema_common_headers} <gmock/gmock.h> <gtest/gtest.h>)
    # Rows of a table are numbered: shown as values they would be named after addresses, which are
    # others in each run.
    gtest_discover_tests(${NAME}_test NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60
                         PROPERTIES TIMEOUT 120 LABELS unit)
  endif()
endfunction()
