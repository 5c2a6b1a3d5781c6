#include "cells.hpp"
#include "rivals.hpp"
#include "support/opencv_moved.hpp"

#include <fgagt/geometry_tracker.hpp>
#include <fgagt/tracker.hpp>

#include <opencv2/calib3d.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include <algorithm>
#include <chrono>

namespace fgagt::bench {
namespace {

/// People who stand still all over the frame: in every frame there are as many tracks as people.
std::vector<std::vector<Detection>> standing(std::size_t frames) {
    std::vector<std::vector<Detection>> result(frames);
    for (std::size_t k = 0; k < frames; ++k) {
        KeyedRandom random(14, k);
        for (int row = 0; row < 5; ++row)
            for (int column = 0; column < 10; ++column) {
                const auto jitter = [&] { return static_cast<float>(random.uniform(-1, 1)); };
                const Box box{60 + 190 * static_cast<float>(column) + jitter(),
                              25 + 210 * static_cast<float>(row) + jitter(), 70, 180};
                result[k].push_back({.box = box, .score = 0.9F});
            }
    }
    return result;
}

/// Back and forth through the frames, endlessly.
std::size_t there_and_back(std::size_t step, std::size_t count) {
    const std::size_t place = step % (2 * count - 2);
    return place < count ? place : 2 * count - 2 - place;
}

/// Measures `update` without the backbone.
void measure_update(benchmark::State& state) {
    const auto detections = standing(frames().size());
    Tracker<> tracker;
    std::size_t step = 0;
    for (; step < 10; ++step)
        tracker.update(frames()[step], detections[step]);
    for (auto _ : state) { // NOLINT(clang-analyzer-deadcode.DeadStores)
        const std::size_t k = there_and_back(step++, frames().size());
        const StageTimes times = tracker.update(frames()[k], detections[k]).times;
        state.SetIterationTime((times.total - times.backbone) * 1e-6);
    }
}

/// The same work, stage by stage, with the usual alternatives: OpenCV's flow of the same points and of 300
/// corners, forward and backward, and its similarity; its histograms; a matrix product; a textbook solver.
class OtherStages {
public:
    void update(const cv::Mat& frame, const cv::Mat& hsv, const std::vector<Detection>& detections) {
        flow(frame);
        describe(hsv, detections);
        similarity_.noalias() = histograms_ * previous_histograms_.transpose();
        Matrix scores = similarity_;
        for (std::size_t i = 0; i < detections.size(); ++i)
            for (std::size_t j = 0; j < boxes_.size(); ++j)
                scores(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) +=
                    static_cast<float>(iou(detections[i].box, boxes_[j]));
        benchmark::DoNotOptimize(textbook_assignment(augmented_costs(scores, kMargin)));
    }

    /// Stores the data for comparison with the next frame.
    void keep(const std::vector<Detection>& detections) {
        std::swap(previous_, current_);
        std::swap(previous_half_, current_half_);
        std::swap(previous_histograms_, histograms_);
        boxes_.clear();
        for (const Detection& detection : detections)
            boxes_.push_back(detection.box);
    }

private:
    static constexpr int kWindow = 15, kLevels = 3;
    static constexpr int kStripes = 6;

    void flow(const cv::Mat& frame) {
        cv::cvtColor(frame, grey_, cv::COLOR_BGR2GRAY);
        cv::resize(grey_, small_, {960, 540}, 0, 0, cv::INTER_AREA);
        cv::buildOpticalFlowPyramid(small_, current_, {kWindow, kWindow}, kLevels);
        if (previous_.empty()) {
            cv::resize(small_, half_, {480, 270}, 0, 0, cv::INTER_AREA);
            cv::buildOpticalFlowPyramid(half_, current_half_, {kWindow, kWindow}, kLevels);
            return;
        }
        std::vector<cv::Point2f> points;
        for (const Box& box : boxes_)
            for (const float y : {-1.F, 0.F, 1.F})
                for (const float x : {-1.F, 0.F, 1.F})
                    points.push_back((box.centre() + cv::Point2f(x * box.width / 6, y * box.height / 6)) / 2);
        there_and_back(previous_, current_, points);

        std::vector<cv::Point2f> corners;
        cv::Mat background(half_.size(), CV_8UC1, cv::Scalar(255));
        for (const Box& box : boxes_)
            cv::rectangle(background, cv::Rect2f(box.left / 4, box.top / 4, box.width / 4, box.height / 4), 0,
                          cv::FILLED);
        cv::goodFeaturesToTrack(half_, corners, 300, 0.01, 8, background);
        cv::resize(small_, half_, {480, 270}, 0, 0, cv::INTER_AREA);
        cv::buildOpticalFlowPyramid(half_, current_half_, {kWindow, kWindow}, kLevels);
        const std::vector<cv::Point2f> arrived = there_and_back(previous_half_, current_half_, corners);
        benchmark::DoNotOptimize(cv::estimateAffinePartial2D(corners, arrived));
    }

    static std::vector<cv::Point2f> there_and_back(const std::vector<cv::Mat>& from,
                                                   const std::vector<cv::Mat>& to,
                                                   const std::vector<cv::Point2f>& points) {
        std::vector<cv::Point2f> there, back;
        std::vector<unsigned char> status;
        std::vector<float> error;
        cv::calcOpticalFlowPyrLK(from, to, points, there, status, error, {kWindow, kWindow}, kLevels);
        cv::calcOpticalFlowPyrLK(to, from, there, back, status, error, {kWindow, kWindow}, kLevels);
        return there;
    }

    void describe(const cv::Mat& hsv, const std::vector<Detection>& detections) {
        histograms_.setZero(static_cast<Eigen::Index>(detections.size()), kStripes * 80);
        for (std::size_t d = 0; d < detections.size(); ++d) {
            float* out = histograms_.data() + static_cast<Eigen::Index>(d) * histograms_.cols();
            const Box& box = detections[d].box;
            for (int stripe = 0; stripe < kStripes; ++stripe, out += 80) {
                const cv::Rect place(
                    cvRound((box.left + 0.15F * box.width) / 2),
                    cvRound((box.top + box.height * static_cast<float>(stripe) / kStripes) / 2),
                    cvRound(0.35F * box.width), cvRound(box.height / kStripes / 2));
                const cv::Mat pixels = hsv(place & cv::Rect({}, hsv.size()));
                cv::Mat value(16, 1, CV_32F, out), colour(8, 8, CV_32F, out + 16), counts;
                cv::calcHist(std::vector<cv::Mat>{pixels}, {2}, {}, counts, {16}, {0, 256});
                cv::sqrt(counts / static_cast<double>(pixels.total()), value);
                cv::calcHist(std::vector<cv::Mat>{pixels}, {0, 1}, {}, counts, {8, 8}, {0, 180, 0, 256});
                cv::sqrt(counts / static_cast<double>(pixels.total()), colour);
            }
        }
        histograms_.rowwise().normalize();
        if (previous_histograms_.size() == 0) previous_histograms_ = histograms_;
    }

    cv::Mat grey_, small_, half_;
    std::vector<cv::Mat> previous_, current_, previous_half_, current_half_;
    Matrix histograms_, previous_histograms_, similarity_;
    std::vector<Box> boxes_;
};

void measure_other_stages(benchmark::State& state) {
    const auto detections = standing(frames().size());
    OtherStages other;
    std::size_t step = 0;
    for (auto _ : state) { // NOLINT(clang-analyzer-deadcode.DeadStores)
        const std::size_t k = there_and_back(step++, frames().size());
        cv::Mat small, hsv;
        cv::resize(frames()[k], small, {960, 540}, 0, 0, cv::INTER_AREA);
        cv::cvtColor(small, hsv, cv::COLOR_BGR2HSV);
        const auto start = std::chrono::steady_clock::now();
        other.update(frames()[k], hsv, detections[k]);
        state.SetIterationTime(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
        other.keep(detections[k]);
    }
}

auto geometry(std::size_t objects) {
    constexpr std::size_t kFrames = 500;
    return [detections = walks(objects, kFrames), tracker = GeometryTracker(),
            step = std::size_t{0}]() mutable { tracker.update(detections[there_and_back(step++, kFrames)]); };
}

/// Time of the last tenth of a long run divided by that of the first.
template <class Step>
void measure_flatness(benchmark::State& state, std::size_t frames, Step step) {
    for (auto _ : state) { // NOLINT(clang-analyzer-deadcode.DeadStores)
        const auto tenth = [&](std::size_t first) {
            const auto start = std::chrono::steady_clock::now();
            for (std::size_t k = first; k < first + frames / 10; ++k)
                step(k);
            return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        };
        const double first = tenth(0);
        for (std::size_t part = 1; part < 9; ++part)
            tenth(part * (frames / 10));
        state.counters["last_over_first"] = tenth(9 * (frames / 10)) / first;
    }
}

void measure_long_geometry(benchmark::State& state) {
    constexpr std::size_t kFrames = 500;
    const auto detections = walks(13, kFrames);
    GeometryTracker tracker;
    measure_flatness(state, 200'000,
                     [&](std::size_t k) { tracker.update(detections[there_and_back(k, kFrames)]); });
}

void measure_long_update(benchmark::State& state) {
    constexpr float kScale = 1.0F / 6;
    std::vector<cv::Mat> small;
    std::vector<std::vector<Detection>> detections = standing(frames().size());
    for (std::size_t k = 0; k < frames().size(); ++k) {
        small.push_back(scaled_frame(k, 180));
        for (Detection& detection : detections[k]) {
            Box& box = detection.box;
            box = {kScale * box.left, kScale * box.top, kScale * box.width, kScale * box.height};
        }
    }
    Tracker<> tracker;
    measure_flatness(state, 20'000, [&](std::size_t step) {
        const std::size_t k = there_and_back(step, small.size());
        tracker.update(small[k], detections[k]);
    });
}

} // namespace

void add_tracker() {
    benchmark::RegisterBenchmark("update/1080p_50/ours", measure_update)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
    benchmark::RegisterBenchmark("update/1080p_50/stages", measure_other_stages)
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
    for (const std::size_t objects : {13U, 240U})
        add("geometry/" + std::to_string(objects) + "/ours", [objects] { return geometry(objects); });
    for (const std::size_t objects : kScalingObjects)
        add("scaling/geometry/" + std::to_string(objects), [objects] { return geometry(objects); });
    benchmark::RegisterBenchmark("long/geometry_200000", measure_long_geometry)->Iterations(1);
    benchmark::RegisterBenchmark("long/frames_20000", measure_long_update)->Iterations(1);
}

} // namespace fgagt::bench
