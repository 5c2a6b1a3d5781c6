#include "command_line.hpp"

#include "support/parse_command_line.hpp"

#include <fgagt/pooling/stripe_pooler.hpp>
#include <fgagt/version.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace fgagt::examples {

namespace {

void add_data_options(CLI::App& app, Arguments& arguments) {
    app.add_option("--sequence", arguments.sequences,
                   "sequence folders to learn from (seqinfo.ini, img1/, gt/gt.txt)")
        ->type_name("DIR");
    CLI::Option* const tracks =
        app.add_option("--tracks", arguments.tracks,
                       "videos to learn from, each followed by its result from mot_track: "
                       "confident tracks serve as ground truth")
            ->type_name("VIDEO RESULT");
    app.add_option("--track-length", arguments.confidence.min_length,
                   "minimum number of boxes of a confident track")
        ->check(CLI::Range(2, 1'000'000))
        ->capture_default_str()
        ->needs(tracks);
    app.add_option("--track-score", arguments.confidence.min_score, "minimum mean score of its boxes")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str()
        ->needs(tracks);
    app.add_option("--scenes", arguments.scenes, "number of generated scenes of people to learn from")
        ->check(CLI::Range(0, 100'000));
    CLI::Option* const crops =
        app.add_option("--crops", arguments.crops,
                       "folders of images to insert into generated scenes, each cropped to the box of an "
                       "object: a folder per object, or files named like car_0001_cam1.jpg")
            ->type_name("DIR");
    app.add_option("--crop-share", arguments.crop_share,
                   "share of the walking objects that come from --crops")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str()
        ->needs(crops);
    app.add_option("--validation", arguments.validation,
                   "sequence folders for validation (default with --scenes: further scenes, an eighth of "
                   "their number)")
        ->type_name("DIR");
    app.add_option("--test", arguments.test,
                   "sequence folders for testing, used neither for training nor for choosing weights")
        ->type_name("DIR");
    app.add_option("--detections", arguments.detections,
                   "name of a file in each sequence's det/ (default: jittered ground truth boxes)")
        ->type_name("NAME");
    app.add_option("--samples", arguments.samples, "number of samples from which mini-batches are drawn")
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
    app.add_option("--max-gap", arguments.max_gap,
                   "maximum number of frames between the two frames of a sample")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_option("--short-gaps", arguments.short_gaps, "share of samples with gaps of 1 to 3 frames")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_option("--absences", arguments.absences,
                   "share of samples with realistic tracks, some of them lost for up to 30 frames")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_flag("--no-augmentation", arguments.no_augmentation, "do not augment the samples");
}

void add_training_options(CLI::App& app, Arguments& arguments) {
    app.add_option("--weights", arguments.weights, "initial weights (default: a closed-form discriminant)")
        ->type_name("FILE");
    app.add_option("--steps", arguments.steps, "training steps; 0: keep the initial weights")
        ->check(CLI::Range(0, 100'000'000))
        ->capture_default_str();
    app.add_option("--seed", arguments.seed, "seed of samples and batches")
        ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
        ->capture_default_str();
    app.add_option("--batch", arguments.batch, "samples per step")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_option("--learning-rate", arguments.learning_rate, "peak learning rate of Adam")
        ->check(CLI::Range(1e-12, 1e3))
        ->capture_default_str();
    app.add_option("--weight-decay", arguments.weight_decay, "decay towards the initial weights")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    const auto inputs = static_cast<int>(StripePooler().dimension());
    app.add_option("--dimension", arguments.dimension, "dimension of the closed-form embedding")
        ->check(CLI::Range(1, inputs))
        ->capture_default_str();
    app.add_option("--shrinkage", arguments.shrinkage, "shrinkage of the closed-form discriminant")
        ->check(CLI::Range(1e-6, 1.0))
        ->capture_default_str();
    app.add_option("--patience", arguments.patience,
                   "stop after this many validations without improvement; 0: never")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    app.add_flag("--freeze-graph", arguments.freeze_graph,
                 "train only the embedding; nodes do not aggregate messages (W2 = 0)");
}

void add_options(CLI::App& app, Arguments& arguments) {
    add_data_options(app, arguments);
    add_training_options(app, arguments);
    app.add_option("--output", arguments.output, "write the best weights as safetensors")
        ->required()
        ->type_name("FILE");
    app.add_option("--log", arguments.log, "write losses and accuracy as CSV, a row per validation")
        ->type_name("FILE");
    app.add_option("--plot", arguments.plot, "draw the curves as PNG")->type_name("FILE");
    app.add_flag("--resume", arguments.resume,
                 "continue from OUTPUT.checkpoint; start again if there is none");
    app.add_option("--checkpoint-every", arguments.checkpoint_every, "steps from one validation to the next")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    app.add_option("--threads", arguments.threads, "threads that OpenCV may use; 0: all cores")
        ->check(CLI::NonNegativeNumber);
    app.add_flag("--quiet", arguments.quiet, "no progress bar and no summary");
}

/// Checks that involve more than one option.
/// @throws CLI::ParseError  wrong usage
void require_sound(const Arguments& arguments) {
    if (arguments.sequences.empty() && arguments.tracks.empty() && arguments.scenes == 0)
        throw CLI::ValidationError("--sequence",
                                   "nothing to learn from; name sequences, or use --scenes or --tracks");
    if (!arguments.crops.empty() && arguments.scenes == 0)
        throw CLI::ValidationError("--crops", "needs scenes to insert the crops into; use --scenes");
    if (arguments.validation.empty() && arguments.scenes == 0)
        throw CLI::ValidationError("--validation", "nothing to validate with; name sequences");
}

} // namespace

std::optional<int> read_command_line(int argc, char** argv, Arguments& arguments) {
    CLI::App app("Trains the embedding and the adaptive graph on sequences with ground truth.");
    app.set_version_flag("--version", "mot_train " + std::string(kVersion));
    add_options(app, arguments);
    return parse_command_line(app, argc, argv, [&] { require_sound(arguments); });
}

} // namespace fgagt::examples
