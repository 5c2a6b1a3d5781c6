#pragma once

// Headers for what OpenCV 5 has moved out of imgproc: contours, polygons and corners.
#include <opencv2/imgproc.hpp>
#if CV_VERSION_MAJOR >= 5
#include <opencv2/features.hpp>
#include <opencv2/geometry.hpp>
#endif
