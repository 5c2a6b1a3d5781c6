// Tracks a MOTChallenge sequence or a video, and writes the tracks as text, as an annotated video, or both.

#include "support/detection_source.hpp"
#include "support/hog_detector.hpp"
#include "support/interruption.hpp"
#include "support/progress.hpp"
#include "support/run_checkpoint.hpp"
#include "support/video_output.hpp"

#include <fgagt/backbone/dnn_backbone.hpp>
#include <fgagt/detection/class_names.hpp>
#include <fgagt/detection/detector_file.hpp>
#include <fgagt/fgagt.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/io.hpp>
#include <fgagt/io/weights_file.hpp>
#include <fgagt/version.hpp>

#include <CLI/CLI.hpp>
#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <sstream>
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

/// A size that is written WIDTHxHEIGHT on the command line.
struct PixelSize {
    cv::Size value;

    friend bool lexical_cast(const std::string& text, PixelSize& size) {
        const std::size_t cross = text.find('x');
        return cross != std::string::npos &&
               CLI::detail::lexical_cast(text.substr(0, cross), size.value.width) &&
               CLI::detail::lexical_cast(text.substr(cross + 1), size.value.height);
    }
};

/// A network's file, and perhaps one of its layers: FILE[:LAYER].
struct LayerOfFile {
    fs::path file;
    std::string layer;
};

LayerOfFile layer_of_file(const std::string& text) {
    for (std::size_t colon = text.size(); colon != std::string::npos && !fs::exists(text);
         colon = colon == 0 ? std::string::npos : text.rfind(':', colon - 1))
        if (colon < text.size() && fs::exists(text.substr(0, colon)))
            return {text.substr(0, colon), text.substr(colon + 1)};
    return {text, ""};
}

struct Arguments {
    fs::path source;
    fs::path detections;
    std::string detector;
    std::string head;
    std::optional<PixelSize> input_size;
    std::vector<std::string> classes;
    fs::path output;
    std::string preset = "default";
    std::string backbone;
    fs::path weights;
    Range<float> score_range{0, 1};
    float score_ceiling = ScoreLevelsOptions{}.ceiling;
    fs::path camera_motion;
    Range<std::int64_t> frames{1, std::numeric_limits<std::int64_t>::max()};
    int detect_every = 1;
    fs::path checkpoint;
    std::int64_t every = 1000;
    bool resume = false;
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
    auto* detector = boxes->add_option("--detector", arguments.detector,
                                       "hog: OpenCV's built-in pedestrian detector; or the file of a network "
                                       "(.onnx, .weights, .cfg, .caffemodel, .pb)");
    detector->type_name("hog|FILE")->check([](const std::string& text) {
        return text == "hog" || fs::exists(text) ? "" : "there is no such file, and only hog is built in";
    });
    boxes->require_option(1);
    app.add_option("--head", arguments.head,
                   "what the network's outputs mean, where they leave it open: " +
                       fgagt::detail::joined(head_names()))
        ->type_name("NAME")
        ->check(CLI::IsMember(head_names()))
        ->needs(detector);
    app.add_option("--input-size", arguments.input_size,
                   "pixels that the network sees (default: as its file says, else as its family has it)")
        ->type_name("WIDTHxHEIGHT")
        ->needs(detector);
    app.add_option("--classes", arguments.classes,
                   "only these: COCO's names, or numbers as the network counts (default: all)")
        ->type_name("A,B")
        ->delimiter(',')
        ->needs(detector);
    app.add_option("--output", arguments.output, "write tracks as MOTChallenge result text");
    app.add_option("--preset", arguments.preset, "which of the four trackers")
        ->check(CLI::IsMember({"default", "graph", "paper", "geometry"}))
        ->capture_default_str();
    app.add_option(
           "--backbone", arguments.backbone,
           "what features are taken from (default: colour, for the paper's preset channel); or a network's "
           "file and layer: where it is the detector's file, one pass gives both")
        ->type_name("colour|channel|FILE[:LAYER]")
        ->check([](const std::string& text) {
            return text == "colour" || text == "channel" || fs::exists(layer_of_file(text).file)
                       ? ""
                       : "there is no such file, and only colour and channel are built in";
        });
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
    auto* checkpoint = app.add_option("--checkpoint", arguments.checkpoint,
                                      "write all that is needed to go on to this file now and then; it is "
                                      "removed when the work is done");
    app.add_option("--every", arguments.every, "frames from one checkpoint to the next")
        ->type_name("K")
        ->check(CLI::PositiveNumber)
        ->needs(checkpoint)
        ->capture_default_str();
    app.add_flag("--resume", arguments.resume, "go on from the checkpoint, if there is one")
        ->needs(checkpoint);
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
    if (!arguments.checkpoint.empty() && !arguments.video.empty())
        throw CLI::ValidationError("--checkpoint", "a video cannot be gone on with; write it without one");
    for (const std::string& name : arguments.classes)
        try {
            static_cast<void>(class_id_of(name));
        } catch (const InvalidArgument& error) {
            throw CLI::ValidationError("--classes", error.what());
        }
    const bool is_network = !arguments.detector.empty() && arguments.detector != "hog";
    if (!is_network && (!arguments.head.empty() || arguments.input_size || !arguments.classes.empty()))
        throw CLI::ValidationError("--head, --input-size, --classes",
                                   "these are for a detector that is a network");
    if (!arguments.backbone.empty() && arguments.preset == "geometry")
        throw CLI::ValidationError("--backbone",
                                   "the geometry preset looks at no pixels; use another preset");
    if (arguments.weights.empty() && arguments.preset == "graph" && !arguments.backbone.empty() &&
        arguments.backbone != "colour")
        throw CLI::ValidationError("--weights",
                                   "the library's own weights are for the colour backbone; give others");
}

/// The options that the tracks depend on, as text: not the last frame, and not where output goes.
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

/// The detector network of the command line.
AnyDetector network_detector(const Arguments& arguments, const std::string& layer = "") {
    DetectorFileOptions options{
        .network{.model = arguments.detector}, .head = arguments.head, .layer = layer};
    if (arguments.input_size) options.size = arguments.input_size->value;
    for (const std::string& name : arguments.classes)
        options.classes.push_back(class_id_of(name));
    return open_detector(options);
}

/// Whether the backbone is the detector itself.
bool detects_by_itself(const Arguments& arguments) {
    return !arguments.detector.empty() && layer_of_file(arguments.backbone).file == arguments.detector;
}

examples::DetectionSource detection_source(const Arguments& arguments) {
    if (!arguments.detections.empty()) return examples::DetectionSource(arguments.detections);
    if (arguments.detector == "hog") return examples::DetectionSource(examples::HogDetector());
    if (detects_by_itself(arguments)) return {};
    return examples::DetectionSource(network_detector(arguments));
}

/// One run, from the first frame to the written files. Whatever ends it, what was tracked until then is
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

    /// @throws std::runtime_error  the frames could not all be tracked; those that were are written
    template <class AnyTracker>
    void track(AnyTracker tracker) {
        if (arguments_.resume && fs::exists(arguments_.checkpoint))
            record_ = examples::read_run(arguments_.checkpoint, record_.options, tracker);
        examples::Progress progress(frames_to_come(), arguments_.quiet);
        examples::VideoOutput video(arguments_.video, frame_rate_);
        std::string failure;
        try {
            track_frames(tracker, video, progress);
        } catch (const std::exception& error) {
            failure = error.what();
        }
        progress.finish();
        if (record_.statistics.frames() == 0)
            throw std::runtime_error(
                failure.empty() ? arguments_.source.string() + ": there are no frames to track" : failure);
        video.finish();
        write_files();
        end_checkpoint(tracker, failure.empty());
        if (failure.empty()) return;
        throw std::runtime_error(failure + "\nThe frames up to " + std::to_string(record_.last_frame) +
                                 " were tracked, and what was asked for is written of them");
    }

    void print_summary() const {
        if (arguments_.quiet) return;
        const examples::Statistics& statistics = record_.statistics;
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

    /// What seqinfo.ini says of frames that nobody opens; without it, the detections say how many there are.
    void describe_without_pixels() {
        length_ = detections_.last_frame();
        const fs::path path = arguments_.source / "seqinfo.ini";
        if (!fs::exists(path)) return;
        const SequenceInfo info = read_sequence_info(path);
        frame_rate_ = info.frame_rate.value_or(frame_rate_);
        if (info.width && info.height) frame_size_ = {*info.width, *info.height};
        length_ = info.length.value_or(length_);
    }

    /// As far as the source says; 0 when it does not.
    [[nodiscard]] std::int64_t announced_frames() const {
        return frames_ ? frames_->frame_count().value_or(0) : length_;
    }

    [[nodiscard]] std::int64_t frames_to_come() const {
        return std::max<std::int64_t>(
            std::min(announced_frames(), arguments_.frames.high) - record_.last_frame, 0);
    }

    template <class AnyTracker>
    void track_frames(AnyTracker& tracker, examples::VideoOutput& video, examples::Progress& progress) {
        for (std::int64_t skipped = 0; frames_ && skipped < record_.last_frame; ++skipped)
            frames_->skip();
        cv::Mat frame;
        while (record_.last_frame < arguments_.frames.high) {
            if (examples::Interruption::requested()) throw std::runtime_error("interrupted");
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
                examples::write_run(arguments_.checkpoint, record_, tracker);
            progress.note(std::to_string(result_.tracks.size()) + " objects");
            progress.advance();
        }
    }

    /// The source has no more frames: says what does not go with that.
    void warn_of_odd_end() const {
        if (record_.last_frame < announced_frames())
            std::cerr
                << "mot_track: " << arguments_.source.string() << ": " << announced_frames()
                << " frames are announced, " << record_.last_frame
                << " could be read; it may be cut off, or damaged, and then frames after the damage bear "
                   "numbers that are too low\n";
        const std::string doubts = detections_.doubts(record_.last_frame);
        if (!doubts.empty()) std::cerr << "mot_track: " << doubts << '\n';
    }

    template <class AnyTracker>
    void track_frame(AnyTracker& tracker, std::int64_t number, const cv::Mat& frame, double decode) {
        FrameInfo info;
        info.camera_motion = camera_motion_.frame(number);
        info.frame_size = frame.empty() ? frame_size_ : frame.size();
        const bool detects = (number - arguments_.frames.low) % arguments_.detect_every == 0;
        constexpr bool kDetectsByItself = requires {
            tracker.update(frame, info);
        };
        const Timer detecting;
        const auto detections = detects ? detections_.of_frame(number, frame) : std::vector<Detection>{};
        const double detect = detects ? detecting.microseconds() : 0;
        if constexpr (kDetectsByItself)
            result_ = detects ? tracker.update(frame, info) : tracker.propagate(frame, info);
        else if constexpr (AnyTracker::kReadsFrames)
            result_ = detects ? tracker.update(frame, detections, info) : tracker.propagate(frame, info);
        else
            result_ = detects ? tracker.update(detections, info) : tracker.propagate(info);
        record_.statistics.add(result_, decode, detect);
        for (const Track& track : result_.tracks)
            record_.rows.push_back({number, track.id, track.box, track.score});
    }

    void write_files() const {
        if (!arguments_.output.empty()) write_results(arguments_.output, record_.rows);
        if (!arguments_.stats.empty()) record_.statistics.write(arguments_.stats);
    }

    /// Removes the checkpoint of work that is done; of other work it is brought up to date.
    template <class AnyTracker>
    void end_checkpoint(const AnyTracker& tracker, bool done) const {
        if (arguments_.checkpoint.empty()) return;
        if (done)
            fs::remove(arguments_.checkpoint);
        else
            examples::write_run(arguments_.checkpoint, record_, tracker);
    }

    const Arguments& arguments_;
    examples::DetectionSource detections_;
    RecordedCameraMotion camera_motion_;
    std::unique_ptr<FrameSource> frames_;
    double frame_rate_ = 30;
    cv::Size frame_size_;
    std::int64_t length_ = 0; // of a source that is not opened
    FrameResult result_;
    examples::RunRecord record_;
};

/// The paper's tracker, with learned weights where there are some.
template <class B>
PaperTracker<B> paper_tracker(B backbone, const std::optional<NetworkWeights>& weights,
                              const TrackerOptions& options) {
    if (!weights) return PaperTracker<B>(PaperTracker<B>::published(std::move(backbone)), options);
    auto learned = GraphTracker<B>::learned(*weights, std::move(backbone));
    auto components = PaperTracker<B>::published(std::move(learned.backbone));
    components.pooler = std::move(learned.pooler);
    components.graph = std::move(learned.graph);
    return PaperTracker<B>(std::move(components), options);
}

template <class B>
void track_with(Run& run, B backbone, const Arguments& arguments, const TrackerOptions& options) {
    std::optional<NetworkWeights> weights;
    if (!arguments.weights.empty()) weights = read_weights(arguments.weights);
    if (arguments.preset == "paper")
        run.track(paper_tracker(std::move(backbone), weights, options));
    else if (weights || arguments.preset == "graph")
        run.track(GraphTracker<B>(
            GraphTracker<B>::learned(weights ? *weights : default_weights(), std::move(backbone)), options));
    else
        run.track(Tracker<B>({.backbone = std::move(backbone)}, options));
}

/// The network of --backbone at its usual size, or at the one that its file declares where it takes no other.
DnnBackbone network_backbone(const LayerOfFile& choice) {
    DnnBackboneOptions options{.network{.model = choice.file}, .layer = choice.layer};
    const std::optional<cv::Size> declared = declared_input_size(choice.file);
    try {
        return DnnBackbone(options);
    } catch (const InvalidArgument&) {
        if (!declared || *declared == options.input.size) throw;
    }
    options.input.size = *declared;
    return DnnBackbone(options);
}

void run(const Arguments& arguments) {
    if (arguments.threads > 0) cv::setNumThreads(arguments.threads);
    Run run(arguments);
    TrackerOptions options;
    options.detections.score_low = arguments.score_range.low;
    options.detections.score_high = arguments.score_range.high;
    options.scores.ceiling = arguments.score_ceiling;
    const std::string backbone = !arguments.backbone.empty()   ? arguments.backbone
                                 : arguments.preset == "paper" ? "channel"
                                                               : "colour";
    const LayerOfFile network = layer_of_file(backbone);
    if (arguments.preset == "geometry")
        run.track(GeometryTracker({}, options));
    else if (backbone == "colour")
        track_with(run, ColourBackbone(), arguments, options);
    else if (backbone == "channel")
        track_with(run, ChannelBackbone(), arguments, options);
    else if (detects_by_itself(arguments))
        track_with(run, network_detector(arguments, network.layer), arguments, options);
    else
        track_with(run, network_backbone(network), arguments, options);
    run.print_summary();
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Tracks a MOTChallenge sequence folder or a video file.");
    app.set_version_flag("--version", "mot_track " + std::string(fgagt::kVersion));
    Arguments arguments;
    add_options(app, arguments);
    try {
        app.parse(argc, argv);
        require_sound(arguments);
    } catch (const CLI::ParseError& error) { // --help too
        return app.exit(error) == 0 ? 0 : 2;
    }
    examples::Interruption::watch();
    try {
        run(arguments);
    } catch (const std::exception& error) {
        std::cerr << "mot_track: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
