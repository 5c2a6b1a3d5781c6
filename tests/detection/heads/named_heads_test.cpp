#include "detection/heads/golden_heads.hpp"
#include "support/catch.hpp"

#include <fgagt/detection/heads/heads.hpp>

#include <map>
#include <set>

using namespace fgagt;
using namespace fgagt::test;

namespace {

/// A user's own head: one detection per output.
struct CountingHead {
    [[nodiscard]] NetworkInputOptions input() const { return {.size = {12, 34}}; }
    void decode(std::span<const NetworkOutput> outputs, const InputPlacement& /*placement*/,
                std::vector<Detection>& detections) const {
        detections.assign(outputs.size(), {});
    }
};

} // namespace

TEST_CASE("a head of any type can be stored and copied") {
    AnyHead head = YoloxHead(golden_options(yolox_options(kGoldenInput)));
    const Golden golden = read_golden("yolox");
    check_same(decoded(head, golden.outputs), golden.detections, 1e-3F, 1e-5F);
    const AnyHead copy = head;
    head = CountingHead{};
    CHECK(head.input().size == cv::Size(12, 34));
    std::vector<Detection> detections;
    head.decode(golden.outputs, {}, detections);
    CHECK(detections.size() == 1);
    check_same(decoded(copy, golden.outputs), golden.detections, 1e-3F, 1e-5F);
}

TEST_CASE("every named head has its family's input size by default, or another one") {
    std::set<std::string> names;
    for (const std::string& name : head_names()) {
        INFO(name);
        CHECK(names.insert(name).second);
        const NetworkInputOptions usual = make_head(name).input();
        CHECK((usual.size.width >= 300 && usual.size.height >= 300));
        NetworkInputOptions other = make_head(name, {.size = cv::Size(192, 320)}).input();
        CHECK(other.size == cv::Size(192, 320));
        other.size = usual.size;
        CHECK(other == usual);
        CHECK_THROWS_AS(make_head(name, {.score_threshold = 2.0F}), InvalidArgument);
        CHECK_THROWS_AS(make_head(name, {.classes = {-3}}), InvalidArgument);
    }
    CHECK(names.size() >= 35);
    CHECK_THROWS_WITH(make_head("yolo"), contains("use one of yolox, yolov1"));
}

TEST_CASE("the options of a named head are applied") {
    const Golden golden = read_golden("yolox");
    const auto found = decoded(
        make_head("yolox", {.size = kGoldenInput, .score_threshold = 0.5F, .classes = {2}}), golden.outputs);
    REQUIRE(!found.empty());
    for (const Detection& detection : found)
        CHECK((detection.score >= 0.5F && detection.class_id == 2));
    CHECK(decoded(make_head("yolox", {.size = kGoldenInput}), golden.outputs).size() > found.size());
}

TEST_CASE("the heads that fit the outputs are found, including ambiguous ones") {
    // Goldens of one family, and all names that share its format.
    const std::set<std::string> apart{"yolo-nas", "ppyoloe", "damo-yolo"};
    const std::set<std::string> grids{"yolov3", "yolov4", "scaled-yolov4", "yolov5", "yolov5-lite", "yolov7"};
    const std::set<std::string> queries{"deformable-detr", "dab-detr", "dn-detr", "h-detr", "ddq", "rt-detr"};
    const std::map<std::string, std::set<std::string>> expected{{"yolox", {"yolox"}},
                                                                {"yolov2", {"yolov2"}},
                                                                {"yolov3", grids},
                                                                {"yolov5", grids},
                                                                {"yolov5_decoded", grids},
                                                                {"yolov6", {"yolov6"}},
                                                                {"yolov8", {"yolov8"}},
                                                                {"yolo_nas", apart},
                                                                {"ppyoloe", apart},
                                                                {"yolov1", {"yolov1"}},
                                                                {"fastestdet", {"fastestdet"}},
                                                                {"darknet", {"darknet"}},
                                                                {"nanodet", {"nanodet"}},
                                                                {"nanodet_plus", {"nanodet-plus"}},
                                                                {"fcos", {"atss", "fcos"}},
                                                                {"retinanet", {"retinanet"}},
                                                                {"ssd", {"ssd"}},
                                                                {"centernet", {"centernet"}},
                                                                {"cornernet", {"cornernet"}},
                                                                {"centernet_triplet", {"centernet-triplet"}},
                                                                {"deformable_detr", queries},
                                                                {"mask_rcnn", {"decoded", "mask-rcnn"}}};
    for (const auto& [name, names] : expected) {
        INFO(name);
        const std::vector<std::string> found = fitting_heads(read_golden(name).outputs, kGoldenInput);
        std::set<std::string> rest(found.begin(), found.end());
        if (name == "deformable_detr") rest.erase("detr"); // its last class is meaningless
        CHECK(rest == names);
    }
    CHECK(fitting_heads({}, kGoldenInput).empty());
    const std::vector<NetworkOutput> strange{{"", tensor({3, 5, 7})}};
    CHECK(fitting_heads(strange, kGoldenInput).empty());
    for (const int type : {CV_8U, CV_64F})
        for (const std::vector<int>& shape : {std::vector<int>{1, 84, 6}, {1, 3, 6}, {1, 5390}, {1, 6, 4, 4}})
            CHECK(fitting_heads(std::vector<NetworkOutput>{{"", cv::Mat(shape, type, cv::Scalar(0))}},
                                kGoldenInput)
                      .empty());
}
