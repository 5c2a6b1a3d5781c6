#pragma once

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#if CV_VERSION_MAJOR >= 5
#include <opencv2/xobjdetect.hpp>
#else
#include <opencv2/objdetect.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace fgagt::examples {

/// Detects standing and walking people with OpenCV's built-in detector (Dalal and Triggs, "Histograms of
/// oriented gradients for human detection", 2005). It needs no model file and no download.
///
/// Frames are enlarged by up to 1.5, but to at most a megapixel, so that the time per frame hardly depends on
/// the frame size. The smallest detectable person is then 64 pixels high in a frame of 768 x 576 and 140
/// pixels high in one of 1920 x 1080.
///
/// The constants below were fitted to two public sequences, PETS S3-MF1 and TUD-Campus.
class HogDetector {
public:
    HogDetector() { hog_.setSVMDetector(cv::HOGDescriptor::getDefaultPeopleDetector()); }

    /// @param frame  CV_8UC1, CV_8UC3 (BGR) or CV_8UC4 (BGRA)
    /// @return       people, best score first; a score estimates the precision of such detections
    [[nodiscard]] std::vector<Detection> detect(const cv::Mat& frame) {
        const double scale =
            std::min(kLargestScale, std::sqrt(kWorkingPixels / static_cast<double>(frame.total())));
        to_grey(frame);
        cv::resize(grey_, enlarged_, {}, scale, scale, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
        hog_.detectMultiScale(enlarged_, rectangles_, margins_, kLeastMargin, kStride, kPadding, kLevelRatio,
                              /*groupThreshold=*/0);
        sort_by_margin(static_cast<float>(scale));

        std::vector<Detection> people;
        for (std::size_t i = 0; i < windows_.size(); ++i)
            if (!merged_[i]) people.push_back(merge_around(i));
        return people;
    }

private:
    static constexpr double kLargestScale = 1.5, kWorkingPixels = 1e6;
    // Margin of the support vector machine; a score of 0.07.
    static constexpr double kLeastMargin = 0;
    // Ratio of the searched sizes; 1.05 is no better and three times slower.
    static constexpr double kLevelRatio = 1.2;
    // At this IoU two windows show the same person.
    static constexpr double kOverlap = .45;
    inline static const cv::Size kStride{8, 8}, kPadding{8, 8};

    struct Window {
        Box box;
        float margin;
    };

    void to_grey(const cv::Mat& frame) {
        if (frame.channels() == 1)
            grey_ = frame;
        else
            cv::cvtColor(frame, grey_, frame.channels() == 4 ? cv::COLOR_BGRA2GRAY : cv::COLOR_BGR2GRAY);
    }

    void sort_by_margin(float scale) {
        windows_.clear();
        for (std::size_t i = 0; i < rectangles_.size(); ++i) {
            const cv::Rect& r = rectangles_[i];
            windows_.push_back({{static_cast<float>(r.x) / scale, static_cast<float>(r.y) / scale,
                                 static_cast<float>(r.width) / scale, static_cast<float>(r.height) / scale},
                                static_cast<float>(margins_[i])});
        }
        std::stable_sort(windows_.begin(), windows_.end(),
                         [](const Window& a, const Window& b) { return a.margin > b.margin; });
        merged_.assign(windows_.size(), false);
    }

    /// The best window's score, with the mean of all windows that show the same person, weighted by margin.
    /// The raster is coarse, so the mean is closer to the person than the best window.
    Detection merge_around(std::size_t best) {
        const Window& centre = windows_[best];
        Box mean;
        float total = 0;
        for (std::size_t i = best; i < windows_.size(); ++i) {
            if (merged_[i] || iou(centre.box, windows_[i].box) < kOverlap) continue;
            merged_[i] = true;
            const Window& window = windows_[i];
            const float weight = window.margin + .5F;
            mean.left += weight * window.box.left;
            mean.top += weight * window.box.top;
            mean.width += weight * window.box.width;
            mean.height += weight * window.box.height;
            total += weight;
        }
        mean = {mean.left / total, mean.top / total, mean.width / total, mean.height / total};
        Detection person;
        person.box = without_border(mean);
        person.score = score_of(centre.margin);
        return person;
    }

    /// Removes the border, which the training windows have around the person.
    static Box without_border(const Box& window) {
        // Median size of true boxes relative to the window.
        constexpr float kWidth = .58F, kHeight = .76F;
        constexpr float kCentreX = .48F, kCentreY = .485F;
        return {window.left + (kCentreX - .5F * kWidth) * window.width,
                window.top + (kCentreY - .5F * kHeight) * window.height, kWidth * window.width,
                kHeight * window.height};
    }

    /// Half of the detections with a margin of 0.65 are correct, and 9 of 10 with a margin of 1.2.
    static float score_of(float margin) { return 1 / (1 + std::exp(-4 * (margin - .65F))); }

    cv::HOGDescriptor hog_;
    cv::Mat grey_, enlarged_;
    std::vector<cv::Rect> rectangles_;
    std::vector<double> margins_;
    std::vector<Window> windows_; ///< best first
    std::vector<bool> merged_;
};

} // namespace fgagt::examples
