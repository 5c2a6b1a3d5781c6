# Target `coverage`: runs the tests and reports which lines and branches of include/ they cover, as a table and as HTML pages in
# the build folder's coverage/. Fails below 95 % of the lines or 85 % of the branches. Needs the flags of the preset `coverage`.
find_program(FGAGT_LLVM_PROFDATA NAMES llvm-profdata llvm-profdata-14)
find_program(FGAGT_LLVM_COV NAMES llvm-cov llvm-cov-14)
find_package(Python3 COMPONENTS Interpreter QUIET)

set(coverage_dir ${PROJECT_BINARY_DIR}/coverage)
set(coverage_script ${CMAKE_CURRENT_LIST_DIR}/coverage/measure.py)
set(coverage_objects)
foreach(folder tests examples)
    get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
    foreach(target IN LISTS targets)
        get_target_property(type ${target} TYPE)
        if(type STREQUAL EXECUTABLE)
            list(APPEND coverage_objects ${target})
        endif()
    endforeach()
endforeach()
list(TRANSFORM coverage_objects REPLACE "(.+)" "$<TARGET_FILE:\\1>" OUTPUT_VARIABLE coverage_files)

set(coverage_tools)
if(FGAGT_LLVM_PROFDATA AND FGAGT_LLVM_COV AND Python3_FOUND AND CMAKE_CXX_FLAGS MATCHES "-fcoverage-mapping")
    set(coverage_tools ON)
endif()
fgagt_add_check(
    coverage "${coverage_tools}" "the preset coverage, clang, llvm and Python 3"
    COMMAND Python3::Interpreter ${coverage_script} --ctest ${CMAKE_CTEST_COMMAND} --profdata ${FGAGT_LLVM_PROFDATA} --cov
            ${FGAGT_LLVM_COV} --build ${PROJECT_BINARY_DIR} --sources ${PROJECT_SOURCE_DIR}/include --lines 95 --branches 85
            ${coverage_files}
    DEPENDS ${coverage_objects}
    USES_TERMINAL)
