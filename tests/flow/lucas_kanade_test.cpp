#include "flow/images.hpp"
#include "support/catch.hpp"

#include <fgagt/flow/lucas_kanade.hpp>

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include <algorithm>
#include <limits>
#include <utility>

using namespace fgagt;
using Catch::Matchers::WithinAbs;

namespace {

/// The reference: OpenCV's tracker, in continuous coordinates and with the library's unit of the eigenvalue.
std::vector<TrackedPoint> reference(const cv::Mat& previous, const cv::Mat& current,
                                    const std::vector<cv::Point2f>& points, const LucasKanadeOptions& options,
                                    const std::vector<cv::Point2f>& guesses = {}) {
    std::vector<cv::Point2f> from, to;
    for (const cv::Point2f& point : points)
        from.push_back(pixel_centre::from_continuous(point));
    for (const cv::Point2f& guess : guesses)
        to.push_back(pixel_centre::from_continuous(guess));
    std::vector<std::uint8_t> status;
    std::vector<float> error;
    const cv::TermCriteria criteria(cv::TermCriteria::COUNT | cv::TermCriteria::EPS, options.iterations,
                                    options.epsilon);
    cv::calcOpticalFlowPyrLK(previous, current, from, to, status, error, {options.window, options.window},
                             options.levels, criteria, guesses.empty() ? 0 : cv::OPTFLOW_USE_INITIAL_FLOW,
                             options.min_eigenvalue / 1024);
    std::vector<TrackedPoint> result;
    for (std::size_t i = 0; i < points.size(); ++i)
        result.push_back({pixel_centre::to_continuous(to[i]), error[i], status[i] != 0});
    return result;
}

std::vector<TrackedPoint> track(const cv::Mat& previous, const cv::Mat& current,
                                const std::vector<cv::Point2f>& points,
                                const LucasKanadeOptions& options = {},
                                const std::vector<cv::Point2f>& guesses = {}) {
    LucasKanade tracker(options);
    GreyPyramid from, to;
    tracker.prepare(previous, from);
    tracker.prepare(current, to);
    std::vector<TrackedPoint> result;
    tracker.track(from, to, points, result, guesses);
    return result;
}

std::vector<cv::Point2f> scattered(cv::Size size, int count, double margin, const std::string& name) {
    std::mt19937 random(test::seed_of(name));
    std::vector<cv::Point2f> points;
    for (int i = 0; i < count; ++i) {
        const auto x = static_cast<float>(test::uniform(random, margin, size.width - margin));
        points.emplace_back(x, static_cast<float>(test::uniform(random, margin, size.height - margin)));
    }
    return points;
}

std::vector<cv::Point2f> positions(const std::vector<TrackedPoint>& tracked) {
    std::vector<cv::Point2f> result;
    for (const TrackedPoint& point : tracked)
        result.push_back(point.position);
    return result;
}

struct Agreement {
    int compared = 0;  ///< points that the reference tracks back to within half a pixel
    int within_20 = 0; ///< of these, found within 0.02 px of the reference
    int within_50 = 0; ///< of these, found within 0.05 px of the reference
    int status = 0;    ///< points of equal status
    int points = 0;

    void add(const cv::Mat& previous, const cv::Mat& current, const std::vector<cv::Point2f>& from,
             const LucasKanadeOptions& options) {
        const auto expected = reference(previous, current, from, options);
        const auto back = reference(current, previous, positions(expected), options);
        const auto got = track(previous, current, from, options);
        for (std::size_t i = 0; i < from.size(); ++i) {
            ++points;
            status += got[i].found == expected[i].found;
            if (!expected[i].found || !back[i].found || cv::norm(back[i].position - from[i]) >= 0.5) continue;
            ++compared;
            const double distance = got[i].found ? cv::norm(got[i].position - expected[i].position)
                                                 : std::numeric_limits<double>::infinity();
            within_20 += distance <= 0.02;
            within_50 += distance <= 0.05;
        }
    }
};

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                     values.end());
    return values[values.size() / 2];
}

/// Median distance to the ground truth, of the library and of the reference.
std::pair<double, double> end_point_errors(const cv::Mat& previous, const cv::Mat& current,
                                           const Affine& motion, const std::vector<cv::Point2f>& points) {
    std::vector<double> ours, theirs;
    const auto got = track(previous, current, points);
    const auto expected = reference(previous, current, points, {});
    for (std::size_t i = 0; i < points.size(); ++i) {
        const cv::Point2f truth = test::apply(motion, points[i]);
        ours.push_back(cv::norm(got[i].position - truth));
        theirs.push_back(cv::norm(expected[i].position - truth));
    }
    return {median(ours), median(theirs)};
}

const Affine kMotions[] = {
    {1, 0, 0.37, 0, 1, -0.81},         {1, 0, 6.25, 0, 1, 4.5},   {1.02, 0.01, -3, -0.015, 1.01, 2},
    {0.98, -0.02, 5, 0.02, 0.985, -1}, {1, 0, -11.3, 0, 1, 9.75},
};

} // namespace

TEST_CASE("points agree with OpenCV on real frames (needs FGAGT_DATA)") {
    struct Pair {
        const char* sequence;
        int previous, current;
    };
    const auto campus = test::real_data("mot/TUD-Campus");
    const auto street = test::real_data("mot/ADL-Rundle-6");
    if (!campus || !street) return;
    for (const int window : {15, 21}) {
        Agreement next, later;
        for (const auto& [sequence, steps] : {std::pair{*campus, 6}, std::pair{*street, 3}})
            for (int number = 1; number <= steps; ++number) {
                const cv::Mat frame = test::grey_frame(sequence, number);
                REQUIRE_FALSE(frame.empty());
                const auto points = scattered(frame.size(), 1000, 0, "real frames " + std::to_string(number));
                const LucasKanadeOptions options{.window = window};
                next.add(frame, test::grey_frame(sequence, number + 1), points, options);
                later.add(frame, test::grey_frame(sequence, number + 5), points, options);
            }
        for (const Agreement& agreement : {next, later}) {
            INFO("window " << window << ": " << agreement.compared << " of " << agreement.points
                           << " compared, within 0.02 px " << agreement.within_20 << ", within 0.05 px "
                           << agreement.within_50 << ", equal status " << agreement.status);
            CHECK(agreement.compared > agreement.points / 2);
            CHECK(agreement.within_50 >= 0.98 * agreement.compared);
            CHECK(agreement.within_20 >= 0.98 * agreement.compared);
            CHECK(agreement.status >= 0.99 * agreement.points);
        }
    }
}

TEST_CASE("points agree with OpenCV on a generated texture") {
    const test::Texture texture(test::seed_of("agreement"));
    const cv::Size size(320, 240);
    const cv::Mat previous = texture.picture(size);
    for (const Affine& motion : kMotions) {
        const cv::Mat current = texture.picture(size, test::inverse(motion));
        Agreement agreement;
        agreement.add(previous, current, scattered(size, 500, 0, "texture"), {});
        INFO(agreement.compared << " compared, within 0.02 px " << agreement.within_20);
        CHECK(agreement.compared > 350);
        CHECK(agreement.within_20 >= 0.995 * agreement.compared);
    }
}

TEST_CASE("points are as close to the truth as OpenCV's on a generated texture") {
    const test::Texture texture(test::seed_of("truth"));
    const cv::Size size(320, 240);
    const cv::Mat previous = texture.picture(size);
    for (const Affine& motion : kMotions) {
        const auto [ours, theirs] = end_point_errors(previous, texture.picture(size, test::inverse(motion)),
                                                     motion, scattered(size, 300, 40, "truth"));
        CHECK(ours <= theirs + 0.002);
        // 8-bit rounding leaves about 0.01; a window of 21 that grows by 2 % no longer moves as a single
        // shift.
        CHECK(ours < (motion.a == 1 ? 0.02 : 0.1));
    }
}

TEST_CASE("points are as close to the truth as OpenCV's on warped real frames (needs FGAGT_DATA)") {
    const auto sequence = test::real_data("mot/TUD-Campus");
    if (!sequence) return;
    const cv::Mat previous = test::grey_frame(*sequence, 1);
    for (const Affine& motion : kMotions) {
        Affine warp = motion; // OpenCV warps integer-centre coordinates
        warp.tx += 0.5 * (motion.a + motion.b) - 0.5;
        warp.ty += 0.5 * (motion.c + motion.d) - 0.5;
        const cv::Matx23d matrix(warp.a, warp.b, warp.tx, warp.c, warp.d, warp.ty);
        cv::Mat current;
        cv::warpAffine(previous, current, matrix, previous.size(), cv::INTER_CUBIC);
        const auto [ours, theirs] =
            end_point_errors(previous, current, motion, scattered(previous.size(), 1000, 40, "warped"));
        CHECK(ours <= theirs + 0.002);
    }
}

TEST_CASE("points at the border and beyond agree with OpenCV") {
    const test::Texture texture(test::seed_of("border"));
    const cv::Size size(96, 80);
    const cv::Mat previous = texture.picture(size);
    const cv::Mat current = texture.picture(size, {1, 0, 0.7, 0, 1, -0.4}); // moves by (-0.7, 0.4)
    // Points within half a window of an edge, on both sides of it; OpenCV's window is completely outside
    // beyond 10.5.
    std::vector<cv::Point2f> points;
    for (float along = 3; along < 80; along += 7.3F)
        for (const float across :
             {-12.F, -9.F, -4.25F, -0.5F, 0.F, 0.5F, 1.25F, 4.F, 9.75F, 10.5F, 11.F, 11.5F}) {
            points.emplace_back(along, across);
            points.emplace_back(along, 80 - across);
            points.emplace_back(across, along);
            points.emplace_back(96 - across, along);
        }
    for (const int levels : {0, 2}) {
        const LucasKanadeOptions options{.levels = levels};
        const auto expected = reference(previous, current, points, options);
        const auto got = track(previous, current, points, options);
        int found = 0, close = 0;
        for (std::size_t i = 0; i < points.size(); ++i) {
            INFO(points[i] << " with " << levels << " further levels");
            CHECK(got[i].found == expected[i].found);
            if (!got[i].found || !expected[i].found) continue;
            ++found;
            close += cv::norm(got[i].position - expected[i].position) < 0.02;
        }
        CHECK(found > 300);
        CHECK(close >= 0.97 * found); // windows that contain little of the image are ill-conditioned
    }
}

TEST_CASE("levels, iterations, epsilon and guesses have the same meaning as in OpenCV") {
    const test::Texture texture(test::seed_of("options"));
    const cv::Size size(200, 160);
    const cv::Mat previous = texture.picture(size);
    const cv::Mat current = texture.picture(size, {1, 0, -5.5, 0, 1, 3.25}); // moves by (5.5, -3.25)
    const auto points = scattered(size, 200, 20, "options");
    std::vector<cv::Point2f> guesses;
    for (const cv::Point2f& point : points)
        guesses.push_back(point + cv::Point2f(4, -3));

    const LucasKanadeOptions variants[] = {
        {.levels = 0},     {.levels = 1}, {.levels = 9},  {.iterations = 1}, {.iterations = 3},
        {.epsilon = 0.3F}, {.window = 7}, {.window = 10}, {.window = 31},    {.epsilon = 0.F}};
    for (const LucasKanadeOptions& options : variants)
        for (const bool guessed : {false, true}) {
            const auto hints = guessed ? guesses : std::vector<cv::Point2f>{};
            const auto expected = reference(previous, current, points, options, hints);
            const auto got = track(previous, current, points, options, hints);
            int equal = 0;
            for (std::size_t i = 0; i < points.size(); ++i)
                equal += got[i].found == expected[i].found &&
                         cv::norm(got[i].position - expected[i].position) < 0.02;
            INFO("window " << options.window << ", levels " << options.levels << ", iterations "
                           << options.iterations << ", epsilon " << options.epsilon << ", guessed "
                           << guessed);
            // Points that do not converge (no pyramid, a small window) are chaotic in every implementation.
            CHECK(equal >= (options.levels == 0 || options.window == 7 ? 0.85 : 0.97) * 200);
        }
}

TEST_CASE("the error is the mean absolute difference of the patches in grey levels") {
    const test::Texture texture(test::seed_of("error"));
    const cv::Mat previous = texture.picture({120, 100});
    const cv::Mat brighter = previous + cv::Scalar(6);
    const std::vector<cv::Point2f> points{{60, 50}};
    CHECK_THAT(track(previous, previous, points)[0].error, WithinAbs(0, 1e-6));
    const TrackedPoint moved = track(previous, brighter, points)[0];
    const TrackedPoint expected = reference(previous, brighter, points, {})[0];
    CHECK(moved.error > 1);
    // Tolerance: 0.01 px times some grey levels per pixel.
    CHECK_THAT(moved.error, WithinAbs(expected.error, 0.02));
}

TEST_CASE("a point is rejected exactly if the smaller eigenvalue is below the limit") {
    // A roof: gradients are (1, 1) up to row 58, (1, 0.5) and (1, -0.5) on the ridge, and (1, -1) from row
    // 61.
    cv::Mat image(120, 120, CV_8UC1);
    for (int y = 0; y < 120; ++y)
        for (int x = 0; x < 120; ++x)
            image.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(50 + x + (y < 60 ? y : 119 - y));
    const std::vector<cv::Point2f> points{{60.5F, 60.5F}};
    // Rows 50 to 70 are 9 rising rows, 2 rows of the ridge and 10 falling rows.
    const float xx = 1, xy = -1.F / 21, yy = 19.5F / 21;
    const float eigenvalue = 0.5F * (xx + yy - std::hypot(xx - yy, 2 * xy));
    for (const auto& [limit, found] :
         {std::pair{eigenvalue * 0.999F, true}, std::pair{eigenvalue * 1.001F, false}}) {
        const LucasKanadeOptions options{.min_eigenvalue = limit};
        CHECK(track(image, image, points, options)[0].found == found);
        CHECK(reference(image, image, points, options)[0].found == found);
    }
}

TEST_CASE("points without texture or on a straight edge are rejected") {
    const cv::Mat flat(100, 100, CV_8UC1, cv::Scalar(90));
    cv::Mat edge = flat.clone();
    edge(cv::Rect(50, 0, 50, 100)) = 200;
    for (const cv::Mat& image : {flat, edge}) {
        const TrackedPoint point = track(image, image, {{50, 50}})[0];
        CHECK_FALSE(point.found);
        CHECK(point.error == 0);
        CHECK(point.position == cv::Point2f(50, 50));
        // Without a limit, the determinant rejects the point.
        CHECK_FALSE(track(image, image, {{50, 50}}, {.min_eigenvalue = 0})[0].found);
    }
}

TEST_CASE("a failing coarse level keeps the guess and does not lose the point") {
    // Waves of 5 px are steep on the first level and flatter on the next levels, where the limit rejects
    // them.
    const auto waves = [](double dx, double dy) {
        cv::Mat image(128, 128, CV_8UC1);
        for (int y = 0; y < 128; ++y)
            for (int x = 0; x < 128; ++x)
                image.at<std::uint8_t>(y, x) = cv::saturate_cast<std::uint8_t>(
                    128 + 40 * std::sin(2 * CV_PI / 5 * (x - dx)) + 40 * std::sin(2 * CV_PI / 5 * (y - dy)));
        return image;
    };
    const cv::Mat previous = waves(0, 0), current = waves(0.4, 0.3);
    cv::Mat half;
    cv::pyrDown(previous, half);
    const LucasKanadeOptions options{.min_eigenvalue = 200};
    REQUIRE_FALSE(track(half, half, {{32, 32}}, options)[0].found);
    const std::vector<cv::Point2f> points{{64, 64}, {70.3F, 61.9F}};
    const auto got = track(previous, current, points, options);
    const auto expected = reference(previous, current, points, options);
    for (std::size_t i = 0; i < points.size(); ++i) {
        CHECK(expected[i].found);
        CHECK(got[i].found);
        CHECK_THAT(cv::norm(got[i].position - expected[i].position), WithinAbs(0, 0.01));
        // Bilinear interpolation flattens such short waves.
        CHECK_THAT(got[i].position.x - points[i].x, WithinAbs(0.4, 0.1));
        CHECK_THAT(got[i].position.y - points[i].y, WithinAbs(0.3, 0.1));
    }
}

TEST_CASE("half of a step that undoes the previous one is reverted") {
    // The gradient of waves of 3 px is underestimated so much that from half a pixel away every step is one
    // pixel too long. Without the rule, the iteration ends half a pixel from the optimum.
    const auto waves = [](double shift) {
        cv::Mat image(64, 64, CV_8UC1);
        for (int y = 0; y < 64; ++y)
            for (int x = 0; x < 64; ++x)
                image.at<std::uint8_t>(y, x) =
                    cv::saturate_cast<std::uint8_t>(128 + 50 * std::sin(2 * CV_PI / 3 * (x - shift)) +
                                                    50 * std::sin(2 * CV_PI / 3 * (y - shift)));
        return image;
    };
    const std::vector<cv::Point2f> points{{32, 32}, {32.5F, 32.5F}, {32.75F, 32.75F}, {32.9F, 32.9F}};
    const auto got = track(waves(0), waves(0.5), points, {.levels = 0});
    const auto expected = reference(waves(0), waves(0.5), points, {.levels = 0});
    for (std::size_t i = 0; i < points.size(); ++i) {
        CHECK(got[i].found);
        CHECK_THAT(cv::norm(got[i].position - expected[i].position), WithinAbs(0, 0.02));
        CHECK_THAT(cv::norm(got[i].position - points[i] - cv::Point2f(0.5F, 0.5F)), WithinAbs(0, 0.02));
    }
}

TEST_CASE("a window weight favours the centre of the window") {
    // A disc moves in front of a static background; the window contains both.
    const test::Texture back(test::seed_of("background")), front(test::seed_of("foreground"));
    const auto scene = [&](double shift) {
        cv::Mat image = back.picture({160, 120});
        for (int y = 0; y < 120; ++y)
            for (int x = 0; x < 160; ++x)
                if (std::hypot(x + 0.5 - 80 - shift, y + 0.5 - 60) < 7)
                    image.at<std::uint8_t>(y, x) =
                        cv::saturate_cast<std::uint8_t>(front.at(x + 0.5 - shift, y + 0.5));
        return image;
    };
    const cv::Mat previous = scene(0), current = scene(1);
    const auto miss = [&](float sigma) {
        const auto tracked =
            track(previous, current, {{80, 60}}, {.window = 31, .levels = 0, .weight_sigma = sigma});
        return std::abs(tracked[0].position.x - 81.F);
    };
    CHECK(miss(4) < 0.1F);
    CHECK(miss(4) < 0.5F * miss(0));
    CHECK_THAT(miss(1000), WithinAbs(miss(0), 1e-3)); // all weights are close to 1
}

TEST_CASE("points return to their start when tracked backwards") {
    const test::Texture texture(test::seed_of("consistent"));
    const cv::Size size(160, 120);
    const cv::Mat previous = texture.picture(size);
    cv::Mat current = texture.picture(size, {1, 0, -2, 0, 1, 1});
    test::Texture(test::seed_of("something else"))
        .picture({80, 120})
        .copyTo(current(cv::Rect(80, 0, 80, 120)));
    LucasKanade tracker;
    GreyPyramid from, to;
    tracker.prepare(previous, from);
    tracker.prepare(current, to);
    std::vector<TrackedPoint> plain, consistent;
    const auto points = scattered(size, 200, 15, "consistent");
    tracker.track(from, to, points, plain);
    tracker.track_consistent(from, to, points, 0.5F, consistent);
    int kept_left = 0, left = 0, kept_right = 0, right = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        CHECK(consistent[i].position == plain[i].position);
        if (points[i].x < 60) ++left, kept_left += consistent[i].found;
        if (points[i].x > 100) ++right, kept_right += consistent[i].found;
    }
    CHECK(kept_left >= 0.95 * left);
    CHECK(kept_right <= 0.2 * right);
}

TEST_CASE("tracking may stop at a coarser level") {
    const test::Texture texture(test::seed_of("finest"));
    const cv::Size size(240, 200);
    LucasKanade tracker;
    GreyPyramid from, to, half_from, half_to;
    const cv::Mat previous = texture.picture(size), current = texture.picture(size, {1, 0, -3, 0, 1, 2});
    tracker.prepare(previous, from);
    tracker.prepare(current, to);
    tracker.prepare(from.image(1), half_from);
    tracker.prepare(to.image(1), half_to);
    const auto points = scattered({120, 100}, 50, 0, "finest");
    std::vector<TrackedPoint> got, expected;
    tracker.track(from, to, points, got, {}, 1);
    tracker.track(half_from, half_to, points, expected);
    CHECK(from.levels() == half_from.levels() + 1);
    CHECK(got == expected);
}

TEST_CASE("hostile points are not found and stay finite") {
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN(),
                    kInfinity = std::numeric_limits<float>::infinity();
    const cv::Mat image = test::Texture(7).picture({64, 64});
    const std::vector<cv::Point2f> points{{kNaN, 3},       {3, kNaN},  {kInfinity, 0},
                                          {0, -kInfinity}, {1e30F, 0}, {1e7F, 1e7F},
                                          {-1e7F, 30},     {-500, 30}, {30, 500}};
    for (const auto& tracked : {track(image, image, points),
                                track(image, image, std::vector<cv::Point2f>(9, {32, 32}), {}, points)})
        for (const TrackedPoint& point : tracked) {
            CHECK_FALSE(point.found);
            CHECK((std::isfinite(point.position.x) && std::isfinite(point.position.y) && point.error == 0));
        }
    const cv::Mat black(1, 1, CV_8UC1, cv::Scalar(0));
    CHECK_FALSE(track(black, black, {{0.5F, 0.5F}})[0].found);
    CHECK(track(image, image, {}).empty());
}

TEST_CASE("the point tracker refuses pyramids that do not fit") {
    LucasKanade tracker;
    GreyPyramid empty, small, narrow, fitting;
    tracker.prepare(cv::Mat(64, 64, CV_8UC1, cv::Scalar(0)), fitting);
    tracker.prepare(cv::Mat(64, 63, CV_8UC1, cv::Scalar(0)), small);
    narrow.build(cv::Mat(64, 64, CV_8UC1, cv::Scalar(0)), 3, 20);
    std::vector<TrackedPoint> tracked;
    const std::vector<cv::Point2f> one{{1, 1}}, two{{1, 1}, {2, 2}};
    CHECK_THROWS_AS(tracker.track(empty, empty, one, tracked), InvalidArgument);
    CHECK_THROWS_AS(tracker.track(fitting, empty, one, tracked), InvalidArgument);
    CHECK_THROWS_AS(tracker.track(fitting, small, one, tracked), InvalidArgument);
    CHECK_THROWS_AS(tracker.track(fitting, narrow, one, tracked), InvalidArgument);
    CHECK_THROWS_AS(tracker.track(fitting, fitting, one, tracked, two), InvalidArgument);
    CHECK_THROWS_AS(tracker.track(fitting, fitting, one, tracked, {}, 9), InvalidArgument);
    CHECK_THROWS_AS(tracker.track(fitting, fitting, one, tracked, {}, -1), InvalidArgument);
    CHECK_NOTHROW(tracker.track(fitting, fitting, one, tracked));
}

TEST_CASE("options of the point tracker are checked") {
    constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
    const LucasKanadeOptions bad[] = {
        {.window = 2},          {.window = 64},         {.levels = -1},
        {.levels = 17},         {.iterations = 0},      {.epsilon = -1},
        {.epsilon = kNaN},      {.min_eigenvalue = -1}, {.min_eigenvalue = kNaN},
        {.weight_sigma = -1.F}, {.weight_sigma = kNaN}};
    for (const LucasKanadeOptions& options : bad)
        CHECK_THROWS_AS(LucasKanade(options), InvalidArgument);
    CHECK(LucasKanade().options().window == 21);
}

TEST_CASE("the widest window does not overflow on the strongest contrast") {
    cv::Mat previous(200, 200, CV_8UC1, cv::Scalar(0));
    for (int y = 0; y < 200; ++y)
        for (int x = 0; x < 200; ++x)
            if ((x / 9 + y / 9) % 2 == 0) previous.at<std::uint8_t>(y, x) = 255;
    cv::Mat current;
    cv::bitwise_not(previous, current);
    const LucasKanadeOptions options{.window = 63, .levels = 0, .iterations = 1};
    const auto got = track(previous, current, {{100, 100}}, options);
    const auto expected = reference(previous, current, {{100, 100}}, options);
    CHECK(got[0].found == expected[0].found);
    CHECK_THAT(cv::norm(got[0].position - expected[0].position), WithinAbs(0, 0.01));
}
