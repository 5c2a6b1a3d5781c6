#include "command_line.hpp"

#include "layer_of_file.hpp"
#include "networks.hpp"
#include "support/parse_command_line.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/detection/class_names.hpp>
#include <fgagt/version.hpp>

#include <CLI/CLI.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace fgagt::examples {

namespace fs = std::filesystem;

template <class Value>
bool lexical_cast(const std::string& text, Range<Value>& range) {
    const std::size_t colon = text.find(':');
    return colon != std::string::npos && CLI::detail::lexical_cast(text.substr(0, colon), range.low) &&
           CLI::detail::lexical_cast(text.substr(colon + 1), range.high);
}

bool lexical_cast(const std::string& text, PixelSize& size) {
    const std::size_t cross = text.find('x');
    return cross != std::string::npos && CLI::detail::lexical_cast(text.substr(0, cross), size.value.width) &&
           CLI::detail::lexical_cast(text.substr(cross + 1), size.value.height);
}

namespace {

void add_options(CLI::App& app, Arguments& arguments) {
    app.add_option("SOURCE", arguments.source, "sequence folder (seqinfo.ini, img1/) or video file")
        ->required()
        ->check(CLI::ExistingPath);
    auto* boxes = app.add_option_group("boxes", "source of detections");
    boxes->add_option("--detections", arguments.detections, "MOTChallenge detection file")
        ->check(CLI::ExistingFile);
    auto* detector = boxes->add_option("--detector", arguments.detector,
                                       "hog: OpenCV's built-in pedestrian detector; or a network file "
                                       "(.onnx, .weights, .cfg, .caffemodel, .pb)");
    detector->type_name("hog|FILE")->check([](const std::string& text) {
        return text == "hog" || fs::exists(text) ? "" : "no such file; the only built-in detector is hog";
    });
    boxes->require_option(1);
    const std::vector<std::string> heads = names_of_heads();
    app.add_option("--head", arguments.head,
                   "format of the network's outputs, needed if they are ambiguous: " +
                       CLI::detail::join(heads, ", "))
        ->type_name("NAME")
        ->check(CLI::IsMember(heads))
        ->needs(detector);
    app.add_option(
           "--input-size", arguments.input_size,
           "size of the network's input in pixels (default: from its file, else the default of its family)")
        ->type_name("WIDTHxHEIGHT")
        ->needs(detector);
    app.add_option("--classes", arguments.classes,
                   "keep only these classes: COCO names or the network's class numbers (default: all)")
        ->type_name("A,B")
        ->delimiter(',')
        ->needs(detector);
    app.add_option("--output", arguments.output, "write tracks as MOTChallenge result text");
    app.add_option("--preset", arguments.preset, "tracker to use")
        ->check(CLI::IsMember({"default", "graph", "paper", "geometry"}))
        ->capture_default_str();
    app.add_option("--backbone", arguments.backbone,
                   "source of features (default: colour; with --preset paper: channel); or a network's "
                   "file and layer: if it is the detector's file, one pass computes both")
        ->type_name("colour|channel|FILE[:LAYER]")
        ->check([](const std::string& text) {
            return text == "colour" || text == "channel" || fs::exists(layer_of_file(text).file)
                       ? ""
                       : "no such file; the only built-in backbones are colour and channel";
        });
    app.add_option(
           "--weights", arguments.weights,
           "learned weights from mot_train (default with --preset graph: the built-in weights); changes the "
           "default preset to graph")
        ->check(CLI::ExistingFile);
    app.add_option("--score-range", arguments.score_range, "detector scores that count as 0 and 1")
        ->type_name("LOW:HIGH");
    app.add_option("--score-ceiling", arguments.score_ceiling,
                   "score from which a detection is normally trusted; adaptive levels never rise above it")
        ->check(CLI::Range(0.01, 1.0))
        ->capture_default_str();
    app.add_option("--camera-motion", arguments.camera_motion,
                   "file of affine maps from each previous frame to the current one (default: estimated)")
        ->check(CLI::ExistingFile);
    app.add_option("--frames", arguments.frames, "first and last frame, counted from 1")->type_name("A:B");
    app.add_option("--detect-every", arguments.detect_every, "use detections of every K-th frame only")
        ->type_name("K")
        ->check(CLI::PositiveNumber);
    auto* checkpoint =
        app.add_option("--checkpoint", arguments.checkpoint,
                       "write the state to this file at intervals, so that --resume can continue; it is "
                       "removed at the end");
    app.add_option("--every", arguments.every, "frames from one checkpoint to the next")
        ->type_name("K")
        ->check(CLI::PositiveNumber)
        ->needs(checkpoint)
        ->capture_default_str();
    app.add_flag("--resume", arguments.resume, "continue from the checkpoint, if there is one")
        ->needs(checkpoint);
    app.add_option("--video", arguments.video, "write an annotated video (.avi or .mp4)");
    app.add_option("--stats", arguments.stats, "write counts and times per stage as JSON");
    app.add_option("--threads", arguments.threads, "threads that OpenCV may use; 0: all cores")
        ->check(CLI::NonNegativeNumber);
    app.add_flag("--quiet", arguments.quiet, "no progress bar and no summary");
}

/// What no single option can tell.
/// Checks that involve more than one option.
void require_sound(const Arguments& arguments) {
    if (!(arguments.score_range.low < arguments.score_range.high))
        throw CLI::ValidationError("--score-range", "LOW must be less than HIGH");
    if (arguments.frames.low < 1 || arguments.frames.low > arguments.frames.high)
        throw CLI::ValidationError("--frames", "expected 1 <= A <= B");
    if (!arguments.weights.empty() && arguments.preset == "geometry")
        throw CLI::ValidationError("--weights",
                                   "the geometry preset does not read pixels; use another preset");
    if (!arguments.checkpoint.empty() && !arguments.video.empty())
        throw CLI::ValidationError("--checkpoint", "cannot be combined with --video; leave out one of them");
    for (const std::string& name : arguments.classes)
        try {
            static_cast<void>(class_id_of(name));
        } catch (const InvalidArgument& error) {
            throw CLI::ValidationError("--classes", error.what());
        }
    const bool is_network = !arguments.detector.empty() && arguments.detector != "hog";
    if (!is_network && (!arguments.head.empty() || arguments.input_size || !arguments.classes.empty()))
        throw CLI::ValidationError("--head, --input-size, --classes",
                                   "these require --detector with a network file");
    if (!arguments.backbone.empty() && arguments.preset == "geometry")
        throw CLI::ValidationError("--backbone",
                                   "the geometry preset does not read pixels; use another preset");
    if (arguments.weights.empty() && arguments.preset == "graph" && !arguments.backbone.empty() &&
        arguments.backbone != "colour")
        throw CLI::ValidationError("--weights",
                                   "the built-in weights require the colour backbone; give other weights");
}

} // namespace

std::optional<int> read_command_line(int argc, char** argv, Arguments& arguments) {
    CLI::App app("Tracks a MOTChallenge sequence folder or a video file.");
    app.set_version_flag("--version", "mot_track " + std::string(kVersion));
    add_options(app, arguments);
    return parse_command_line(app, argc, argv, [&] { require_sound(arguments); });
}

} // namespace fgagt::examples
