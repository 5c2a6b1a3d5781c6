# Builds and runs a user's program that uses the library in one of seven ways, the first program of the README, or
# the trackers of the page on migration.
#
#   cmake -DWAY=find_package|add_subdirectory|fetch_content|include_path|pkg_config|debian_package|single_header|readme|migration
#         -DSOURCE_DIR=... -DBUILD_DIR=... -DCOMPILER=... -DFLAGS=... -DEIGEN=... -DOPENCV=... -P consume.cmake
cmake_minimum_required(VERSION 3.25)
set(consumers ${SOURCE_DIR}/tests/consumers)
set(fgagt_build ${BUILD_DIR}/../..)
set(folder ${BUILD_DIR}/${WAY})
file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${folder})

set(tool_pkg_config pkg-config)
set(tool_debian_package dpkg-deb)
if(DEFINED tool_${WAY})
    find_program(tool ${tool_${WAY}})
    if(NOT tool)
        message("SKIPPED: the program ${tool_${WAY}} is not installed")
        return()
    endif()
endif()

# Installs to a folder that is then renamed: no file may contain the original path.
function(install_to prefix)
    execute_process(COMMAND ${CMAKE_COMMAND} --install ${fgagt_build} --prefix ${folder}/first
                    COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
    file(RENAME ${folder}/first ${prefix})
endfunction()

# Installs only headers and the files to find them, no tests, programs or recipes.
function(expect_library_in prefix)
    file(GLOB_RECURSE files RELATIVE ${prefix} ${prefix}/*)
    set(others ${files})
    list(FILTER others EXCLUDE REGEX "^include/fgagt/[a-z0-9_/]+\\.hpp$|^share/cmake/fgagt/fgagt[A-Za-z-]+\\.cmake$")
    list(REMOVE_ITEM others share/pkgconfig/fgagt.pc ${ARGN})
    if(others)
        message(FATAL_ERROR "installed beside the library: ${others}")
    endif()
    foreach(file include/fgagt/fgagt.hpp share/cmake/fgagt/fgagtConfig.cmake share/pkgconfig/fgagt.pc ${ARGN})
        if(NOT file IN_LIST files)
            message(FATAL_ERROR "${file} is not installed")
        endif()
    endforeach()
endfunction()

# With only the compiler.
function(compile)
    string(REPLACE " " ";" flags "${FLAGS}")
    execute_process(COMMAND ${COMPILER} -std=c++20 ${flags} ${ARGN} -o ${folder}/stranger COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# With a project in a folder beside this file.
function(build project)
    execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -S ${consumers}/${project} -B ${folder}/build
                            -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_FLAGS=${FLAGS} ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${CMAKE_COMMAND} --build ${folder}/build COMMAND_ERROR_IS_FATAL ANY)
    file(RENAME ${folder}/build/stranger ${folder}/stranger)
endfunction()

function(consume_find_package)
    install_to(${folder}/installed)
    expect_library_in(${folder}/installed)
    build(find_package -DCMAKE_PREFIX_PATH=${folder}/installed)
endfunction()

function(consume_add_subdirectory)
    file(COPY ${EIGEN}/Eigen DESTINATION ${folder}/own_eigen)
    build(add_subdirectory -DFGAGT_SOURCE=${SOURCE_DIR} -DOWN_EIGEN=${folder}/own_eigen)
endfunction()

function(consume_fetch_content)
    build(fetch_content -DFGAGT_SOURCE=${SOURCE_DIR})
endfunction()

function(consume_include_path)
    compile(-I${SOURCE_DIR}/include -isystem ${EIGEN} -isystem ${OPENCV} ${consumers}/main.cpp -lopencv_imgproc -lopencv_core)
endfunction()

# Links only the required libraries of OpenCV.
function(consume_pkg_config)
    install_to(${folder}/installed)
    set(ENV{PKG_CONFIG_PATH} ${folder}/installed/share/pkgconfig)
    execute_process(COMMAND ${tool} --cflags --libs fgagt OUTPUT_VARIABLE options OUTPUT_STRIP_TRAILING_WHITESPACE
                    COMMAND_ERROR_IS_FATAL ANY)
    string(REGEX MATCHALL "opencv_[a-z0-9]+" libraries "${options}")
    list(SORT libraries)
    if(NOT libraries STREQUAL "opencv_core;opencv_imgproc")
        message(FATAL_ERROR "expected to link OpenCV's core and imgproc, got ${options}")
    endif()
    separate_arguments(options UNIX_COMMAND "${options}")
    compile(${consumers}/main.cpp ${options})
endfunction()

function(consume_debian_package)
    execute_process(COMMAND ${CMAKE_CPACK_COMMAND} -G DEB --config ${fgagt_build}/CPackConfig.cmake -B ${folder}
                    COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
    file(GLOB package ${folder}/libfgagt-dev_*_all.deb)
    execute_process(COMMAND ${tool} -x ${package} ${folder}/root COMMAND_ERROR_IS_FATAL ANY)
    set(doc share/doc/libfgagt-dev)
    expect_library_in(${folder}/root/usr ${doc}/copyright ${doc}/changelog.Debian.gz ${doc}/changelog.gz)
    build(find_package -DCMAKE_PREFIX_PATH=${folder}/root/usr)
endfunction()

# Alone: without the other headers.
function(consume_single_header)
    foreach(copy fgagt again)
        execute_process(COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${SOURCE_DIR} -DOUTPUT=${folder}/${copy}/fgagt.hpp
                                -P ${SOURCE_DIR}/cmake/single_header.cmake COMMAND_ERROR_IS_FATAL ANY)
    endforeach()
    file(READ ${folder}/fgagt/fgagt.hpp header)
    file(READ ${folder}/again/fgagt.hpp again)
    if(NOT header STREQUAL again)
        message(FATAL_ERROR "two runs made different single headers")
    endif()
    foreach(foreign "#include <fgagt/" "#pragma once" ${SOURCE_DIR})
        string(FIND "${header}" "${foreign}" position)
        if(NOT position EQUAL -1)
            message(FATAL_ERROR "the single header contains ${foreign}")
        endif()
    endforeach()
    compile(-I${folder} -isystem ${EIGEN} -isystem ${OPENCV} ${consumers}/main.cpp ${consumers}/single_header/second_unit.cpp
            -lopencv_imgproc -lopencv_core)
endfunction()

# The README's first program, copied verbatim.
function(consume_readme)
    install_to(${folder}/installed)
    file(READ ${SOURCE_DIR}/README.md text)
    string(REGEX MATCH "```cpp\n([^`]*)```" block "${text}")
    file(WRITE ${folder}/readme.cpp "${CMAKE_MATCH_1}")
    build(find_package -DCMAKE_PREFIX_PATH=${folder}/installed -DSTRANGER=${folder}/readme.cpp)
endfunction()

# The trackers of the page on migration; an indented block is the body of a function.
function(consume_migration)
    file(READ ${SOURCE_DIR}/cmake/docs/migration.md text)
    string(REPLACE ";" "@semicolon@" text "${text}")
    string(REGEX MATCHALL "```cpp\n[^`]*```" blocks "${text}")
    set(program "#include <fgagt/fgagt.hpp>\n")
    foreach(block IN LISTS blocks)
        string(REGEX REPLACE "```(cpp\n)?" "" block "${block}")
        if(block MATCHES "^    ")
            set(block "void reid(fgagt::DefaultAssociationOptions association) {\n${block}}\n")
        endif()
        string(APPEND program "${block}")
    endforeach()
    string(APPEND program "int main() { byte_track(), bot_sort(), oc_sort(), reid({})@semicolon@ }\n")
    string(REPLACE "@semicolon@" ";" program "${program}")
    file(WRITE ${folder}/migration.cpp "${program}")
    compile(-I${SOURCE_DIR}/include -isystem ${EIGEN} -isystem ${OPENCV} ${folder}/migration.cpp -lopencv_imgproc -lopencv_core)
endfunction()

cmake_language(CALL consume_${WAY})
execute_process(COMMAND ${folder}/stranger OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(WAY STREQUAL "readme")
    if(NOT output MATCHES "^(frame [0-9]+: ID [1-9][0-9]* at x = -?[0-9]+, y = -?[0-9]+\n)+$")
        message(FATAL_ERROR "expected the README's program to print tracks, got:\n${output}")
    endif()
    return()
endif()
if(WAY STREQUAL "migration") # constructing them has checked their options
    return()
endif()
if(NOT output STREQUAL "1\n1\n1\n")
    message(FATAL_ERROR "expected the object to keep the ID 1 for three frames, got:\n${output}")
endif()
