#include "flow/images.hpp"
#include "support/catch.hpp"

#include <fgagt/flow/no_flow.hpp>
#include <fgagt/flow/pyramidal_flow.hpp>

#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <limits>

using namespace fgagt;
using Catch::Matchers::WithinAbs;

namespace {

constexpr FlowMode kModes[] = {FlowMode::kCentre, FlowMode::kTorso, FlowMode::kBox};

/// Paints a textured object over a picture: the texture's plane stretched to the box, whose lower right
/// corner shows the plane at `plane_size`.
void paint(cv::Mat& image, const test::Texture& texture, const Box& box, cv::Size plane_size) {
    for (int y = 0; y < image.rows; ++y)
        for (int x = 0; x < image.cols; ++x) {
            const double u = (x + 0.5 - box.left) / box.width, v = (y + 0.5 - box.top) / box.height;
            if (u >= 0 && u < 1 && v >= 0 && v < 1)
                image.at<std::uint8_t>(y, x) =
                    cv::saturate_cast<std::uint8_t>(texture.at(u * plane_size.width, v * plane_size.height));
        }
}

/// A textured object in front of another, static texture.
cv::Mat scene(cv::Size size, const Box& object) {
    static const test::Texture background(test::seed_of("still background"));
    static const test::Texture foreground(test::seed_of("moving object"));
    cv::Mat image = background.picture(size);
    paint(image, foreground, object, {60, 90});
    return image;
}

std::vector<BoxFlow> flows_of(PyramidalFlow& flow, const cv::Mat& previous, const cv::Mat& current,
                              const std::vector<Box>& boxes) {
    FlowImage from, to;
    flow.prepare(previous, from);
    flow.prepare(current, to);
    std::vector<BoxFlow> flows;
    flow.propagate(from, to, boxes, flows);
    return flows;
}

} // namespace

TEST_CASE("a box moves with its object in every mode") {
    const cv::Size size(240, 200);
    const Box before{90, 50, 60, 90}, after{93.5F, 48.25F, 60, 90};
    for (const FlowMode mode : kModes) {
        PyramidalFlow flow({.mode = mode});
        const BoxFlow result = flows_of(flow, scene(size, before), scene(size, after), {before})[0];
        INFO("mode " << static_cast<int>(mode));
        REQUIRE(result.reliable);
        CHECK(result.reliability >= 0.7F);
        // The accuracy of LK on 8-bit pictures, see lucas_kanade_test; in box mode, windows contain some
        // background.
        CHECK_THAT(result.dx, WithinAbs(3.5, 0.05));
        CHECK_THAT(result.dy, WithinAbs(-1.75, 0.05));
        CHECK_THAT(result.scale, WithinAbs(1, mode == FlowMode::kBox ? 0.005 : 0));
    }
}

TEST_CASE("box mode detects scale changes, the other modes keep the size") {
    const cv::Size size(240, 200);
    const Box before{80, 40, 70, 100};
    for (const float scale : {1.06F, 0.95F}) {
        const Box after = moved(before, {2, 1.5F, scale, 1, true});
        for (const FlowMode mode : kModes) {
            PyramidalFlow flow({.mode = mode});
            const BoxFlow result = flows_of(flow, scene(size, before), scene(size, after), {before})[0];
            INFO("mode " << static_cast<int>(mode) << ", scale " << scale);
            REQUIRE(result.reliable);
            // Pixels of a window of 15 move away from its centre by up to 0.06 * 7 px; the median of box mode
            // averages out this effect on single points.
            const double tolerance = mode == FlowMode::kBox ? 0.1 : 0.4;
            CHECK_THAT(result.dx, WithinAbs(2, tolerance));
            CHECK_THAT(result.dy, WithinAbs(1.5, tolerance));
            CHECK_THAT(result.scale, WithinAbs(mode == FlowMode::kBox ? scale : 1, 0.005));
        }
    }
}

TEST_CASE("an implausible scale counts as no scale change") {
    const cv::Size size(240, 200);
    const Box before{80, 40, 70, 100};
    const cv::Mat previous = scene(size, before),
                  current = scene(size, moved(before, {0, 0, 1.14F, 1, true}));
    PyramidalFlow strict({.mode = FlowMode::kBox}),
        lenient({.mode = FlowMode::kBox, .max_scale_change = 0.2F});
    CHECK(flows_of(strict, previous, current, {before})[0].scale == 1);
    CHECK_THAT(flows_of(lenient, previous, current, {before})[0].scale, WithinAbs(1.14, 0.01));
}

TEST_CASE("a partly occluded box keeps its shift") {
    const cv::Size size(240, 200);
    const Box before{90, 50, 60, 90}, after{94, 52, 60, 90};
    cv::Mat current = scene(size, after);
    current(cv::Rect(94, 106, 60, 36)).setTo(128); // an object without texture occludes the lower part
    for (const FlowMode mode : {FlowMode::kTorso, FlowMode::kBox}) {
        PyramidalFlow flow({.mode = mode, .min_share = 0.2F});
        const BoxFlow result = flows_of(flow, scene(size, before), current, {before})[0];
        REQUIRE(result.reliable);
        CHECK(result.reliability < 0.9F);
        CHECK_THAT(result.dx, WithinAbs(4, 0.1));
        CHECK_THAT(result.dy, WithinAbs(2, 0.1));
        PyramidalFlow demanding({.mode = mode, .min_share = 1});
        CHECK(flows_of(demanding, scene(size, before), current, {before})[0] ==
              BoxFlow{0, 0, 1, result.reliability, false});
    }
}

TEST_CASE("a box whose centre is covered by a box with lower feet is unreliable") {
    const cv::Mat image = test::Texture(1).picture({240, 200});
    const Box behind{60, 40, 60, 100}, before{80, 50, 60, 100}, beside{150, 30, 40, 100};
    const Box exact = before; // an equal box does not occlude it
    for (const FlowMode mode : kModes) {
        PyramidalFlow careful({.mode = mode}), careless({.mode = mode, .skip_occluded = false});
        const auto flows = flows_of(careful, image, image, {behind, before, beside, exact});
        CHECK(flows[0] == BoxFlow{});
        CHECK(flows[1].reliable);
        CHECK(flows[2].reliable);
        CHECK(flows[3].reliable);
        CHECK(flows_of(careless, image, image, {behind, before})[0].reliable);
    }
    PyramidalFlow careful;
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    CHECK(flows_of(careful, image, image, {behind, {0, 0, 200, kInfinity}, {0, 0, kNaN, kNaN}})[0].reliable);
}

TEST_CASE("the forward-backward check rejects points that do not return") {
    const cv::Mat previous = test::Texture(test::seed_of("one")).picture({160, 120});
    const cv::Mat current = test::Texture(test::seed_of("another")).picture({160, 120});
    const std::vector<Box> boxes{{20, 20, 40, 60}, {70, 30, 40, 60}, {110, 40, 40, 60}};
    PyramidalFlow checked, unchecked({.forward_backward = false});
    float with = 0, without = 0;
    for (const BoxFlow& result : flows_of(checked, previous, current, boxes)) {
        CHECK_FALSE(result.reliable);
        with += result.reliability;
    }
    for (const BoxFlow& result : flows_of(unchecked, previous, current, boxes))
        without += result.reliability;
    CHECK(with < 0.5F * without);
}

TEST_CASE("frames of one, three and four channels give the same flow") {
    const cv::Size size(240, 200);
    const Box before{90, 50, 60, 90}, after{93, 51, 60, 90};
    const cv::Mat previous = scene(size, before), current = scene(size, after);
    PyramidalFlow flow;
    const auto grey = flows_of(flow, previous, current, {before});
    REQUIRE(grey[0].reliable);
    for (const int code : {cv::COLOR_GRAY2BGR, cv::COLOR_GRAY2BGRA}) {
        cv::Mat colour_previous, colour_current;
        cv::cvtColor(previous, colour_previous, code);
        cv::cvtColor(current, colour_current, code);
        CHECK(flows_of(flow, colour_previous, colour_current, {before}) == grey);
    }
}

TEST_CASE("scaled-down images give shifts in frame pixels") {
    const cv::Size size(480, 401); // an odd height: its last row is ignored
    const Box before{180, 100, 120, 180}, after{187, 96.5F, 120, 180};
    const cv::Mat previous = scene(size, before), current = scene(size, after);
    for (const int pixels : {1 << 29, 480 * 401 / 4, 90000, 10000})
        for (const FlowMode mode : kModes) {
            // In box mode, the outer points are then on the background.
            if (pixels == 10000 && mode == FlowMode::kBox) continue;
            PyramidalFlow flow({.mode = mode, .pixels = pixels});
            FlowImage image;
            flow.prepare(previous, image);
            CHECK(image.frame_size == size);
            CHECK(image.pyramid.size().area() <= 2 * pixels);
            const BoxFlow result = flows_of(flow, previous, current, {before})[0];
            INFO("about " << pixels << " pixels, mode " << static_cast<int>(mode));
            REQUIRE(result.reliable);
            CHECK_THAT(result.dx, WithinAbs(7, 0.15));
            CHECK_THAT(result.dy, WithinAbs(-3.5, 0.15));
            CHECK_THAT(result.scale, WithinAbs(1, 0.005));
        }
}

TEST_CASE("points are converted between levels and frames") {
    FlowImage image;
    image.pyramid.build(test::Texture(2).picture({96, 54}), 2, 9);
    image.frame_size = {385, 217};
    image.scale = 0.25F;
    for (int level = 0; level < 3; ++level) {
        const cv::Point2f point(123.25F, 98.5F);
        CHECK_THAT(cv::norm(image.to_frame(image.to_level(point, level), level) - point), WithinAbs(0, 1e-3));
    }
    CHECK_THAT(cv::norm(image.to_level({384, 216}, 0) - cv::Point2f(96, 54)), WithinAbs(0, 1e-4));
    // Pixel (0, 0) of every level has the same centre.
    CHECK_THAT(cv::norm(image.to_frame({0.5F, 0.5F}, 2) - image.to_frame({0.5F, 0.5F}, 0)),
               WithinAbs(0, 1e-4));
}

TEST_CASE("a flow image is a value that outlives its frame") {
    const cv::Size size(200, 160);
    const Box before{60, 30, 60, 90}, after{63, 31, 60, 90};
    cv::Mat frame = scene(size, before);
    PyramidalFlow flow({.camera_motion = false});
    FlowImage previous, current;
    flow.prepare(frame, previous);
    scene(size, after).copyTo(frame); // like VideoCapture
    flow.prepare(frame, current);
    frame.setTo(0);
    std::vector<BoxFlow> expected, flows;
    const std::vector<Box> boxes{before};
    flow.propagate(previous, current, boxes, expected);
    REQUIRE(expected[0].reliable);
    CHECK_THAT(expected[0].dx, WithinAbs(3, 0.05));

    FlowImage copy = previous;
    flow.prepare(frame, previous); // black now
    flow.propagate(copy, current, boxes, flows);
    CHECK(flows == expected);
    PyramidalFlow twin = flow; // a copy does not share scratch memory either
    twin.prepare(frame, current);
    flow.propagate(previous, current, boxes, flows);
    CHECK_FALSE(flows[0].reliable);
}

TEST_CASE("incomparable images make every flow unreliable") {
    const cv::Mat frame = test::Texture(3).picture({120, 100});
    const std::vector<Box> boxes{{20, 20, 40, 60}, {60, 20, 40, 60}};
    PyramidalFlow flow, tiny({.pixels = 1000});
    FlowImage none, image, other_size, other_scale;
    flow.prepare(frame, image);
    flow.prepare(test::Texture(3).picture({120, 101}), other_size);
    tiny.prepare(frame, other_scale);
    std::vector<BoxFlow> flows(7);
    for (const auto& [previous, current] :
         {std::pair{&none, &none}, std::pair{&none, &image}, std::pair{&image, &none},
          std::pair{&image, &other_size}, std::pair{&image, &other_scale}}) {
        flow.propagate(*previous, *current, boxes, flows);
        CHECK(flows == std::vector<BoxFlow>(2));
        CHECK_FALSE(flow.camera_motion(*previous, *current, boxes));
    }
    flow.propagate(image, image, boxes, flows);
    CHECK(flows[0].reliable);
    CHECK_THAT(flows[0].dx, WithinAbs(0, 1e-3));
    flow.propagate(image, image, {}, flows);
    CHECK(flows.empty());
}

TEST_CASE("the flow of boxes without points is unreliable and finite") {
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                    kInfinity = std::numeric_limits<float>::infinity();
    const cv::Mat textured = test::Texture(4).picture({120, 100});
    const cv::Mat black(100, 120, CV_8UC1, cv::Scalar(0));
    const std::vector<Box> hostile{{-80, 20, 40, 60},    {20, 120, 40, 60},   {1e7F - 9, 0, 5, 5},
                                   {-1e7F, -1e7F, 9, 9}, {0, 0, 0, 0},        {0, 0, -5, 9},
                                   {kNaN, 0, 5, 5},      {0, 0, kInfinity, 4}};
    for (const FlowMode mode : kModes) {
        PyramidalFlow flow({.mode = mode, .skip_occluded = false});
        for (const BoxFlow& result : flows_of(flow, textured, textured, hostile))
            CHECK(result == BoxFlow{});
        CHECK(flows_of(flow, textured, black, {{20, 20, 40, 60}})[0] == BoxFlow{});
        CHECK(flows_of(flow, black, black, {{20, 20, 40, 60}})[0] == BoxFlow{});
        const cv::Mat dot(1, 1, CV_8UC3, cv::Scalar::all(0));
        CHECK(flows_of(flow, dot, dot, {{0, 0, 1, 1}})[0] == BoxFlow{});
        const BoxFlow speck = flows_of(flow, textured, textured, {{60, 50, 1e-3F, 1e-3F}})[0];
        CHECK((std::isfinite(speck.dx) && std::isfinite(speck.dy) && std::isfinite(speck.scale)));
    }
}

TEST_CASE("points outside the frame do not count as survivors") {
    const cv::Mat image = test::Texture(5).picture({120, 100});
    PyramidalFlow flow({.mode = FlowMode::kBox, .box_grid = 4});
    const BoxFlow half = flows_of(flow, image, image, {{-40, 10, 80, 80}})[0];
    CHECK_THAT(half.reliability, WithinAbs(0.5, 1e-6));
    CHECK(half.reliable);
    CHECK_FALSE(flows_of(flow, image, image, {{-55, 10, 80, 80}})[0].reliable);
}

TEST_CASE("unusable frames and options are refused") {
    PyramidalFlow flow;
    FlowImage image;
    CHECK_THROWS_AS(flow.prepare(cv::Mat(), image), InvalidArgument);
    CHECK_THROWS_AS(flow.prepare(cv::Mat(4, 4, CV_32FC1, cv::Scalar(0)), image), InvalidArgument);
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    const PyramidalFlowOptions bad[] = {{.mode = static_cast<FlowMode>(3)},
                                        {.lucas_kanade = {.window = 1}},
                                        {.pixels = 0},
                                        {.forward_backward_threshold = 0},
                                        {.forward_backward_threshold = kNaN},
                                        {.min_share = 0},
                                        {.min_share = 1.5F},
                                        {.box_grid = 1},
                                        {.max_scale_change = 1},
                                        {.max_scale_change = kNaN},
                                        {.camera = {.corners = 0}}};
    for (const PyramidalFlowOptions& options : bad)
        CHECK_THROWS_AS(PyramidalFlow(options), InvalidArgument);
    CHECK(flow.options().mode == FlowMode::kTorso);
}

TEST_CASE("NoFlow is unreliable everywhere") {
    NoFlow flow;
    NoFlow::Image image;
    flow.prepare(cv::Mat(), image);
    std::vector<BoxFlow> flows(5);
    const std::vector<Box> boxes(2, Box{0, 0, 3, 3});
    flow.propagate(image, image, boxes, flows);
    CHECK(flows == std::vector<BoxFlow>(2));
    CHECK_FALSE(flow.camera_motion(image, image, boxes));
}

TEST_CASE("flow recovers the shift of a real frame (needs FGAGT_DATA)") {
    const auto sequence = test::real_data("mot/TUD-Campus");
    if (!sequence) return;
    // The same picture shifted by a known amount, which gives the ground truth for every box.
    const cv::Mat previous = test::grey_frame(*sequence, 1);
    const cv::Matx23d shift(1, 0, 4.5, 0, 1, -2.25);
    cv::Mat current;
    cv::warpAffine(previous, current, shift, previous.size(), cv::INTER_CUBIC);
    const std::vector<Box> people{{113, 226, 80, 240}, {300, 200, 70, 200}, {430, 190, 75, 210}};
    for (const FlowMode mode : kModes) {
        PyramidalFlow flow({.mode = mode, .skip_occluded = false});
        for (const BoxFlow& result : flows_of(flow, previous, current, people)) {
            if (!result.reliable) continue;
            CHECK_THAT(result.dx, WithinAbs(4.5, 0.1));
            CHECK_THAT(result.dy, WithinAbs(-2.25, 0.1));
        }
        CHECK(flows_of(flow, previous, current, people)[0].reliable);
    }
}
