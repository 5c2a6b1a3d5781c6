# The README's test command is what continuous integration runs, and both of its commands name every package that the build asks for.
#
#   cmake -DSOURCE_DIR=... -P readme_test.cmake
cmake_minimum_required(VERSION 3.25)
file(READ ${SOURCE_DIR}/.ci/run ci)
foreach(preset test demo)
    file(STRINGS ${SOURCE_DIR}/README.md commands
         REGEX "apt-get install .* && cmake --workflow --preset ${preset}$")
    list(LENGTH commands count)
    if(NOT count EQUAL 1)
        message(FATAL_ERROR "README.md holds ${count} commands that install and run the preset '${preset}', expected 1")
    endif()
    foreach(package g++ cmake ninja-build libeigen3-dev libopencv-dev libcli11-dev nlohmann-json3-dev)
        string(FIND "${commands}" " ${package}" position)
        if(position EQUAL -1)
            message(FATAL_ERROR "README.md: the command for '${preset}' does not install ${package}")
        endif()
    endforeach()
    set(command_${preset} "${commands}")
endforeach()
string(FIND "${ci}" "\n${command_test}\n" position)
if(position EQUAL -1)
    message(FATAL_ERROR ".ci/run does not run the README's test command:\n${command_test}")
endif()
