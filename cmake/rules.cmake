# Puts all pages of rules/<FOLDER> into a room: `std::span<const crema::scan::RulePage>
# crema::scan::<FUNCTION>()`, in the order of their names. A new page is found by itself.
# crema_rules(<target> <function> <folder>)
function(crema_rules TARGET FUNCTION FOLDER)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${FUNCTION}.cc)
  file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/rules/${FOLDER}/*.md)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_rules.py ${FUNCTION} ${output}
            ${CMAKE_SOURCE_DIR}/rules/${FOLDER}
    DEPENDS ${pages} ${CMAKE_SOURCE_DIR}/tools/embed_rules.py
    VERBATIM)
  target_sources(${TARGET} PRIVATE ${output})
endfunction()
