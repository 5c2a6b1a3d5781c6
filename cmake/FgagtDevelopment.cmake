# What only the project's own tests and programs are built with; never exported.
add_library(fgagt_development INTERFACE)
target_link_libraries(fgagt_development INTERFACE fgagt::fgagt)
target_compile_options(
    fgagt_development INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
                                $<$<BOOL:${FGAGT_WARNINGS_AS_ERRORS}>:-Werror>)
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread")
    target_sources(fgagt_development INTERFACE ${PROJECT_SOURCE_DIR}/tests/support/sanitized_threads.cpp)
endif()
