#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>
#include <fgagt/detection/heads/detail/candidates.hpp>
#include <fgagt/detection/heads/detail/cell_view.hpp>
#include <fgagt/detection/heads/detail/heatmap.hpp>
#include <fgagt/detection/heads/detail/levels.hpp>
#include <fgagt/detection/heads/detail/select.hpp>
#include <fgagt/detection/heads/detail/tensor_shape.hpp>
#include <fgagt/detection/heads/detector_head.hpp>
#include <fgagt/detection/heads/score_activation.hpp>
#include <fgagt/detection/heads/selection_options.hpp>
#include <fgagt/network/input_placement.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace fgagt {

/// How CornerHead reads a network; the defaults are those of CornerNet.
struct CornerHeadOptions {
    /// Blue first, letterboxed in the centre on black.
    NetworkInputOptions input{.size = {512, 512},
                              .fit = ImageFit::kLetterboxCentred,
                              .padding = 0,
                              .mean = {104.014F, 113.969F, 119.916F},
                              .deviation = {73.603F, 69.891F, 71.015F}};
    int stride = 4;                ///< input pixels per cell, [1, 4096]
    bool centre_keypoints = false; ///< require a keypoint of the box's class near its centre
    ScoreActivation scores = ScoreActivation::kLogit; ///< form of the heatmaps: kLogit or kProbability
    int corners = 100;              ///< number of hottest corners of each kind to pair, [1, 1000]
    int centres = 70;               ///< number of hottest centre keypoints to use, [1, 1000]
    float corner_threshold = 0.01F; ///< minimum score of a corner or keypoint, [0, 1]
    float tag_distance = 0.5F;      ///< maximum difference between tags of one object, >= 0
    /// Which boxes become detections.
    SelectionOptions selection{.suppression = Suppression::kSoftGaussian};

    friend bool operator==(const CornerHeadOptions&, const CornerHeadOptions&) = default;
};

/// Heatmaps of corners per class, paired by their tags (Law and Deng, "CornerNet", ECCV 2018). With centre
/// keypoints, a box is kept only if a keypoint of its class lies in its middle (Duan et al., "CenterNet:
/// Keypoint Triplets", ICCV 2019): the middle third for boxes up to 150 x 150 pixels of the input, the middle
/// fifth for larger ones. The score is the mean of the keypoints' scores.
///
/// Outputs: for the top left and the bottom right corners heat [1, classes, H, W], tags [1, 1, H, W] and
/// offsets [1, 2, H, W]; with centre keypoints also their heat and offsets. Outputs of equal shape are
/// distinguished by name (`tl_heat`, `br_heat`, `ct_heat`, `tl_tag` or `tl_emb`, `tl_off`, ...); otherwise
/// they are taken in the order top left, bottom right, centre.
class CornerHead {
public:
    using Options = CornerHeadOptions;

    CornerHead() : CornerHead(CornerHeadOptions{}) {}
    /// @throws InvalidArgument  an option is out of range
    explicit CornerHead(CornerHeadOptions options) : options_(std::move(options)) {
        detail::check_strides({&options_.stride, 1}, "CornerHead");
        detail::check(options_.selection, "CornerHead");
        const auto is_count = [](int count) { return count >= 1 && count <= 1000; };
        if (!is_count(options_.corners) || !is_count(options_.centres))
            detail::throw_invalid("CornerHead: expected corners and centres in [1, 1000], got ",
                                  options_.corners, " and ", options_.centres);
        if (!detail::is_within(options_.corner_threshold, 0, 1) || detail::is_nan(options_.tag_distance) ||
            options_.tag_distance < 0)
            detail::throw_invalid(
                "CornerHead: expected corner_threshold in [0, 1] and tag_distance of at least 0, got ",
                options_.corner_threshold, " and ", options_.tag_distance);
        if (options_.scores != ScoreActivation::kLogit && options_.scores != ScoreActivation::kProbability)
            detail::throw_invalid(
                "CornerHead: expected heatmaps of logits or probabilities; this family has no softmax");
    }

    [[nodiscard]] const CornerHeadOptions& options() const noexcept { return options_; }
    /// The input that the network was trained on.
    [[nodiscard]] NetworkInputOptions input() const { return options_.input; }

    /// Whether the outputs can belong to this family, judging by their shapes.
    [[nodiscard]] bool fits(std::span<const NetworkOutput> outputs) const {
        return maps_of(outputs, options_.input.size).has_value();
    }

    /// Replaces `detections` with those in the frame, best score first, in pixels of the frame.
    ///
    /// @throws InvalidArgument  the outputs do not have the shapes of this family
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& placement,
                std::vector<Detection>& detections) const {
        detail::expect_floats(outputs, "CornerHead");
        const auto maps = maps_of(outputs, placement.input);
        if (!maps)
            detail::throw_wrong_outputs(
                "CornerHead",
                options_.centre_keypoints
                    ? "eight maps: heat of three kinds of keypoints, two of tags, three of offsets"
                    : "six maps: heat, tags and offsets of two kinds of corners",
                outputs);
        detail::Candidates candidates(options_.selection);
        add(*maps, detail::grid_of(placement.input, options_.stride), candidates);
        detail::select(candidates, placement, detections);
    }

private:
    /// The maps, in the order in which outputs of equal shape are assigned to them.
    enum Map : std::uint8_t { kTlTag, kBrTag, kTlOffset, kBrOffset, kCtOffset, kTlHeat, kBrHeat, kCtHeat };
    static constexpr std::array<detail::MapRole, 8> kRoles{{{1, {"tl_tag", "tl_emb"}},
                                                            {1, {"br_tag", "br_emb"}},
                                                            {2, {"tl_off", "tl_reg"}},
                                                            {2, {"br_off", "br_reg"}},
                                                            {2, {"ct_off", "ct_reg"}},
                                                            {0, {"tl_heat", "tl_hm"}},
                                                            {0, {"br_heat", "br_hm"}},
                                                            {0, {"ct_heat", "ct_hm"}}}};
    using Maps = std::array<detail::CellView, 8>;

    /// A keypoint of a heatmap.
    struct Keypoint {
        float x = 0;      ///< pixels of the input
        float y = 0;      ///< pixels of the input
        float score = 0;  ///< (0, 1]
        float tag = 0;    ///< for a corner; similar for corners of the same object
        int class_id = 0; ///< from 0
    };

    [[nodiscard]] std::optional<Maps> maps_of(std::span<const NetworkOutput> outputs, cv::Size input) const {
        std::vector<detail::MapRole> roles;
        std::vector<Map> kinds;
        for (const Map map : {kTlTag, kBrTag, kTlOffset, kBrOffset, kCtOffset, kTlHeat, kBrHeat, kCtHeat}) {
            if (!options_.centre_keypoints && (map == kCtOffset || map == kCtHeat)) continue;
            roles.push_back(kRoles[map]);
            kinds.push_back(map);
        }
        const auto found = detail::maps_by_role(outputs, detail::grid_of(input, options_.stride), roles);
        if (!found) return std::nullopt;
        Maps maps;
        for (std::size_t k = 0; k < kinds.size(); ++k)
            maps[kinds[k]] = (*found)[k];
        return maps;
    }

    /// @param tags  nullptr: not needed
    [[nodiscard]] std::vector<Keypoint> keypoints(const detail::CellView& heat,
                                                  const detail::CellView& offsets,
                                                  const detail::CellView* tags, cv::Size grid,
                                                  int count) const {
        std::vector<Keypoint> found;
        const auto stride = static_cast<float>(options_.stride);
        const auto width = static_cast<std::size_t>(grid.width);
        for (const detail::Peak& peak :
             detail::peaks_of(heat, grid, options_.scores, options_.corner_threshold, count)) {
            const std::size_t row = peak.cell / width, column = peak.cell % width;
            found.push_back({(static_cast<float>(column) + offsets(peak.cell, 0)) * stride,
                             (static_cast<float>(row) + offsets(peak.cell, 1)) * stride, peak.score,
                             tags != nullptr ? (*tags)(peak.cell, 0) : 0, peak.class_id});
        }
        return found;
    }

    void add(const Maps& maps, cv::Size grid, detail::Candidates& candidates) const {
        const auto firsts = keypoints(maps[kTlHeat], maps[kTlOffset], &maps[kTlTag], grid, options_.corners);
        const auto lasts = keypoints(maps[kBrHeat], maps[kBrOffset], &maps[kBrTag], grid, options_.corners);
        std::vector<Keypoint> centres;
        if (options_.centre_keypoints)
            centres = keypoints(maps[kCtHeat], maps[kCtOffset], nullptr, grid, options_.centres);
        for (const Keypoint& first : firsts)
            for (const Keypoint& last : lasts) {
                if (first.class_id != last.class_id ||
                    !(std::abs(first.tag - last.tag) <= options_.tag_distance))
                    continue;
                const Box box = detail::box_of_corners(first.x, first.y, last.x, last.y);
                const float score = 0.5F * (first.score + last.score);
                if (!options_.centre_keypoints)
                    candidates.add(box, score, first.class_id);
                else if (const Keypoint* centre = centre_of(box, first.class_id, centres))
                    candidates.add(box, (2 * score + centre->score) / 3, first.class_id);
            }
    }

    /// The hottest keypoint of the class in the middle of a box; nullptr if there is none.
    [[nodiscard]] static const Keypoint* centre_of(const Box& box, int class_id,
                                                   const std::vector<Keypoint>& centres) {
        constexpr double kLarge = 150.0 * 150.0; // square pixels
        const float half = 0.5F / (area(box) > kLarge ? 5.0F : 3.0F);
        const cv::Point2f middle = box.centre();
        const auto found = std::ranges::find_if(centres, [&](const Keypoint& centre) {
            return centre.class_id == class_id && std::abs(centre.x - middle.x) < half * box.width &&
                   std::abs(centre.y - middle.y) < half * box.height;
        });
        return found == centres.end() ? nullptr : &*found;
    }

    CornerHeadOptions options_;
};

static_assert(DetectorHead<CornerHead>);

/// CornerNet as its authors train it.
[[nodiscard]] inline CornerHeadOptions cornernet_options(cv::Size size = {512, 512}) {
    CornerHeadOptions options;
    options.input.size = size;
    return options;
}

/// CenterNet (keypoint triplets) as its authors train it.
[[nodiscard]] inline CornerHeadOptions centernet_triplet_options(cv::Size size = {512, 512}) {
    CornerHeadOptions options = cornernet_options(size);
    options.centre_keypoints = true;
    return options;
}

} // namespace fgagt
