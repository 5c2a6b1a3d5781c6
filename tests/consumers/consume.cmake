# Builds and runs a stranger's program that uses the library in one of four ways.
#
#   cmake -DWAY=find_package|add_subdirectory|fetch_content|include_path -DSOURCE_DIR=... -DBUILD_DIR=... -DCOMPILER=...
#         -DFLAGS=... -DEIGEN=... -DOPENCV=... -P consume.cmake
cmake_minimum_required(VERSION 3.25)
set(consumers ${SOURCE_DIR}/tests/consumers)
set(folder ${BUILD_DIR}/${WAY})
file(REMOVE_RECURSE ${folder})
file(MAKE_DIRECTORY ${folder})

if(WAY STREQUAL "include_path")
    string(REPLACE " " ";" flags "${FLAGS}")
    execute_process(COMMAND ${COMPILER} -std=c++20 ${flags} -I${SOURCE_DIR}/include -isystem ${EIGEN} -isystem ${OPENCV}
                            ${consumers}/main.cpp -o ${folder}/stranger -lopencv_imgproc -lopencv_core COMMAND_ERROR_IS_FATAL ANY)
else()
    set(way_options -DFGAGT_SOURCE=${SOURCE_DIR})
    if(WAY STREQUAL "find_package")
        execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD_DIR}/../.. --prefix ${folder}/installed
                        COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
        set(way_options -DCMAKE_PREFIX_PATH=${folder}/installed)
    elseif(WAY STREQUAL "add_subdirectory")
        file(COPY ${EIGEN}/Eigen DESTINATION ${folder}/own_eigen)
        list(APPEND way_options -DOWN_EIGEN=${folder}/own_eigen)
    endif()
    execute_process(COMMAND ${CMAKE_COMMAND} -G Ninja -S ${consumers}/${WAY} -B ${folder}/build -DCMAKE_CXX_COMPILER=${COMPILER}
                            -DCMAKE_CXX_FLAGS=${FLAGS} ${way_options} COMMAND_ERROR_IS_FATAL ANY)
    execute_process(COMMAND ${CMAKE_COMMAND} --build ${folder}/build COMMAND_ERROR_IS_FATAL ANY)
    file(RENAME ${folder}/build/stranger ${folder}/stranger)
endif()

execute_process(COMMAND ${folder}/stranger OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output STREQUAL "1\n1\n1\n")
    message(FATAL_ERROR "expected the object to keep the id 1 for three frames, got:\n${output}")
endif()
