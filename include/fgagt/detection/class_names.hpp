#pragma once

#include <fgagt/core/errors.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace fgagt {

/// The 80 classes of COCO in the order in which detectors number them, from 0 (Lin et al., "Microsoft COCO",
/// 2014). Networks exported with the original IDs of the 91 categories, such as DETR, number them
/// differently.
inline constexpr std::array<std::string_view, 80> kCocoClassNames{
    "person",        "bicycle",      "car",
    "motorcycle",    "airplane",     "bus",
    "train",         "truck",        "boat",
    "traffic light", "fire hydrant", "stop sign",
    "parking meter", "bench",        "bird",
    "cat",           "dog",          "horse",
    "sheep",         "cow",          "elephant",
    "bear",          "zebra",        "giraffe",
    "backpack",      "umbrella",     "handbag",
    "tie",           "suitcase",     "frisbee",
    "skis",          "snowboard",    "sports ball",
    "kite",          "baseball bat", "baseball glove",
    "skateboard",    "surfboard",    "tennis racket",
    "bottle",        "wine glass",   "cup",
    "fork",          "knife",        "spoon",
    "bowl",          "banana",       "apple",
    "sandwich",      "orange",       "broccoli",
    "carrot",        "hot dog",      "pizza",
    "donut",         "cake",         "chair",
    "couch",         "potted plant", "bed",
    "dining table",  "toilet",       "tv",
    "laptop",        "mouse",        "remote",
    "keyboard",      "cell phone",   "microwave",
    "oven",          "toaster",      "sink",
    "refrigerator",  "book",         "clock",
    "vase",          "scissors",     "teddy bear",
    "hair drier",    "toothbrush"};

/// The ID of a class, given its COCO name or the number that the network uses.
///
/// @throws InvalidArgument  `text` is neither a known name nor an integer >= 0
[[nodiscard]] inline int class_id_of(std::string_view text) {
    const auto index = std::ranges::find(kCocoClassNames, text) - kCocoClassNames.begin();
    if (static_cast<std::size_t>(index) < kCocoClassNames.size()) return static_cast<int>(index);
    int number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0)
        detail::throw_invalid(
            "class_id_of: expected the name of one of COCO's 80 classes, or a number >= 0, got '", text, "'");
    return number;
}

} // namespace fgagt
