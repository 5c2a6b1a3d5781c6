# A component that lacks a member is rejected with an error whose first ten lines name that member.
#
#   cmake -DSOURCE_DIR=... -DCOMPILER=... -DEIGEN=... -DOPENCV=... -P missing_member.cmake
cmake_minimum_required(VERSION 3.25)

function(expect_missing component member)
    execute_process(COMMAND ${COMPILER} -std=c++20 -fsyntax-only -I${SOURCE_DIR}/include -isystem ${EIGEN} -isystem ${OPENCV}
                            ${SOURCE_DIR}/tests/consumers/incomplete/${component}.cpp
                    RESULT_VARIABLE result ERROR_VARIABLE error)
    if(result EQUAL 0)
        message(FATAL_ERROR "a ${component} without ${member} was accepted")
    endif()
    string(REPLACE ";" "," error "${error}")
    string(REPLACE "\n" ";" lines "${error}")
    list(SUBLIST lines 0 10 first_lines)
    if(NOT first_lines MATCHES "has_${member}" OR NOT first_lines MATCHES "Mine")
        message(FATAL_ERROR "the first ten lines of the error do not name ${member}:\n${error}")
    endif()
endfunction()

expect_missing(pooler pool)
expect_missing(motion_model predict)
expect_missing(backbone extract)
