# Turns text files into one .cc: `std::string_view <namespace>::embedded(std::string_view name)`.
# crema_embed(<target> <namespace> <files...>): names are the files' names without their folder.
function(crema_embed TARGET NAMESPACE)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${TARGET}_embedded.cc)
  set(inputs)
  foreach(file IN LISTS ARGN)
    list(APPEND inputs ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed.py ${NAMESPACE} ${output} ${inputs}
    DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/tools/embed.py
    VERBATIM)
  target_sources(${TARGET} PRIVATE ${output})
endfunction()

# Puts one file's bytes into a target: `std::string_view <namespace>::<function>()`.
# crema_embed_bytes(<target> <namespace> <function> <file>)
function(crema_embed_bytes TARGET NAMESPACE FUNCTION FILE)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${FUNCTION}.cc)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_bytes.py ${NAMESPACE} ${FUNCTION} ${output} ${FILE}
    DEPENDS ${FILE} ${CMAKE_SOURCE_DIR}/tools/embed_bytes.py
    VERBATIM)
  target_sources(${TARGET} PRIVATE ${output})
endfunction()
