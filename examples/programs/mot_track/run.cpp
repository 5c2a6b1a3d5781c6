#include "run.hpp"

#include "chosen_tracker.hpp"
#include "networks.hpp"
#include "support/detection_source.hpp"
#include "support/hog_detector.hpp"
#include "support/print_error.hpp"
#include "support/progress.hpp"
#include "support/run_checkpoint.hpp"
#include "support/statistics.hpp"
#include "support/system/interruption.hpp"
#include "support/video_output.hpp"
#include "trackers/any_tracker.hpp"

#include <fgagt/core/types.hpp>
#include <fgagt/io/camera_motion_file.hpp>
#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/io/sequence_info.hpp>
#include <fgagt/tracker/frame_result.hpp>

#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

namespace fs = std::filesystem;

namespace {

/// The options that affect the tracks, as text: not the last frame and not the output files.
std::vector<std::string> options_text(const Arguments& arguments) {
    std::vector<std::string> lines;
    const auto add = [&](const char* name, const auto& value) {
        std::ostringstream line;
        line << name << ' ' << std::setprecision(std::numeric_limits<float>::max_digits10) << value;
        lines.push_back(line.str());
    };
    add("SOURCE", arguments.source);
    add("--detections", arguments.detections);
    add("--detector", arguments.detector);
    add("--head", arguments.head);
    const cv::Size input_size = arguments.input_size ? arguments.input_size->value : cv::Size();
    add("--input-size WIDTH", input_size.width);
    add("--input-size HEIGHT", input_size.height);
    for (const std::string& name : arguments.classes)
        add("--classes", name);
    add("--preset", arguments.preset);
    add("--backbone", arguments.backbone);
    add("--weights", arguments.weights);
    add("--score-range LOW", arguments.score_range.low);
    add("--score-range HIGH", arguments.score_range.high);
    add("--score-ceiling", arguments.score_ceiling);
    add("--camera-motion", arguments.camera_motion);
    add("--frames from", arguments.frames.low);
    add("--detect-every", arguments.detect_every);
    return lines;
}

/// Microseconds since construction.
class Timer {
public:
    [[nodiscard]] double microseconds() const {
        return std::chrono::duration<double, std::micro>(Clock::now() - start_).count();
    }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point start_ = Clock::now();
};

DetectionSource detection_source(const Arguments& arguments) {
    if (!arguments.detections.empty()) return DetectionSource(arguments.detections);
    if (arguments.detector == "hog")
        return DetectionSource(
            [hog = HogDetector()](const cv::Mat& frame) mutable { return hog.detect(frame); });
    if (detects_by_itself(arguments)) return {};
    return network_detections(arguments);
}

/// One run, from the first frame to the written files. Whatever ends the run, the frames tracked so far are
/// written.
class Run {
public:
    explicit Run(const Arguments& arguments)
        : arguments_(arguments),
          detections_(detection_source(arguments)) {
        if (!arguments.camera_motion.empty()) camera_motion_ = read_camera_motion(arguments.camera_motion);
        if (needs_pixels()) {
            frames_ = open_frames(arguments.source);
            frame_rate_ = frames_->frame_rate().value_or(frame_rate_);
        } else {
            describe_without_pixels();
        }
        record_.options = options_text(arguments);
        record_.last_frame = arguments.frames.low - 1;
    }

    /// @throws std::runtime_error  not all frames could be tracked; the tracked ones are written
    void track(AnyTracker& tracker) {
        if (arguments_.resume && fs::exists(arguments_.checkpoint))
            record_ = read_run(arguments_.checkpoint, record_.options, tracker);
        Progress progress(frames_to_come(), arguments_.quiet);
        VideoOutput video(arguments_.video, frame_rate_);
        std::string failure;
        try {
            track_frames(tracker, video, progress);
        } catch (const std::exception& error) {
            failure = error.what();
        }
        progress.finish();
        if (record_.statistics.frames() == 0)
            throw std::runtime_error(failure.empty() ? arguments_.source.string() + ": no frames to track"
                                                     : failure);
        video.finish();
        write_files();
        end_checkpoint(tracker, failure.empty());
        if (failure.empty()) return;
        throw std::runtime_error(failure + "\nThe frames up to " + std::to_string(record_.last_frame) +
                                 " were tracked and their results are written");
    }

    void print_summary() const {
        if (arguments_.quiet) return;
        const Statistics& statistics = record_.statistics;
        const double mean = statistics.mean_total();
        std::cout << statistics.frames() << " frames, " << statistics.tracks_born() << " tracks born, "
                  << record_.rows.size() << " boxes written, " << statistics.detections_left_out()
                  << " detections left out, " << mean / 1000 << " ms per frame (" << 1e6 / mean
                  << " frames/s)\n";
        const std::pair<const char*, const fs::path&> files[] = {
            {"tracks", arguments_.output}, {"video", arguments_.video}, {"statistics", arguments_.stats}};
        for (const auto& [what, path] : files)
            if (!path.empty()) std::cout << what << ": " << fs::absolute(path).string() << '\n';
    }

private:
    [[nodiscard]] bool needs_pixels() const {
        return arguments_.preset != "geometry" || !arguments_.detector.empty() || !arguments_.video.empty();
    }

    /// Takes size and length from seqinfo.ini when no frames are opened; without it, the length comes from
    /// the detections.
    void describe_without_pixels() {
        length_ = detections_.last_frame();
        const fs::path path = arguments_.source / "seqinfo.ini";
        if (!fs::exists(path)) return;
        const SequenceInfo info = read_sequence_info(path);
        frame_rate_ = info.frame_rate.value_or(frame_rate_);
        if (info.width && info.height) frame_size_ = {*info.width, *info.height};
        length_ = info.length.value_or(length_);
    }

    /// The length that the source announces; 0 if it announces none.
    [[nodiscard]] std::int64_t announced_frames() const {
        return frames_ ? frames_->frame_count().value_or(0) : length_;
    }

    [[nodiscard]] std::int64_t frames_to_come() const {
        return std::max<std::int64_t>(
            std::min(announced_frames(), arguments_.frames.high) - record_.last_frame, 0);
    }

    void track_frames(AnyTracker& tracker, VideoOutput& video, Progress& progress) {
        for (std::int64_t skipped = 0; frames_ && skipped < record_.last_frame; ++skipped)
            frames_->skip();
        cv::Mat frame;
        while (record_.last_frame < arguments_.frames.high) {
            if (Interruption::requested()) throw std::runtime_error("interrupted");
            const Timer decoding;
            if (frames_ ? !frames_->read(frame) : record_.last_frame >= length_) {
                warn_of_odd_end();
                break;
            }
            const double decode = decoding.microseconds();
            track_frame(tracker, record_.last_frame + 1, frame, decode);
            ++record_.last_frame;
            if (!arguments_.video.empty()) video.write(frame, result_.tracks);
            if (!arguments_.checkpoint.empty() && record_.statistics.frames() % arguments_.every == 0)
                write_run(arguments_.checkpoint, record_, tracker);
            progress.note(std::to_string(result_.tracks.size()) + " objects");
            progress.advance();
        }
    }

    /// Prints warnings after the last frame if the source's length or the detections do not fit.
    void warn_of_odd_end() const {
        if (record_.last_frame < announced_frames())
            print_error("mot_track: " + arguments_.source.string() + ": " +
                        std::to_string(announced_frames()) + " frames are announced, but only " +
                        std::to_string(record_.last_frame) +
                        " could be read; the file may be truncated or damaged. After damage, frame numbers "
                        "may be too low");
        const std::string doubts = detections_.doubts(record_.last_frame);
        if (!doubts.empty()) print_error("mot_track: " + doubts);
    }

    void track_frame(AnyTracker& tracker, std::int64_t number, const cv::Mat& frame, double decode) {
        FrameInfo info;
        info.camera_motion = camera_motion_.frame(number);
        info.frame_size = frame.empty() ? frame_size_ : frame.size();
        const bool detects = (number - arguments_.frames.low) % arguments_.detect_every == 0;
        const Timer detecting;
        const auto detections = detects ? detections_.of_frame(number, frame) : std::vector<Detection>{};
        const double detect = detects ? detecting.microseconds() : 0;
        result_ = tracker.track(
            frame, detects ? std::optional<std::span<const Detection>>(detections) : std::nullopt, info);
        record_.statistics.add(result_, decode, detect);
        for (const Track& track : result_.tracks)
            record_.rows.push_back({number, track.id, track.box, track.score});
    }

    void write_files() const {
        if (!arguments_.output.empty()) write_results(arguments_.output, record_.rows);
        if (!arguments_.stats.empty()) record_.statistics.write(arguments_.stats);
    }

    /// Removes the checkpoint if the work is done; otherwise updates it.
    void end_checkpoint(const AnyTracker& tracker, bool done) const {
        if (arguments_.checkpoint.empty()) return;
        if (done)
            fs::remove(arguments_.checkpoint);
        else
            write_run(arguments_.checkpoint, record_, tracker);
    }

    const Arguments& arguments_;
    DetectionSource detections_;
    RecordedCameraMotion camera_motion_;
    std::unique_ptr<FrameSource> frames_;
    double frame_rate_ = 30;
    cv::Size frame_size_;
    std::int64_t length_ = 0; // used if the source is not opened
    FrameResult result_;
    RunRecord record_;
};

} // namespace

void run(const Arguments& arguments) {
    if (arguments.threads > 0) cv::setNumThreads(arguments.threads);
    Run run(arguments);
    run.track(*chosen_tracker(arguments));
    run.print_summary();
}

} // namespace fgagt::examples
