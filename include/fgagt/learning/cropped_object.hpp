#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/learning/detail/view.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// An object given by images that were cropped from frames along its box. GeneratedPeople can show it as an
/// identity. The edges of the images fade out, so that they do not reveal the crop.
class CroppedObject {
public:
    /// @param crops  views of the same object, CV_8UC3 (BGR), in the order in which it turns; copied
    /// @throws InvalidArgument  there are no crops, or one is empty or of another type
    explicit CroppedObject(std::span<const cv::Mat> crops) {
        if (crops.empty()) detail::throw_invalid("CroppedObject: expected at least one crop, got none");
        double sum = 0;
        for (const cv::Mat& crop : crops) {
            if (crop.empty() || crop.type() != CV_8UC3)
                detail::throw_invalid("CroppedObject: expected crops of type CV_8UC3, got ", crop.cols, " x ",
                                      crop.rows, " of type ", cv::typeToString(crop.type()));
            views_.push_back({crop.clone(), faded(crop.size()), true});
            sum += std::log(static_cast<double>(crop.cols) / crop.rows);
        }
        aspect_ = std::exp(sum / static_cast<double>(crops.size()));
    }

    /// One view for each crop.
    [[nodiscard]] const std::vector<detail::View>& views() const noexcept { return views_; }
    /// Width / height: the geometric mean over the crops.
    [[nodiscard]] double aspect() const noexcept { return aspect_; }

private:
    /// A mask that rises from the edges to the middle 70 %, where it is full.
    static cv::Mat faded(cv::Size size) {
        const auto share = [](int k, int count) { // opacity at a pixel of a row or column
            constexpr double kEdge = 0.15;
            const double nearest = std::min(k + 0.5, count - k - 0.5) / count;
            return std::min(1.0, nearest / kEdge);
        };
        cv::Mat mask(size, CV_8U);
        for (int y = 0; y < size.height; ++y)
            for (int x = 0; x < size.width; ++x)
                mask.at<std::uint8_t>(y, x) =
                    cv::saturate_cast<std::uint8_t>(255 * share(x, size.width) * share(y, size.height));
        return mask;
    }

    std::vector<detail::View> views_;
    double aspect_ = 1;
};

} // namespace fgagt
