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
        app.add_option(
               "--tracks", arguments.tracks,
               "videos to learn from and, after each, a tracker's result of it (as mot_track writes it): "
               "its confident tracks are taken for the truth")
            ->type_name("VIDEO RESULT");
    app.add_option("--track-length", arguments.confidence.min_length, "boxes that a confident track has")
        ->check(CLI::Range(2, 1'000'000))
        ->capture_default_str()
        ->needs(tracks);
    app.add_option("--track-score", arguments.confidence.min_score, "mean score that its boxes have")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str()
        ->needs(tracks);
    app.add_option("--scenes", arguments.scenes, "number of generated scenes of people to learn from")
        ->check(CLI::Range(0, 100'000));
    CLI::Option* const crops =
        app.add_option("--crops", arguments.crops,
                       "folders of images to show in scenes to learn from, each cut out along the box of an "
                       "object: a folder per object, or files named like car_0001_cam1.jpg")
            ->type_name("DIR");
    app.add_option("--crop-share", arguments.crop_share, "share of those who walk there that are of --crops")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str()
        ->needs(crops);
    app.add_option(
           "--validation", arguments.validation,
           "sequence folders to validate with (default with --scenes: an eighth as many further scenes)")
        ->type_name("DIR");
    app.add_option("--test", arguments.test,
                   "sequence folders that nothing is learned or chosen by: how well the weights do there")
        ->type_name("DIR");
    app.add_option("--detections", arguments.detections,
                   "name of a file in each sequence's det/ (default: boxes of the truth, jittered)")
        ->type_name("NAME");
    app.add_option("--samples", arguments.samples, "samples to draw, of which mini-batches are drawn")
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
    app.add_option("--max-gap", arguments.max_gap, "most frames between the two moments of a sample")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_option("--short-gaps", arguments.short_gaps, "share of samples with gaps of 1 to 3 frames")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_option("--absences", arguments.absences,
                   "share of samples with tracks as a tracker has them, some not seen for up to 30 frames")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_flag("--no-augmentation", arguments.no_augmentation, "samples as they were filmed");
}

void add_training_options(CLI::App& app, Arguments& arguments) {
    app.add_option("--weights", arguments.weights,
                   "weights to begin with (default: a discriminant in closed form)")
        ->type_name("FILE");
    app.add_option("--steps", arguments.steps, "steps of training; 0: the weights to begin with")
        ->check(CLI::Range(0, 100'000'000))
        ->capture_default_str();
    app.add_option("--seed", arguments.seed, "another seed, other samples and batches")
        ->check(CLI::Range(std::int64_t{0}, std::numeric_limits<std::int64_t>::max()))
        ->capture_default_str();
    app.add_option("--batch", arguments.batch, "samples per step")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    app.add_option("--learning-rate", arguments.learning_rate, "of Adam, at its highest")
        ->check(CLI::Range(1e-12, 1e3))
        ->capture_default_str();
    app.add_option("--weight-decay", arguments.weight_decay, "towards the weights to begin with")
        ->check(CLI::Range(0.0, 1e6))
        ->capture_default_str();
    const auto inputs = static_cast<int>(StripePooler().dimension());
    app.add_option("--dimension", arguments.dimension, "of the embedding in closed form")
        ->check(CLI::Range(1, inputs))
        ->capture_default_str();
    app.add_option("--shrinkage", arguments.shrinkage, "of the discriminant in closed form")
        ->check(CLI::Range(1e-6, 1.0))
        ->capture_default_str();
    app.add_option("--patience", arguments.patience,
                   "stop after so many validations without a gain; 0: never")
        ->check(CLI::Range(0, 1'000'000))
        ->capture_default_str();
    app.add_flag("--freeze-graph", arguments.freeze_graph,
                 "train the embedding alone; nodes do not look at the other side (W2 = 0)");
}

void add_options(CLI::App& app, Arguments& arguments) {
    add_data_options(app, arguments);
    add_training_options(app, arguments);
    app.add_option("--output", arguments.output, "write the best weights as safetensors")
        ->required()
        ->type_name("FILE");
    app.add_option("--log", arguments.log, "write losses and accuracy as CSV, a row per validation")
        ->type_name("FILE");
    app.add_option("--plot", arguments.plot, "draw their curves as PNG")->type_name("FILE");
    app.add_flag("--resume", arguments.resume, "go on from OUTPUT.checkpoint; afresh where there is none");
    app.add_option("--checkpoint-every", arguments.checkpoint_every, "steps from one validation to the next")
        ->check(CLI::Range(1, 100'000'000))
        ->capture_default_str();
    app.add_option("--threads", arguments.threads, "threads that OpenCV may use; 0: all cores")
        ->check(CLI::NonNegativeNumber);
    app.add_flag("--quiet", arguments.quiet, "no progress bar and no summary");
}

/// What no single option can tell.
/// @throws CLI::ParseError  wrong usage
void require_sound(const Arguments& arguments) {
    if (arguments.sequences.empty() && arguments.tracks.empty() && arguments.scenes == 0)
        throw CLI::ValidationError("--sequence",
                                   "nothing to learn from; name sequences, or use --scenes or --tracks");
    if (!arguments.crops.empty() && arguments.scenes == 0)
        throw CLI::ValidationError("--crops", "there are no scenes to show them in; use --scenes");
    if (arguments.validation.empty() && arguments.scenes == 0)
        throw CLI::ValidationError("--validation", "nothing to validate with; name sequences");
}

} // namespace

std::optional<int> read_command_line(int argc, char** argv, Arguments& arguments) {
    CLI::App app("Trains the embedding and the adaptive graph on sequences whose truth is known.");
    app.set_version_flag("--version", "mot_train " + std::string(kVersion));
    add_options(app, arguments);
    return parse_command_line(app, argc, argv, [&] { require_sound(arguments); });
}

} // namespace fgagt::examples
