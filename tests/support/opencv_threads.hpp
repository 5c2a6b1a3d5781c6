#pragma once

#include <opencv2/core/utility.hpp>

namespace fgagt::test {

/// Sets the number of OpenCV's threads for the lifetime of this object.
class OpenCvThreads {
public:
    explicit OpenCvThreads(int count) { cv::setNumThreads(count); }
    ~OpenCvThreads() { cv::setNumThreads(before_); }
    OpenCvThreads(const OpenCvThreads&) = delete;
    OpenCvThreads& operator=(const OpenCvThreads&) = delete;

private:
    int before_ = cv::getNumThreads();
};

} // namespace fgagt::test
