#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

namespace fgagt {

/// What happens to boxes that overlap a better one.
enum class Suppression : std::uint8_t {
    /// They stay; the network removes duplicates itself.
    kNone,
    /// They are left out (cv::dnn::NMSBoxes).
    kHard,
    /// Above `max_overlap`, scores are multiplied by 1 - overlap (cv::dnn::softNMSBoxes).
    kSoftLinear,
    /// Scores are multiplied by exp(-overlap^2 / soft_sigma) (cv::dnn::softNMSBoxes).
    kSoftGaussian,
};

/// Which of a network's candidates become detections.
struct SelectionOptions {
    /// Minimum score of a detection, [0, 1]. The default is low because trackers also use uncertain
    /// detections.
    float score_threshold = 0.05F;
    Suppression suppression = Suppression::kHard; ///< what happens to duplicates
    float max_overlap = 0.6F;                     ///< IoU above which candidates are duplicates, [0, 1]
    float soft_sigma = 0.5F;                      ///< for kSoftGaussian, > 0
    bool class_aware = true;                      ///< only candidates of one class suppress each other
    bool several_classes = false;                 ///< keep a box for every class above the threshold
    bool clip = false;                            ///< clip boxes to the frame
    int max_candidates = 1000;                    ///< best candidates that enter suppression, >= 1
    int max_detections = 300;                     ///< best detections to return, >= 1
    std::vector<int> classes = {};                ///< classes to keep; empty: all

    friend bool operator==(const SelectionOptions&, const SelectionOptions&) = default;
};

namespace detail {

/// @throws InvalidArgument  an option is out of range
inline void check(const SelectionOptions& options, std::string_view who) {
    const auto is_share = [](const float& value) { return is_within(value, 0, 1); };
    if (!is_share(options.score_threshold))
        throw_invalid(who, ": expected score_threshold in [0, 1], got ", options.score_threshold,
                      "; about 0.05 works best for trackers");
    if (!is_share(options.max_overlap))
        throw_invalid(who, ": expected max_overlap in [0, 1], got ", options.max_overlap,
                      "; 0.6 is usual, and Suppression::kNone keeps all");
    if (!(is_within(options.soft_sigma, 0, 1000) && options.soft_sigma > 0))
        throw_invalid(who, ": expected soft_sigma in (0, 1000], got ", options.soft_sigma, "; 0.5 is usual");
    if (options.max_candidates < 1 || options.max_detections < 1)
        throw_invalid(who, ": expected max_candidates and max_detections of at least 1, got ",
                      options.max_candidates, " and ", options.max_detections);
    if (std::ranges::any_of(options.classes, [](int id) { return id < 0; }))
        throw_invalid(who, ": expected classes >= 0, got a negative one");
}

} // namespace detail
} // namespace fgagt
