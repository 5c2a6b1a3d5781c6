# Makes one header of the trackers, learned weights, counting, drawing, and files as text: all that tracks and needs no more than
# Eigen and OpenCV's core and imgproc. The same headers give the same bytes.
#
#   cmake -DSOURCE_DIR=... -DOUTPUT=.../fgagt.hpp -P single_header.cmake
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/FgagtVersion.cmake)
set(parts fgagt/fgagt.hpp fgagt/graph_tracker.hpp fgagt/counting/counting.hpp fgagt/drawing/drawing.hpp fgagt/io/io.hpp)

set(done "")        # headers that are within the code already
set(system_headers "")
set(code "")

# Appends a header to the code, after those that it includes. What it includes under a condition, which can be system headers
# alone, stays where it is.
function(append_header header)
    if(header IN_LIST done)
        return()
    endif()
    list(APPEND done ${header})
    file(READ ${SOURCE_DIR}/include/${header} text)
    string(FIND "${text}" "\n#if" plain_length)
    if(plain_length EQUAL -1)
        string(LENGTH "${text}" plain_length)
    endif()
    string(SUBSTRING "${text}" 0 ${plain_length} plain)
    string(SUBSTRING "${text}" ${plain_length} -1 rest)
    if(rest MATCHES "#include <fgagt/")
        message(FATAL_ERROR "${header}: expected every #include <fgagt/...> before the first #if")
    endif()
    string(REGEX MATCHALL "#include <[^>]+>" includes "${plain}")
    foreach(include IN LISTS includes)
        string(REGEX REPLACE "#include <(.+)>" "\\1" included ${include})
        if(included MATCHES "^fgagt/")
            append_header(${included})
        else()
            list(APPEND system_headers ${included})
        endif()
    endforeach()
    string(REGEX REPLACE "#pragma once\n|#include <[^>]+>\n" "" plain "${plain}")
    string(STRIP "${plain}${rest}" text)
    if(text MATCHES "(^|\n)[^/\n]") # more than what a header of headers says of itself
        string(APPEND code "\n// ==== ${header}\n\n${text}\n")
    endif()
    foreach(name done system_headers code)
        set(${name} "${${name}}" PARENT_SCOPE)
    endforeach()
endfunction()

foreach(part IN LISTS parts)
    append_header(${part})
endforeach()

list(REMOVE_DUPLICATES system_headers)
list(SORT system_headers)
list(TRANSFORM system_headers REPLACE "(.+)" "#include <\\1>\n")
list(JOIN system_headers "" includes)

fgagt_read_version(version ${SOURCE_DIR})
file(READ ${SOURCE_DIR}/LICENSE licence)
string(STRIP "${licence}" licence)
string(REPLACE "\n" "\n// " licence "${licence}")
string(REPLACE "// \n" "//\n" licence "${licence}")
file(WRITE ${OUTPUT}
     "// fgagt ${version} as one header, made by cmake/single_header.cmake of the headers that are named below.\n//\n"
     "// ${licence}\n\n"
     "#ifndef FGAGT_SINGLE_HEADER\n#define FGAGT_SINGLE_HEADER\n\n${includes}${code}\n#endif // FGAGT_SINGLE_HEADER\n")
