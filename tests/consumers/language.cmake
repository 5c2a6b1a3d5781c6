# Compiles every header of the library in one unit: accepted with the newest language standard and without run-time type
# information, and rejected with a single message for standards older than C++20.
#
#   cmake -DSOURCE_DIR=... -DCOMPILER=... -DEIGEN=... -DOPENCV=... -DNEWEST=c++23 -P language.cmake
cmake_minimum_required(VERSION 3.25)
file(GLOB_RECURSE headers RELATIVE ${SOURCE_DIR}/include LIST_DIRECTORIES false ${SOURCE_DIR}/include/fgagt/*.hpp)
list(TRANSFORM headers REPLACE "(.+)" "#include <\\1>\n")
string(JOIN "" unit ${headers})
file(WRITE ${BUILD_DIR}/language.cpp "${unit}")

function(compile flags result_variable error_variable)
    separate_arguments(flags UNIX_COMMAND "${flags}")
    execute_process(COMMAND ${COMPILER} ${flags} -fsyntax-only -I${SOURCE_DIR}/include -isystem ${EIGEN} -isystem ${OPENCV}
                            ${BUILD_DIR}/language.cpp
                    RESULT_VARIABLE result ERROR_VARIABLE error)
    set(${result_variable} "${result}" PARENT_SCOPE)
    set(${error_variable} "${error}" PARENT_SCOPE)
endfunction()

compile("-std=${NEWEST} -fno-rtti -Wall -Wextra -Werror" result error)
if(NOT result EQUAL 0)
    message(SEND_ERROR "-std=${NEWEST} -fno-rtti:\n${error}")
endif()

compile("-std=c++17" result error)
string(REGEX MATCHALL "[^\n]*error:[^\n]*" errors "${error}")
list(LENGTH errors count)
if(result EQUAL 0 OR NOT error MATCHES "fgagt needs C\\+\\+20: compile with -std=c\\+\\+20" OR count GREATER 2)
    message(SEND_ERROR "-std=c++17: expected a single message followed by a stop, got ${count} errors:\n${error}")
endif()
