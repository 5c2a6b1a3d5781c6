// Tracks a MOTChallenge sequence or a video, and writes the tracks as text, as an annotated video, or both.

#include "support/drawing.hpp"
#include "support/hog_detector.hpp"
#include "support/progress.hpp"
#include "support/statistics.hpp"

#include <fgagt/fgagt.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/io.hpp>
#include <fgagt/io/weights_file.hpp>

#include <CLI/CLI.hpp>
#include <opencv2/core/utility.hpp>
#include <opencv2/videoio.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt;

namespace {

/// A pair that is written LOW:HIGH on the command line.
template <class Value>
struct Range {
    Value low, high;

    friend bool lexical_cast(const std::string& text, Range& range) {
        const std::size_t colon = text.find(':');
        return colon != std::string::npos && CLI::detail::lexical_cast(text.substr(0, colon), range.low) &&
               CLI::detail::lexical_cast(text.substr(colon + 1), range.high);
    }
};

struct Arguments {
    fs::path source;
    fs::path detections;
    std::string detector;
    fs::path output;
    std::string preset = "default";
    std::string backbone;
    fs::path weights;
    Range<float> score_range{0, 1};
    float score_ceiling = ScoreLevelsOptions{}.ceiling;
    fs::path camera_motion;
    Range<std::int64_t> frames{1, std::numeric_limits<std::int64_t>::max()};
    int detect_every = 1;
    fs::path video;
    fs::path stats;
    int threads = 0;
    bool quiet = false;
};

void add_options(CLI::App& app, Arguments& arguments) {
    app.add_option("SOURCE", arguments.source, "sequence folder (seqinfo.ini, img1/) or video file")
        ->required()
        ->check(CLI::ExistingPath);
    auto* boxes = app.add_option_group("boxes", "where detections come from");
    boxes->add_option("--detections", arguments.detections, "MOTChallenge detection file")
        ->check(CLI::ExistingFile);
    boxes->add_option("--detector", arguments.detector, "hog: OpenCV's built-in pedestrian detector")
        ->check(CLI::IsMember({"hog"}));
    boxes->require_option(1);
    app.add_option("--output", arguments.output, "write tracks as MOTChallenge result text");
    app.add_option("--preset", arguments.preset, "which of the four trackers")
        ->check(CLI::IsMember({"default", "graph", "paper", "geometry"}))
        ->capture_default_str();
    app.add_option("--backbone", arguments.backbone,
                   "what features are taken from (default: colour, for the paper's preset channel)")
        ->check(CLI::IsMember({"colour", "channel"}));
    app.add_option(
           "--weights", arguments.weights,
           "learned weights, as mot_train writes them (default with --preset graph: the library's own); the "
           "default preset becomes graph")
        ->check(CLI::ExistingFile);
    app.add_option("--score-range", arguments.score_range, "detector scores that count as 0 and 1")
        ->type_name("LOW:HIGH");
    app.add_option("--score-ceiling", arguments.score_ceiling,
                   "score at which the detector is normally trusted; adaptive levels never rise above it")
        ->check(CLI::Range(0.01, 1.0))
        ->capture_default_str();
    app.add_option("--camera-motion", arguments.camera_motion,
                   "file of affine maps, previous frame to this one; otherwise it is estimated")
        ->check(CLI::ExistingFile);
    app.add_option("--frames", arguments.frames, "first and last frame, counted from 1")->type_name("A:B");
    app.add_option("--detect-every", arguments.detect_every, "use detections of every K-th frame only")
        ->type_name("K")
        ->check(CLI::PositiveNumber);
    app.add_option("--video", arguments.video, "write an annotated video (.avi or .mp4)");
    app.add_option("--stats", arguments.stats, "write counts and times per stage as JSON");
    app.add_option("--threads", arguments.threads, "threads that OpenCV may use; 0: all cores")
        ->check(CLI::NonNegativeNumber);
    app.add_flag("--quiet", arguments.quiet, "no progress bar and no summary");
}

/// What no single option can tell.
/// @throws CLI::ParseError  wrong usage
void require_sound(const Arguments& arguments) {
    if (!(arguments.score_range.low < arguments.score_range.high))
        throw CLI::ValidationError("--score-range", "LOW must be less than HIGH");
    if (arguments.frames.low < 1 || arguments.frames.low > arguments.frames.high)
        throw CLI::ValidationError("--frames", "expected 1 <= A <= B");
    if (!arguments.weights.empty() && arguments.preset == "geometry")
        throw CLI::ValidationError("--weights", "the geometry preset looks at no pixels; use another preset");
    if (arguments.weights.empty() && arguments.preset == "graph" && arguments.backbone == "channel")
        throw CLI::ValidationError("--weights",
                                   "the library's own weights are for the colour backbone; give others");
}

/// Microseconds since its construction.
class Timer {
public:
    [[nodiscard]] double microseconds() const {
        return std::chrono::duration<double, std::micro>(Clock::now() - start_).count();
    }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point start_ = Clock::now();
};

/// Detections of one frame, by its number and its pixels.
using Detector = std::function<std::vector<Detection>(std::int64_t, const cv::Mat&)>;

Detector make_detector(const Arguments& arguments) {
    if (!arguments.detector.empty())
        return [hog = std::make_shared<examples::HogDetector>()](std::int64_t, const cv::Mat& frame) {
            return hog->detect(frame);
        };
    return [rows = read_detections(arguments.detections)](std::int64_t number, const cv::Mat&) {
        std::vector<Detection> detections;
        for (const DetectionRow& row : rows.frame(number))
            detections.push_back({.box = row.box, .score = row.score});
        return detections;
    };
}

/// Writes annotated frames; the file takes its name when it is complete.
class VideoOutput {
public:
    VideoOutput(fs::path path, double frame_rate) : path_(std::move(path)), frame_rate_(frame_rate) {}
    VideoOutput(const VideoOutput&) = delete;
    VideoOutput& operator=(const VideoOutput&) = delete;
    ~VideoOutput() {
        writer_.release();
        std::error_code ignored;
        if (!path_.empty()) fs::remove(unfinished(), ignored);
    }

    void write(const cv::Mat& frame, const std::vector<Track>& tracks) {
        if (path_.empty()) return;
        if (!writer_.isOpened()) open(frame.size());
        frame.copyTo(canvas_);
        annotator_.draw(canvas_, tracks);
        if (canvas_.size() != size_) cv::resize(canvas_, canvas_, size_);
        writer_.write(canvas_);
    }

    void finish() {
        if (path_.empty() || !writer_.isOpened()) return;
        writer_.release();
        fs::rename(unfinished(), path_);
    }

private:
    [[nodiscard]] fs::path unfinished() const {
        return path_.parent_path() / (path_.stem().string() + ".part" + path_.extension().string());
    }

    void open(cv::Size size) {
        size_ = size;
        const int codec = path_.extension() == ".avi" ? cv::VideoWriter::fourcc('M', 'J', 'P', 'G')
                                                      : cv::VideoWriter::fourcc('m', 'p', '4', 'v');
        if (!writer_.open(unfinished().string(), codec, frame_rate_, size))
            throw std::runtime_error(path_.string() +
                                     ": cannot be written as a video; use a name that ends in .avi or .mp4");
    }

    fs::path path_;
    double frame_rate_;
    cv::Size size_;
    cv::VideoWriter writer_;
    cv::Mat canvas_;
    examples::Annotator annotator_;
};

/// One run, from the first frame to the written files.
class Run {
public:
    explicit Run(const Arguments& arguments) : arguments_(arguments), detector_(make_detector(arguments)) {
        if (!arguments.camera_motion.empty()) camera_motion_ = read_camera_motion(arguments.camera_motion);
        if (needs_pixels()) {
            frames_ = open_frames(arguments.source);
            frame_rate_ = frames_->frame_rate().value_or(frame_rate_);
        } else {
            describe_without_pixels();
        }
    }

    template <class AnyTracker>
    void track(AnyTracker tracker) {
        const std::int64_t last =
            frames_ ? arguments_.frames.high : std::min(arguments_.frames.high, last_frame_);
        examples::Progress progress(frames_to_come(), arguments_.quiet);
        VideoOutput video(arguments_.video, frame_rate_);
        cv::Mat frame;
        for (std::int64_t skipped = 1; frames_ && skipped < arguments_.frames.low; ++skipped)
            frames_->skip();
        for (std::int64_t number = arguments_.frames.low; number <= last; ++number) {
            const Timer decoding;
            if (frames_ && !frames_->read(frame)) break;
            const double decode = decoding.microseconds();
            track_frame(tracker, number, frame, decode);
            if (!arguments_.video.empty()) video.write(frame, result_.tracks);
            progress.advance();
        }
        if (statistics_.frames() == 0)
            throw std::runtime_error(arguments_.source.string() + ": there are no frames to track");
        video.finish();
    }

    void write_files() const {
        if (!arguments_.output.empty()) write_results(arguments_.output, rows_);
        if (!arguments_.stats.empty()) statistics_.write(arguments_.stats);
    }

    void print_summary() const {
        if (arguments_.quiet) return;
        const double mean = statistics_.mean_total();
        std::cout << statistics_.frames() << " frames, " << statistics_.tracks_born() << " tracks born, "
                  << rows_.size() << " boxes written, " << statistics_.detections_left_out()
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

    /// What seqinfo.ini says of frames that nobody opens; without it, the detections say how many there are.
    void describe_without_pixels() {
        last_frame_ = read_detections(arguments_.detections).last_frame();
        const fs::path path = arguments_.source / "seqinfo.ini";
        if (!fs::exists(path)) return;
        const SequenceInfo info = read_sequence_info(path);
        frame_rate_ = info.frame_rate.value_or(frame_rate_);
        if (info.width && info.height) frame_size_ = {*info.width, *info.height};
        last_frame_ = info.length.value_or(last_frame_);
    }

    /// As far as the source says; 0 when it does not.
    [[nodiscard]] std::int64_t frames_to_come() const {
        const std::int64_t count = frames_ ? frames_->frame_count().value_or(0) : last_frame_;
        return std::max<std::int64_t>(std::min(count, arguments_.frames.high) - arguments_.frames.low + 1, 0);
    }

    template <class AnyTracker>
    void track_frame(AnyTracker& tracker, std::int64_t number, const cv::Mat& frame, double decode) {
        FrameInfo info;
        info.camera_motion = camera_motion_.frame(number);
        info.frame_size = frame.empty() ? frame_size_ : frame.size();
        const bool detects = (number - arguments_.frames.low) % arguments_.detect_every == 0;
        const Timer detecting;
        const auto detections = detects ? detector_(number, frame) : std::vector<Detection>{};
        const double detect = detects ? detecting.microseconds() : 0;
        if constexpr (AnyTracker::kReadsFrames)
            result_ = detects ? tracker.update(frame, detections, info) : tracker.propagate(frame, info);
        else
            result_ = detects ? tracker.update(detections, info) : tracker.propagate(info);
        statistics_.add(result_, decode, detect);
        for (const Track& track : result_.tracks)
            rows_.push_back({number, track.id, track.box, track.score});
    }

    const Arguments& arguments_;
    Detector detector_;
    RecordedCameraMotion camera_motion_;
    std::unique_ptr<FrameSource> frames_;
    double frame_rate_ = 30;
    cv::Size frame_size_;
    std::int64_t last_frame_ = 0;
    FrameResult result_;
    std::vector<ResultRow> rows_;
    examples::Statistics statistics_;
};

/// The paper's tracker, with learned weights where there are some.
template <class B>
PaperTracker<B> paper_tracker(const std::optional<NetworkWeights>& weights, const TrackerOptions& options) {
    auto components = PaperTracker<B>::published();
    if (weights) {
        auto learned = GraphTracker<B>::learned(*weights);
        components.pooler = std::move(learned.pooler);
        components.graph = std::move(learned.graph);
    }
    return PaperTracker<B>(std::move(components), options);
}

template <class B>
void track_with(Run& run, const Arguments& arguments, const TrackerOptions& options) {
    std::optional<NetworkWeights> weights;
    if (!arguments.weights.empty()) weights = read_weights(arguments.weights);
    if (arguments.preset == "paper")
        run.track(paper_tracker<B>(weights, options));
    else if (weights || arguments.preset == "graph")
        run.track(GraphTracker<B>(GraphTracker<B>::learned(weights ? *weights : default_weights()), options));
    else
        run.track(Tracker<B>({}, options));
}

void run(const Arguments& arguments) {
    if (arguments.threads > 0) cv::setNumThreads(arguments.threads);
    Run run(arguments);
    TrackerOptions options;
    options.detections.score_low = arguments.score_range.low;
    options.detections.score_high = arguments.score_range.high;
    options.scores.ceiling = arguments.score_ceiling;
    const bool channels =
        arguments.backbone.empty() ? arguments.preset == "paper" : arguments.backbone == "channel";
    if (arguments.preset == "geometry")
        run.track(GeometryTracker({}, options));
    else if (channels)
        track_with<ChannelBackbone>(run, arguments, options);
    else
        track_with<ColourBackbone>(run, arguments, options);
    run.write_files();
    run.print_summary();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Tracks a MOTChallenge sequence folder or a video file.");
    Arguments arguments;
    add_options(app, arguments);
    try {
        app.parse(argc, argv);
        require_sound(arguments);
    } catch (const CLI::ParseError& error) { // --help too
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        run(arguments);
    } catch (const std::exception& error) {
        std::cerr << "mot_track: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
