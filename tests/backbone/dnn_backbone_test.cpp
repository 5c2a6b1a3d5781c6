#include "support/catch.hpp"
#include "support/darknet_network.hpp"
#include "support/data.hpp"

#include <fgagt/backbone/dnn_backbone.hpp>
#include <fgagt/tracker.hpp>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <random>
#include <utility>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;
using Catch::Matchers::WithinAbs;

namespace {

/// A network without scaling, with the given input size.
DnnBackboneOptions plain(const std::filesystem::path& model, cv::Size size, const std::string& layer = "") {
    return {.network{.model = model},
            .layer = layer,
            .input{.size = size, .fit = ImageFit::kStretch, .padding = 0}};
}

/// The change of each cell when one pixel of the frame changes.
cv::Mat response(DnnBackbone& backbone, cv::Mat frame, cv::Point pixel) {
    FeatureMap before, after;
    backbone.extract(frame, before);
    frame.at<cv::Vec3b>(pixel) =
        frame.at<cv::Vec3b>(pixel)[0] < 128 ? cv::Vec3b(255, 255, 255) : cv::Vec3b(0, 0, 0);
    backbone.extract(frame, after);
    cv::Mat change(after.rows, after.columns, CV_64F);
    for (int y = 0; y < after.rows; ++y)
        for (int x = 0; x < after.columns; ++x) {
            double sum = 0;
            for (int c = 0; c < after.channels; ++c)
                sum += std::abs(after.cell(y, x)[c] - before.cell(y, x)[c]);
            change.at<double>(y, x) = sum;
        }
    return change;
}

/// Centre of the change, in continuous cell coordinates.
cv::Point2d centre_of(const cv::Mat& change) {
    const double total = cv::sum(change)[0];
    cv::Point2d centre(0, 0);
    for (int y = 0; y < change.rows; ++y)
        for (int x = 0; x < change.cols; ++x)
            centre += change.at<double>(y, x) / total * cv::Point2d(x + 0.5, y + 0.5);
    return centre;
}

/// A pixel's centre, in continuous cell coordinates.
cv::Point2d in_cells(const FeatureMap& map, cv::Point pixel) {
    return {map.scale_x * (pixel.x + 0.5) + map.offset_x, map.scale_y * (pixel.y + 0.5) + map.offset_y};
}

FeatureMap map_of(DnnBackbone& backbone, const cv::Mat& frame) {
    FeatureMap map;
    backbone.extract(frame, map);
    return map;
}

cv::Mat noise(cv::Size size, unsigned seed) {
    cv::Mat frame(size, CV_8UC3);
    cv::RNG(seed).fill(frame, cv::RNG::UNIFORM, 0, 256);
    return frame;
}

} // namespace

TEST_CASE("an impulse in the image changes the expected cell of the map") {
    const TemporaryFolder folder;
    struct Case {
        const char* name;
        DarknetNetwork network;
        double stride;
        const char* last;
    };
    const std::vector<Case> cases{
        {"one", DarknetNetwork(96, 64).convolution(2, 3, 2), 2, "conv_0"},
        {"three", DarknetNetwork(96, 64).convolution(2, 3, 2).convolution(3, 3, 2).convolution(2, 5, 2), 8,
         "conv_2"},
        {"patches", DarknetNetwork(96, 64).maximum().maximum().convolution(2, 1, 1), 4, "conv_2"},
        {"both", DarknetNetwork(96, 64).convolution(2, 3, 2).maximum().convolution(2, 3, 2), 8, "conv_2"},
        {"up",
         DarknetNetwork(96, 64).convolution(2, 3, 2).convolution(2, 3, 2).upsampled().convolution(2, 3, 1), 2,
         "conv_3"},
    };
    for (const Case& network : cases) {
        INFO(network.name);
        DnnBackbone backbone(plain(network.network.write(folder, network.name), {96, 64}, network.last));
        CHECK(backbone.layer().grid.stride_x == network.stride);
        const cv::Mat frame(64, 96, CV_8UC3, cv::Scalar::all(40));
        const FeatureMap map = map_of(backbone, frame);
        CHECK((map.columns == 96 / network.stride && map.rows == 64 / network.stride));
        cv::Point2d apart(0, 0);
        double worst = 0;
        constexpr int kPeriod = 16; // a multiple of all strides up to 8 pixels
        for (int y = 24; y < 24 + kPeriod; ++y)
            for (int x = 40; x < 40 + kPeriod; ++x) {
                const cv::Mat change = response(backbone, frame.clone(), {x, y});
                cv::Point cell;
                cv::minMaxLoc(change, nullptr, nullptr, nullptr, &cell);
                const cv::Point2d said = in_cells(map, {x, y});
                worst = std::max({worst, std::abs(cell.x + 0.5 - said.x), std::abs(cell.y + 0.5 - said.y)});
                apart += (centre_of(change) - said) / (kPeriod * kPeriod);
            }
        CHECK(worst <= 1);
        CHECK(cv::norm(apart) < 1e-3); // kernels of one weight are symmetric
    }
}

TEST_CASE("an impulse changes the expected cell with letterboxing and stretching") {
    const TemporaryFolder folder;
    const auto model = DarknetNetwork(96, 64).convolution(4, 3, 2).convolution(4, 3, 2).write(folder, "net");
    for (const ImageFit fit : {ImageFit::kStretch, ImageFit::kLetterbox, ImageFit::kLetterboxCentred}) {
        DnnBackboneOptions options = plain(model, {96, 64}, "conv_1");
        options.input.fit = fit;
        DnnBackbone backbone(options);
        for (const cv::Size size : {cv::Size(192, 256), cv::Size(301, 77), cv::Size(50, 60)}) {
            cv::Mat frame(size, CV_8UC3, cv::Scalar::all(40));
            const FeatureMap before = map_of(backbone, frame);
            const cv::Point at(size.width / 2, size.height / 3);
            cv::rectangle(frame, cv::Rect(at.x - 3, at.y - 3, 7, 7), cv::Scalar::all(255), cv::FILLED);
            const FeatureMap after = map_of(backbone, frame);
            cv::Mat change(after.rows, after.columns, CV_64F);
            for (int y = 0; y < after.rows; ++y)
                for (int x = 0; x < after.columns; ++x)
                    change.at<double>(y, x) = std::abs(after.cell(y, x)[0] - before.cell(y, x)[0]);
            const cv::Point2d found = centre_of(change), said = in_cells(after, at);
            // A quarter of a cell is one pixel of the input.
            CHECK_THAT(found.x, WithinAbs(said.x, 0.25));
            CHECK_THAT(found.y, WithinAbs(said.y, 0.25));
            const Box frame_in_cells{after.offset_x, after.offset_y,
                                     after.scale_x * static_cast<float>(size.width),
                                     after.scale_y * static_cast<float>(size.height)};
            CHECK_THAT(after.valid_cells.right(),
                       WithinAbs(std::min(frame_in_cells.right(), static_cast<float>(after.columns)), 1e-4));
            CHECK_THAT(after.valid_cells.left, WithinAbs(std::max(frame_in_cells.left, 0.0F), 1e-4));
            CHECK_THAT(after.valid_cells.bottom(),
                       WithinAbs(std::min(frame_in_cells.bottom(), static_cast<float>(after.rows)), 1e-4));
        }
    }
}

TEST_CASE("any layer can be chosen as the map by name") {
    const TemporaryFolder folder;
    const auto model =
        DarknetNetwork(64, 32).convolution(16, 3, 2).convolution(20, 3, 2).convolution(24, 3, 4).write(folder,
                                                                                                       "net");
    const cv::Mat frame = noise({64, 32}, 1);
    DnnBackbone first(plain(model, {64, 32}, "conv_0"));
    CHECK(map_of(first, frame).channels == 16);
    CHECK(first.layer().name == "conv_0");
    DnnBackbone fine(plain(model, {64, 32}));
    CHECK(fine.layer().name == "conv_1"); // the last layer with cells at most 8 pixels apart
    const auto neck = DarknetNetwork(64, 32)
                          .convolution(16, 3, 2)
                          .convolution(16, 3, 4)
                          .convolution(16, 3, 2)
                          .upsampled()
                          .convolution(16, 3, 1)
                          .write(folder, "neck");
    DnnBackbone stage(plain(neck, {64, 32}));
    CHECK(stage.layer().name == "conv_1"); // an input of coarser maps, not an output
    CHECK(map_of(fine, frame).columns == 16);
    CHECK_THROWS_WITH(DnnBackbone(plain(model, {64, 32}, "conv_7")),
                      contains("no layer conv_7") && contains("conv_2"));
    const auto global = DarknetNetwork(64, 32).convolution(16, 3, 2).mean().write(folder, "global");
    CHECK_THROWS_AS(DnnBackbone(plain(global, {64, 32}, "avgpool_1")), InvalidArgument);
}

TEST_CASE("a cell is the network's weighted sum of pixels, with the channels in order") {
    const TemporaryFolder folder;
    const auto model = DarknetNetwork(8, 8).convolution(1, 1, 1, 0.5F).write(folder, "net");
    cv::Mat frame(8, 8, CV_8UC3, cv::Scalar(10, 60, 200));
    for (const bool rgb : {false, true}) {
        DnnBackboneOptions options = plain(model, {8, 8}, "conv_0");
        options.input.mean = {1, 2, 3};
        options.input.deviation = {2, 4, 8};
        options.input.rgb = rgb;
        DnnBackbone backbone(options);
        const float expected =
            rgb ? 0.5F * (199.0F / 2 + 58.0F / 4 + 7.0F / 8) : 0.5F * (9.0F / 2 + 58.0F / 4 + 197.0F / 8);
        CHECK_THAT(map_of(backbone, frame).data[9], WithinAbs(expected, 1e-4));
    }
    cv::Mat with_alpha;
    cv::cvtColor(frame, with_alpha, cv::COLOR_BGR2BGRA);
    const cv::Mat grey(8, 8, CV_8UC1, cv::Scalar(60));
    DnnBackbone backbone(plain(model, {8, 8}, "conv_0"));
    CHECK(map_of(backbone, with_alpha).data == map_of(backbone, frame).data);
    CHECK(map_of(backbone, grey).data == map_of(backbone, cv::Mat(8, 8, CV_8UC3, cv::Scalar::all(60))).data);
}

TEST_CASE("non-finite network outputs become zero") {
    const TemporaryFolder folder;
    const float huge = std::numeric_limits<float>::max();
    const auto model =
        DarknetNetwork(8, 8).convolution(1, 3, 1, huge).convolution(1, 3, 1, -huge).write(folder, "net");
    DnnBackbone backbone(plain(model, {8, 8}, "conv_1"));
    const FeatureMap map = map_of(backbone, noise({8, 8}, 2));
    CHECK(std::ranges::all_of(map.data, [](float value) { return std::isfinite(value); }));
}

TEST_CASE("errors about a network explain the problem") {
    const TemporaryFolder folder;
    const auto model = DarknetNetwork(8, 8).convolution(1, 3, 1).write(folder, "net");
    CHECK_THROWS_AS(DnnBackbone(plain(folder.path() / "none.onnx", {8, 8})), ParseError);
    CHECK_THROWS_WITH(DnnBackbone(plain(folder.path() / "none.onnx", {8, 8})), contains("none.onnx"));
    CHECK_THROWS_AS(DnnBackbone(plain(folder.file("broken.onnx", "no network"), {8, 8})), ParseError);
    CHECK_THROWS_AS(DnnBackbone(plain(model, {0, 8}, "conv_0")), InvalidArgument);
    DnnBackboneOptions options = plain(model, {8, 8}, "conv_0");
    options.input.deviation = {1, 0, 1};
    CHECK_THROWS_AS(DnnBackbone(options), InvalidArgument);
    options = plain(model, {8, 8}, "conv_0");
    options.network.backend = 12'345;
    CHECK_THROWS_AS(DnnBackbone(options), InvalidArgument);
    DnnBackbone backbone(plain(model, {8, 8}, "conv_0"));
    FeatureMap map;
    CHECK_THROWS_AS(backbone.extract(cv::Mat(), map), InvalidArgument);
    CHECK_THROWS_AS(backbone.extract(cv::Mat(8, 8, CV_32FC3), map), InvalidArgument);
    // The layout file alone also identifies the network.
    CHECK_NOTHROW(DnnBackbone(plain(folder.path() / "net.cfg", {8, 8}, "conv_0")));
}

TEST_CASE("cells of real networks are centred on their receptive fields") {
    struct Case {
        const char* model;
        const char* layer;
        cv::Size size;
        double stride;
    };
    for (const Case& real : {Case{"osnet_x0_25_msmt17.onnx", "/conv1/relu/Relu", {256, 192}, 2},
                             Case{"osnet_x0_25_msmt17.onnx", "/conv5/relu/Relu", {256, 192}, 16},
                             Case{"yolox_nano_416x416.onnx", "Add_137", {416, 416}, 16},
                             Case{"nanodet_m_416.onnx", "Conv_6", {416, 416}, 4}}) {
        const auto model = real_data(std::string("models/") + real.model);
        if (!model) return;
        INFO(real.model);
        DnnBackboneOptions options{.network{.model = *model}, .layer = real.layer};
        options.input.size = real.size;
        DnnBackbone backbone(options);
        CHECK(backbone.layer().grid.stride_x == real.stride);
        std::mt19937 random(seed_of("cells of real networks"));
        const cv::Mat frame = noise(real.size, 3);
        const FeatureMap map = map_of(backbone, frame);
        cv::Point2d apart(0, 0);
        const auto in_middle_half = [&](int length) {
            return length / 4 + static_cast<int>(random() % static_cast<unsigned>(length / 2));
        };
        constexpr int kImpulses = 160; // with 40, the mean still deviates by 0.1
        for (int k = 0; k < kImpulses; ++k) {
            const cv::Point at{in_middle_half(real.size.width), in_middle_half(real.size.height)};
            apart += (centre_of(response(backbone, frame.clone(), at)) - in_cells(map, at)) / kImpulses;
        }
        // Trained kernels are not symmetric. With the first cell's corner as its position, the offset would
        // be 0.6 of a coarse cell.
        CHECK(cv::norm(apart) < 0.4);
    }
}

TEST_CASE("the map of a real network is the finest layer of its neck") {
    const auto models = real_data("models");
    if (!models) return;
    const auto layer = [&](const char* model, cv::Size size) {
        return find_map(Network({.model = *models / model}), size, "");
    };
    CHECK(layer("yolox_nano_416x416.onnx", {416, 416}).name == "onnx_node!Mul_246");
    for (const auto& [model, size] : {std::pair("light_person_detector_192x192.onnx", cv::Size(192, 192)),
                                      std::pair("nanodet_m_416.onnx", cv::Size(416, 416)),
                                      std::pair("FastestDet.onnx", cv::Size(352, 352)),
                                      std::pair("yolo-fastest-1.1_body.cfg", cv::Size(320, 320)),
                                      std::pair("osnet_x0_25_msmt17.onnx", cv::Size(640, 384))}) {
        const NetworkLayer map = layer(model, size);
        CHECK((map.narrows && map.grid.stride_x <= 8 && map.grid.stride_y <= 8 && map.channels >= 16));
    }
}

TEST_CASE("a tracker pools from a network's layer") {
    const TemporaryFolder folder;
    const auto model = DarknetNetwork(96, 64).convolution(4, 3, 2).write(folder, "net");
    Tracker<DnnBackbone> tracker({.backbone = DnnBackbone(plain(model, {96, 64}, "conv_0"))});
    const std::vector<Detection> seen{{.box{10, 10, 20, 30}}, {.box{60, 20, 20, 30}}};
    const cv::Mat frame = noise({96, 64}, 4);
    const auto born = tracker.update(frame, seen).tracks.size();
    CHECK(born == 2);
    const auto& tracks = tracker.update(frame, seen).tracks;
    CHECK((tracks.size() == 2 && tracks[0].id == 1 && tracks[1].id == 2));
    CHECK(tracker.work().features_d.cols() > 0);
    CHECK(std::ranges::count(tracker.work().has_features_d, std::uint8_t{1}) == 2);
}
