# Checks that the changelogs and package recipes agree with the library and its build: version, description, and minimum
# versions of Eigen and OpenCV.
#
#   cmake -DSOURCE_DIR=... -P packaging_test.cmake
cmake_minimum_required(VERSION 3.25)
set(packaging ${SOURCE_DIR}/cmake/packaging)

# Sets a variable to the first parenthesised match of a regular expression in a file.
function(take variable file regex)
    file(READ ${file} text)
    if(NOT text MATCHES "${regex}")
        message(FATAL_ERROR "${file}: expected ${regex}")
    endif()
    set(${variable} "${CMAKE_MATCH_1}" PARENT_SCOPE)
endfunction()

function(expect what file regex expected)
    take(found ${file} "${regex}")
    if(NOT found STREQUAL expected)
        message(SEND_ERROR "${file}: expected the ${what} '${expected}', found '${found}'")
    endif()
endfunction()

foreach(part MAJOR MINOR PATCH)
    take(${part} ${SOURCE_DIR}/include/fgagt/version.hpp "#define FGAGT_VERSION_${part} ([0-9]+)\n")
endforeach()
set(version ${MAJOR}.${MINOR}.${PATCH})
take(release ${SOURCE_DIR}/cmake/FgagtPackage.cmake "CPACK_DEBIAN_PACKAGE_RELEASE ([^)]+)")
expect(version ${SOURCE_DIR}/CHANGELOG.md "\n## ([^ ,\n]+)" ${version})
expect(version ${packaging}/debian/changelog "^fgagt \\(([^)]+)\\)" ${version}-${release})
expect(version ${packaging}/vcpkg/fgagt/vcpkg.json "\"version\": \"([^\"]+)\"" ${version})

take(description ${SOURCE_DIR}/CMakeLists.txt "DESCRIPTION \"([^\"]+)\"")
expect(description ${packaging}/vcpkg/fgagt/vcpkg.json "\"description\": \"([^\"]+)\"" "${description}")
expect(description ${packaging}/conan/conanfile.py "description = \"([^\"]+)\"" "${description}")

foreach(library eigen opencv)
    take(least ${SOURCE_DIR}/cmake/FgagtDependencies.cmake "fgagt_${library}_version ([0-9.]+)")
    expect("minimum version of ${library}" ${packaging}/conan/conanfile.py "\"${library}/\\[>=([0-9.]+)" ${least})
endforeach()
