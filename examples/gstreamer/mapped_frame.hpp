#pragma once

#include <opencv2/core.hpp>

#include <cstddef>
#include <gst/video/video.h>
#include <stdexcept>
#include <string>

namespace fgagt::examples {

/// The formats that OpenCV can use without conversion, in the syntax of caps.
#define FGAGT_OPENCV_FORMATS "{ BGR, BGRx, BGRA, GRAY8 }"

/// Maps the pixels of a buffer as a read-only OpenCV image for the lifetime of this object.
class MappedFrame {
public:
    /// @param info  describes the buffer's video, in one of the formats above
    /// @throws std::runtime_error  the memory cannot be read or is too small for a frame
    MappedFrame(GstBuffer* buffer, const GstVideoInfo& info) {
        if (gst_video_frame_map(&frame_, &info, buffer, GST_MAP_READ) == FALSE)
            throw std::runtime_error("MappedFrame: expected a buffer that holds a frame of " +
                                     std::to_string(info.width) + " x " + std::to_string(info.height) +
                                     " in memory that can be read; put videoconvert before this element");
        const int type = CV_8UC(GST_VIDEO_FRAME_COMP_PSTRIDE(&frame_, 0));
        image_ = cv::Mat(info.height, info.width, type, GST_VIDEO_FRAME_PLANE_DATA(&frame_, 0),
                         static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame_, 0)));
    }
    ~MappedFrame() { gst_video_frame_unmap(&frame_); }
    MappedFrame(const MappedFrame&) = delete;
    MappedFrame& operator=(const MappedFrame&) = delete;

    [[nodiscard]] const cv::Mat& image() const { return image_; } ///< CV_8UC1, CV_8UC3 or CV_8UC4

private:
    GstVideoFrame frame_;
    cv::Mat image_;
};

} // namespace fgagt::examples
