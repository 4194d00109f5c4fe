# crema_third_party(<name> <variable>): the folder of a source package that third_party/sources.txt
# pins; fetched from its registry on first use.
function(crema_third_party NAME VARIABLE)
  execute_process(
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/third_party.py ${NAME}
    OUTPUT_VARIABLE folder OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/third_party/sources.txt)
  set(${VARIABLE} ${folder} PARENT_SCOPE)
endfunction()
