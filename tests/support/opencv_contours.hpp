#pragma once

// OpenCV's functions for contours and polygons, which are in imgproc up to OpenCV 4.
#if __has_include(<opencv2/geometry.hpp>)
#include <opencv2/geometry.hpp>
#else
#include <opencv2/imgproc.hpp>
#endif
