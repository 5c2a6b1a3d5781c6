# Targets `format` (reformats), `format_check` and `tidy` (both fail on violations) apply .clang-format and .clang-tidy to all
# of the project's own sources.
find_program(FGAGT_CLANG_FORMAT NAMES clang-format clang-format-14)
find_program(FGAGT_RUN_CLANG_TIDY NAMES run-clang-tidy run-clang-tidy-14)

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
file(GLOB_RECURSE fgagt_sources CONFIGURE_DEPENDS include/*.hpp examples/*.hpp examples/*.cpp tests/*.hpp tests/*.cpp)

function(fgagt_add_check name tool package)
    if(NOT tool)
        set(ARGN COMMAND ${CMAKE_COMMAND} -E echo "The target ${name} needs ${package}: install it and configure again"
                 COMMAND ${CMAKE_COMMAND} -E false)
    endif()
    add_custom_target(${name} ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} VERBATIM)
endfunction()

fgagt_add_check(format "${FGAGT_CLANG_FORMAT}" clang-format COMMAND ${FGAGT_CLANG_FORMAT} -i ${fgagt_sources})
fgagt_add_check(format_check "${FGAGT_CLANG_FORMAT}" clang-format
                COMMAND ${FGAGT_CLANG_FORMAT} --dry-run --Werror ${fgagt_sources})
fgagt_add_check(tidy "${FGAGT_RUN_CLANG_TIDY}" clang-tidy COMMAND ${FGAGT_RUN_CLANG_TIDY} -quiet -p ${PROJECT_BINARY_DIR})
