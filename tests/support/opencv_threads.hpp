#pragma once

#include <opencv2/core/utility.hpp>

namespace fgagt::test {

/// While it lives, OpenCV may use so many threads.
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
