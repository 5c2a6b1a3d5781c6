#pragma once

#include "fuzz/byte_source.hpp"
#include "fuzz/law.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/core/geometry.hpp>
#include <fgagt/detection/heads/heads.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace fgagt::test {

using TensorShapes = std::vector<std::vector<int>>;

/// Shapes that a named head accepts for an input of 64 x 64 pixels.
[[nodiscard]] inline TensorShapes right_shapes(const std::string& name, int classes, bool other_form) {
    const int c = classes;
    const auto is_one_of = [&](std::initializer_list<std::string_view> names) {
        return std::ranges::find(names, name) != names.end();
    };
    if (is_one_of({"yolox", "yolov6"})) return {{1, 84, 5 + c}};
    if (name == "yolov1")
        return other_form ? TensorShapes{{1, 7, 7, 10 + c}} : TensorShapes{{1, 49 * (10 + c)}};
    if (name == "yolov2") return {{1, 5 * (5 + c), 2, 2}};
    if (name == "yolor") return {{1, 255, 5 + c}};
    if (name == "tph-yolov5") return {{1, 1020, 5 + c}};
    if (is_one_of({"yolov3", "yolov4", "scaled-yolov4", "yolov5", "yolov5-lite", "yolov7"}))
        return other_form ? TensorShapes{{1, 252, 5 + c}}
                          : TensorShapes{{1, 15 + 3 * c, 8, 8}, {1, 3, 4, 4, 5 + c}, {12, 5 + c}};
    if (name == "yolov8") return {{1, 4 + c, 84}};
    if (is_one_of({"yolo-nas", "ppyoloe", "damo-yolo"})) return {{1, 84, 4}, {1, c, 84}};
    if (name == "fastestdet") return {{1, 5 + c, 4, 4}};
    if (name == "darknet") return {{192, 5 + c}, {48, 5 + c}};
    if (name == "retinanet") return {{1, 774, 4}, {1, 774, c}};
    if (name == "ssd") return {{1, 390, 4}, {1, 390, 1 + c}};
    if (name == "ssdlite") return {{1, 144, 4}, {1, 144, 1 + c}};
    if (is_one_of({"fcos", "atss"})) return {{1, 86, 4}, {1, 86, 1}, {1, 86, c}};
    if (is_one_of({"vfnet", "tood"})) return {{1, 86, 4}, {1, 86, c}};
    if (is_one_of({"gfl", "gflv2"})) return {{1, 86, 68}, {1, 86, c}};
    if (name == "nanodet") return {{1, 84, 32}, {1, 84, c}};
    if (name == "nanodet-plus") return {{1, 85, c + 32}};
    const std::vector<int> heat{1, c, 16, 16}, tags{1, 1, 16, 16}, pairs{1, 2, 16, 16};
    if (name == "centernet") return other_form ? TensorShapes{heat, pairs} : TensorShapes{heat, pairs, pairs};
    if (name == "cornernet") return {heat, heat, tags, tags, pairs, pairs};
    if (name == "centernet-triplet") return {heat, heat, heat, tags, tags, pairs, pairs, pairs};
    if (name == "detr") return {{1, 10, 4}, {1, 10, 1 + c}};
    if (is_one_of({"deformable-detr", "dab-detr", "dn-detr", "h-detr", "ddq", "rt-detr"}))
        return {{1, 10, 4}, {1, 10, c}};
    if (is_one_of({"decoded", "mask-rcnn"}))
        return other_form ? TensorShapes{{10, 6}} : TensorShapes{{10, 4}, {10, 1}, {10, 1}, {10, c, 9, 9}};
    if (name == "paddle") return {{10, 6}};
    return {{1, 1, 10, 7}};
}

/// Makes tensors from arbitrary bytes.
class TensorMaker {
public:
    explicit TensorMaker(ByteSource& bytes) : bytes_(bytes) {
        pattern_.resize(1 + bytes.below(29));
        for (float& value : pattern_)
            value = number();
    }

    /// A tensor that repeats a few numbers, starting with the next of them each time.
    [[nodiscard]] cv::Mat tensor(const std::vector<int>& shape) {
        cv::Mat values(shape, CV_32F);
        for (std::size_t k = 0; k < values.total(); ++k)
            values.ptr<float>()[k] = pattern_[next_++ % pattern_.size()];
        next_ += bytes_.byte();
        return values;
    }

private:
    /// Mostly realistic outputs of networks.
    float number() {
        using Limits = std::numeric_limits<float>;
        if (bytes_.below(16) == 0) return bytes_.bits<float>();
        return bytes_.one_of<float>({0.5F, 1, 0.25F, 0.9F, 0, -1, 2, 30, -3, 7, 0.1F, 64, 3,
                                     Limits::quiet_NaN(), Limits::infinity(), -Limits::infinity(),
                                     Limits::max(), Limits::lowest(), 1e7F});
    }

    ByteSource& bytes_;
    std::vector<float> pattern_;
    std::size_t next_ = 0;
};

/// Requirements for detections, whatever the network returned.
inline void require_sound(const std::vector<Detection>& detections) {
    require(detections.size() <= static_cast<std::size_t>(SelectionOptions{}.max_detections),
            "there are at most as many as allowed");
    float last = 1;
    for (const Detection& detection : detections) {
        require(is_usable(detection.box), "boxes are finite and not empty");
        require(detection.score > 0 && detection.score <= last, "scores lie in (0, 1], best first");
        require(detection.class_id >= 0, "classes count from 0");
        last = detection.score;
    }
}

/// Passes a named head tensors of its own shapes or of others. Accepted tensors must give valid detections,
/// others an InvalidArgument, and the search for fitting heads must never fail. Returns whether the head
/// accepted the tensors.
///
/// @throws BrokenLaw  a law does not hold
inline bool check_heads(std::string_view data) {
    ByteSource bytes(data);
    static const std::vector<std::string> names = head_names();
    const std::string& name = names[bytes.below(names.size())];
    const cv::Size size{64, 64};
    const int classes = bytes.one_of({1, 2, 3, 4});
    TensorShapes shapes = right_shapes(name, classes, bytes.flag());
    const bool spoilt = bytes.below(3) == 0;
    if (spoilt) {
        std::vector<int>& shape = shapes[bytes.below(shapes.size())];
        switch (bytes.below(5)) {
        case 0:
            shape[bytes.below(shape.size())] = static_cast<int>(bytes.below(20));
            break;
        case 1:
            shapes.push_back(shape);
            break;
        case 2:
            shapes.pop_back();
            break;
        case 3:
            std::ranges::reverse(shape);
            break;
        default:
            shape = {static_cast<int>(bytes.below(4)), static_cast<int>(1 + bytes.below(200))};
        }
    }
    TensorMaker maker(bytes);
    std::vector<NetworkOutput> outputs;
    for (const std::vector<int>& shape : shapes)
        outputs.push_back({bytes.one_of<const char*>({"", "boxes", "scores", "cls", "num", "tl_heat"}),
                           maker.tensor(shape)});
    static_cast<void>(fitting_heads(outputs, size));
    const AnyHead head = make_head(name, {.size = size});
    std::vector<Detection> detections;
    try {
        head.decode(outputs, place_in_input({100, 80}, head.input()), detections);
    } catch (const InvalidArgument& error) {
        require_printable(error.what());
        require(spoilt, "shapes of the family are accepted");
        return false;
    }
    require_sound(detections);
    if (name == "mask-rcnn" && outputs.size() == 4 && !spoilt) {
        std::vector<InstanceMask> masks;
        const DecodedHead masked(mask_rcnn_options(size));
        masked.decode(outputs, place_in_input({100, 80}, masked.input()), detections, masks);
        require_sound(detections);
        require(masks.size() == detections.size(), "every detection has a mask");
        for (const InstanceMask& mask : masks)
            require(mask.values.size() == mask.area.size() &&
                        (mask.area & cv::Rect(0, 0, 100, 80)) == mask.area,
                    "masks are inside the frame");
    }
    return true;
}

} // namespace fgagt::test
