# Minimum versions of Eigen and OpenCV. They are compared here instead of in find_package, because the version files of both
# reject every major version except the requested one.
set(fgagt_eigen_version 3.4)
set(fgagt_opencv_version 4.5.4)

function(fgagt_require_version library version least folder)
    if(version VERSION_LESS least)
        message(FATAL_ERROR "fgagt needs ${library} ${least} or later, found ${version} in ${folder}")
    endif()
endfunction()
