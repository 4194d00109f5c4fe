# The report's page: web/ built by Vite to one HTML file, which becomes part of the program.
find_program(CREMA_CHROMIUM NAMES chromium chromium-browser google-chrome)

file(GLOB_RECURSE crema_web_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/src/*)
list(APPEND crema_web_sources ${CMAKE_SOURCE_DIR}/web/index.html ${CMAKE_SOURCE_DIR}/web/vite.config.ts
            ${CMAKE_SOURCE_DIR}/web/package-lock.json ${CMAKE_SOURCE_DIR}/tools/web.py)

# crema_web_page(<target> <namespace>): adds `<namespace>::embedded("index.html")`.
function(crema_web_page TARGET NAMESPACE)
  set(stage ${CMAKE_BINARY_DIR}/web)
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${TARGET}_page.cc)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/web.py --stage ${stage} build --logLevel warn
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed.py ${NAMESPACE} ${output}
            ${stage}/dist/index.html
    DEPENDS ${crema_web_sources} ${CMAKE_SOURCE_DIR}/tools/embed.py
    COMMENT "Building the report's page"
    VERBATIM)
  target_sources(${TARGET} PRIVATE ${output})
endfunction()
