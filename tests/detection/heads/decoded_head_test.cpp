#include "detection/heads/golden_heads.hpp"
#include "support/catch.hpp"

#include <fgagt/detection/heads/decoded_head.hpp>

#include <bitset>

using namespace fgagt;
using namespace fgagt::test;

namespace {

/// The frame of the golden masks.
const cv::Size kMaskFrame{48, 40};

/// Reads the masks' pixels, which are stored in 16-bit safetensors, eight per number.
std::vector<cv::Mat> stored_masks(const std::string& name) {
    const Tensor stored = read_safetensors(golden("heads/mask_rcnn.safetensors")).tensors.at(name);
    std::vector<cv::Mat> masks;
    std::size_t next = 0;
    for (std::int64_t k = 0; k < stored.shape[0]; ++k) {
        masks.emplace_back(kMaskFrame, CV_8U);
        for (int y = 0; y < kMaskFrame.height; ++y)
            for (int x = 0; x < kMaskFrame.width; x += 8) {
                const std::bitset<8> bits(static_cast<unsigned long long>(stored.values[next++]));
                for (int bit = 0; bit < 8; ++bit)
                    masks.back().at<unsigned char>(y, x + bit) =
                        bits[static_cast<std::size_t>(7 - bit)] ? 255 : 0;
            }
    }
    return masks;
}

/// IoU of the pixels of two masks.
double mask_iou(const InstanceMask& found, const cv::Mat& expected) {
    cv::Mat whole = cv::Mat::zeros(kMaskFrame, CV_8U);
    found.values.copyTo(whole(found.area));
    return static_cast<double>(cv::countNonZero(whole & expected)) / cv::countNonZero(whole | expected);
}

/// `rows` with `columns` numbers each.
cv::Mat table(const std::vector<std::vector<float>>& rows, const std::vector<int>& shape) {
    cv::Mat values = tensor(shape);
    auto* next = values.ptr<float>();
    for (const auto& row : rows)
        next = std::copy(row.begin(), row.end(), next);
    return values;
}

DecodedHeadOptions exact(DecodedHeadOptions options) {
    options.input.size = {100, 80}; // the frame's size
    return options;
}

void check_one(const DecodedHead& head, const std::vector<NetworkOutput>& outputs) {
    CHECK(head.fits(outputs));
    const std::vector<Detection> found = decoded(head, outputs);
    REQUIRE(found.size() == 2);
    CHECK((found[0].score == 0.75F && found[0].class_id == 3 &&
           distance(found[0].box, {10, 20, 30, 40}) < 1e-4F));
    CHECK((found[1].score == 0.5F && found[1].class_id == 0 && distance(found[1].box, {5, 6, 7, 8}) < 1e-4F));
    const std::vector<NetworkOutput> reversed(outputs.rbegin(), outputs.rend());
    check_same(decoded(head, reversed), found, 0, 0);
}

} // namespace

TEST_CASE("boxes and masks of Mask R-CNN are mapped to the frame as in torchvision and Detectron") {
    DecodedHeadOptions options = mask_rcnn_options(kGoldenInput);
    const DecodedHead head(options);
    const Golden golden = read_golden("mask_rcnn");
    const InputPlacement placement = place_in_input(kMaskFrame, head.input());
    std::vector<Detection> detections;
    std::vector<InstanceMask> masks{{}, {}};
    head.decode(golden.outputs, placement, detections, masks);
    check_same(detections, golden.detections, 1e-3F, 1e-5F);
    CHECK(head.fits(golden.outputs));

    const std::vector<cv::Mat> pasted = stored_masks("pasted"), sampled = stored_masks("sampled");
    REQUIRE((masks.size() == pasted.size() && pasted.size() == 4));
    for (std::size_t k = 0; k < masks.size(); ++k) {
        CHECK(mask_iou(masks[k], sampled[k]) > 0.99); // except pixels at the threshold
        CHECK(mask_iou(masks[k], pasted[k]) > 0.85);  // torchvision rounds boxes to whole pixels first
    }

    SECTION("a mask for each label") {
        std::vector<NetworkOutput> outputs = golden.outputs;
        cv::Mat& all = std::ranges::find(outputs, "masks", &NetworkOutput::name)->values;
        const cv::Mat alone = all.clone();
        all = tensor({4, 5, 14, 14}, 1);
        const std::vector<int> labels{1, 3, 2, 1};
        for (int k = 0; k < 4; ++k)
            std::copy_n(alone.ptr<float>(k), 196, all.ptr<float>(k, labels[static_cast<std::size_t>(k)]));
        std::vector<InstanceMask> again;
        head.decode(outputs, placement, detections, again);
        for (std::size_t k = 0; k < again.size(); ++k)
            CHECK((again[k].area == masks[k].area &&
                   cv::norm(again[k].values, masks[k].values, cv::NORM_INF) == 0));
    }
    SECTION("masks over the whole input") {
        std::vector<NetworkOutput> outputs = golden.outputs;
        cv::Mat& all = std::ranges::find(outputs, "masks", &NetworkOutput::name)->values;
        all = tensor({4, 1, 64, 64});
        for (int k = 0; k < 4; ++k)
            for (int y = 0; y < 64; ++y)
                for (int x = 0; x < 32; ++x)
                    all.ptr<float>(k)[64 * y + x] = 1;
        std::vector<InstanceMask> halves;
        head.decode(outputs, placement, detections, halves);
        for (const InstanceMask& mask : halves)
            // 64 pixels of the input are 48 pixels of the frame.
            for (int x = 0; x < mask.area.width; ++x)
                CHECK(mask.values.at<unsigned char>(0, x) == (mask.area.x + x < 24 ? 255 : 0));
    }
    SECTION("missing masks and non-finite numbers") {
        std::vector<NetworkOutput> outputs = golden.outputs;
        const auto found = std::ranges::find(outputs, "masks", &NetworkOutput::name);
        found->values = tensor({4, 1, 14, 14}, std::numeric_limits<float>::quiet_NaN());
        head.decode(outputs, placement, detections, masks);
        for (const InstanceMask& mask : masks)
            CHECK(cv::countNonZero(mask.values) == 0);
        outputs.erase(found);
        CHECK_THROWS_AS(head.decode(outputs, placement, detections, masks), InvalidArgument);
        head.decode(outputs, placement, detections);
        check_same(detections, golden.detections, 1e-3F, 1e-5F);
    }
}

TEST_CASE("decoded boxes are read in every common format") {
    SECTION("boxes, labels and scores with names") {
        const std::vector<NetworkOutput> outputs{{"boxes", table({{5, 6, 12, 14}, {10, 20, 40, 60}}, {2, 4})},
                                                 {"classes", table({{0}, {3}}, {2, 1})},
                                                 {"scores", table({{0.5F}, {0.75F}}, {2, 1})}};
        check_one(DecodedHead(exact(decoded_options())), outputs);
    }
    SECTION("boxes, labels and scores without names") {
        const std::vector<NetworkOutput> outputs{{"1", table({{5, 6, 12, 14}, {10, 20, 40, 60}}, {1, 2, 4})},
                                                 {"2", table({{0.5F}, {0.75F}}, {1, 2})},
                                                 {"3", table({{0}, {3}}, {1, 2})}};
        check_one(DecodedHead(exact(decoded_options())), outputs);
    }
    SECTION("boxes with scores, and labels") {
        const std::vector<NetworkOutput> outputs{
            {"dets", table({{5, 6, 12, 14, 0.5F}, {10, 20, 40, 60, 0.75F}}, {1, 2, 5})},
            {"labels", table({{0}, {3}}, {1, 2})}};
        check_one(DecodedHead(exact(decoded_options())), outputs);
    }
    SECTION("more rows than detections") {
        const std::vector<NetworkOutput> outputs{
            {"num_dets", tensor({1, 1}, 2)},
            {"det_boxes", table({{5, 6, 12, 14}, {10, 20, 40, 60}, {1, 1, 9, 9}}, {1, 3, 4})},
            {"det_scores", table({{0.5F}, {0.75F}, {0.9F}}, {1, 3})},
            {"det_classes", table({{0}, {3}, {1}}, {1, 3})}};
        check_one(DecodedHead(exact(decoded_options())), outputs);
    }
    SECTION("one table") {
        const std::vector<NetworkOutput> outputs{
            {"", table({{5, 6, 12, 14, 0.5F, 0}, {10, 20, 40, 60, 0.75F, 3}}, {1, 2, 6})}};
        check_one(DecodedHead(exact(decoded_options())), outputs);
    }
    SECTION("cv::dnn's DetectionOutput") {
        const std::vector<NetworkOutput> outputs{{"", table({{0, 1, 0.5F, 0.05F, 0.075F, 0.12F, 0.175F},
                                                             {0, 4, 0.75F, 0.1F, 0.25F, 0.4F, 0.75F},
                                                             {0, 0, 0, 0, 0, 0, 0}},
                                                            {1, 1, 3, 7})}};
        check_one(DecodedHead(exact(detection_output_options())), outputs);
    }
    SECTION("PaddleDetection, padded") {
        const std::vector<NetworkOutput> outputs{
            {"", table({{0, 0.5F, 5, 6, 12, 14}, {3, 0.75F, 10, 20, 40, 60}, {-1, 1, 0, 0, 9, 9}}, {3, 6})}};
        check_one(DecodedHead(exact(paddle_options())), outputs);
    }
    SECTION("YOLOv7 with suppression") {
        const std::vector<NetworkOutput> outputs{
            {"", table({{0, 5, 6, 12, 14, 0, 0.5F}, {0, 10, 20, 40, 60, 3, 0.75F}}, {2, 7})}};
        check_one(DecodedHead(exact(yolov7_end_to_end_options())), outputs);
    }
    SECTION("nothing at all") {
        const DecodedHead head(exact(decoded_options()));
        CHECK(decoded(head, {{"", cv::Mat(0, 6, CV_32F)}}).empty());
        CHECK(decoded(head, {{"boxes", cv::Mat(0, 4, CV_32F)},
                             {"a", cv::Mat(0, 1, CV_32F)},
                             {"b", cv::Mat(0, 1, CV_32F)}})
                  .empty());
    }
}

TEST_CASE("decoded boxes of other shapes and options out of range are refused") {
    const DecodedHead head(exact(decoded_options()));
    const auto is_refused = [&](const std::vector<NetworkOutput>& outputs) {
        CHECK_THROWS_AS(decoded(head, outputs), InvalidArgument);
        CHECK_FALSE(head.fits(outputs));
    };
    is_refused({});
    is_refused({{"", tensor({1, 3, 5})}});
    is_refused({{"", tensor({1, 3, 7})}});
    is_refused({{"", tensor({3, 4})}, {"", tensor({2, 1})}, {"", tensor({3, 1})}});
    is_refused({{"", tensor({3, 4})}, {"", tensor({3, 1})}});
    CHECK_FALSE(head.fits({{{"", tensor({1, 3, 6}, 0.5F)}}})); // invalid labels
    CHECK_THROWS_AS(DecodedHead({.first_label = -1}), InvalidArgument);
    CHECK_THROWS_AS(DecodedHead({.columns = {.count = 5}}), InvalidArgument);
    CHECK_THROWS_AS(DecodedHead({.columns = {.count = 6, .box = 3}}), InvalidArgument);
    CHECK_THROWS_AS(DecodedHead({.columns = {.count = 6, .label = -1}}), InvalidArgument);
    CHECK_THROWS_AS(DecodedHead({.mask_threshold = std::numeric_limits<float>::quiet_NaN()}),
                    InvalidArgument);
}
