# Build settings for the project's own tests and programs; never exported.
add_library(fgagt_development INTERFACE)
target_link_libraries(fgagt_development INTERFACE fgagt::fgagt)
target_compile_options(
    fgagt_development
    INTERFACE $<IF:$<CXX_COMPILER_ID:MSVC>,/W4;/utf-8;/bigobj,-Wall;-Wextra;-Wpedantic;-Wconversion;-Wsign-conversion;-Wshadow>
              $<$<BOOL:${FGAGT_WARNINGS_AS_ERRORS}>:$<IF:$<CXX_COMPILER_ID:MSVC>,/WX,-Werror>>)
# OpenCV modules that have other names in OpenCV 5: contours and corners, transforms, and the HOG detector.
if(OpenCV_VERSION VERSION_LESS 5)
    set(fgagt_opencv_moved imgproc)
    set(fgagt_opencv_transforms calib3d)
    set(fgagt_opencv_hog objdetect)
else()
    set(fgagt_opencv_moved features geometry)
    set(fgagt_opencv_transforms geometry)
    set(fgagt_opencv_hog xobjdetect)
endif()
if(CMAKE_CXX_FLAGS MATCHES "-fsanitize=thread")
    target_sources(fgagt_development INTERFACE ${PROJECT_SOURCE_DIR}/tests/support/sanitized_threads.cpp)
endif()
