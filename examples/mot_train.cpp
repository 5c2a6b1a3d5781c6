// Trains the embedding and the adaptive graph on sequences whose truth is known, and writes the weights.

#include "support/confident_tracks.hpp"
#include "support/crop_folder.hpp"
#include "support/margin_by_tracking.hpp"
#include "support/progress.hpp"
#include "support/system/interruption.hpp"
#include "support/training_data.hpp"
#include "support/training_log.hpp"

#include <fgagt/graph/adaptive_graph.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/weights_file.hpp>
#include <fgagt/learning/association_accuracy.hpp>
#include <fgagt/learning/association_network.hpp>
#include <fgagt/learning/balanced_loss.hpp>
#include <fgagt/learning/checkpoint.hpp>
#include <fgagt/learning/cropped_object.hpp>
#include <fgagt/learning/discriminant_weights.hpp>
#include <fgagt/learning/generated_people.hpp>
#include <fgagt/learning/trainer.hpp>
#include <fgagt/pooling/stripe_pooler.hpp>
#include <fgagt/version.hpp>

#include <CLI/CLI.hpp>
#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt;

namespace {

struct Arguments {
    std::vector<fs::path> sequences;
    std::vector<std::pair<std::string, std::string>> tracks; ///< videos and their results
    examples::ConfidenceOptions confidence;
    std::int64_t scenes = 0;
    std::vector<fs::path> crops;
    double crop_share = 0.5;
    std::vector<fs::path> validation;
    std::vector<fs::path> test;
    std::string detections;
    fs::path output;
    fs::path weights;
    std::int64_t steps = 1500;
    std::uint64_t seed = 1;
    fs::path log;
    fs::path plot;
    bool resume = false;
    std::int64_t checkpoint_every = 100;
    std::int64_t batch = 8;
    std::int64_t samples = 4000;
    double learning_rate = 3e-4;
    double weight_decay = 1e-4;
    int dimension = 128;
    double shrinkage = 0.5;
    std::int64_t max_gap = 40;
    double short_gaps = 0.5;
    double absences = 0.5;
    bool no_augmentation = false;
    std::int64_t patience = 5;
    bool freeze_graph = false;
    int threads = 0;
    bool quiet = false;

    [[nodiscard]] fs::path checkpoint() const {
        fs::path path = output;
        return path += ".checkpoint";
    }
};

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

/// The name of a folder, however its path is written.
std::string name_of(const fs::path& folder) {
    return fs::weakly_canonical(folder).filename().string();
}

std::string names_of(const std::vector<fs::path>& folders) {
    std::string names;
    for (const fs::path& folder : folders) {
        if (!names.empty()) names += ' ';
        names += name_of(folder);
    }
    return names;
}

/// The names of videos and results.
std::string names_of(const std::vector<std::pair<std::string, std::string>>& tracks) {
    std::vector<fs::path> files;
    for (const auto& [video, result] : tracks)
        files.insert(files.end(), {video, result});
    return names_of(files);
}

/// The options that the weights depend on, as the checkpoint notes them.
std::map<std::string, std::string> options_of(const Arguments& arguments) {
    using examples::exact_text;
    const auto flag = [](bool value) { return std::string(value ? "yes" : "no"); };
    return {{"--sequence", names_of(arguments.sequences)},
            {"--tracks", names_of(arguments.tracks)},
            {"--track-length", exact_text(arguments.confidence.min_length)},
            {"--track-score", exact_text(arguments.confidence.min_score)},
            {"--scenes", exact_text(arguments.scenes)},
            {"--crops", names_of(arguments.crops)},
            {"--crop-share", exact_text(arguments.crop_share)},
            {"--validation", names_of(arguments.validation)},
            {"--detections", arguments.detections},
            {"--weights", arguments.weights.string()},
            {"--steps", exact_text(arguments.steps)},
            {"--seed", exact_text(arguments.seed)},
            {"--checkpoint-every", exact_text(arguments.checkpoint_every)},
            {"--batch", exact_text(arguments.batch)},
            {"--samples", exact_text(arguments.samples)},
            {"--learning-rate", exact_text(arguments.learning_rate)},
            {"--weight-decay", exact_text(arguments.weight_decay)},
            {"--dimension", exact_text(arguments.dimension)},
            {"--shrinkage", exact_text(arguments.shrinkage)},
            {"--max-gap", exact_text(arguments.max_gap)},
            {"--short-gaps", exact_text(arguments.short_gaps)},
            {"--absences", exact_text(arguments.absences)},
            {"--no-augmentation", flag(arguments.no_augmentation)},
            {"--patience", exact_text(arguments.patience)},
            {"--freeze-graph", flag(arguments.freeze_graph)}};
}

/// Advances a bar, and ends the work where somebody has asked for it.
examples::Tick tick_of(examples::Progress& progress) {
    return [&](std::int64_t steps) {
        progress.advance(steps);
        if (examples::Interruption::requested())
            throw std::runtime_error("interrupted before training went on");
    };
}

/// What is drawn with the seed, each by random numbers of its own.
enum class Purpose : std::uint8_t {
    kSequences,
    kValidation,
    kScenes,
    kValidationScenes,
    kSamples,
    kBatches,
    kTest,
    kTracks
};

std::uint64_t seed_for(const Arguments& arguments, Purpose purpose, std::uint64_t index = 0) {
    return detail::KeyedRandom(arguments.seed, static_cast<int>(purpose), index).next();
}

/// Frames that a sequence announces; 0 where it does not.
std::int64_t announced_frames(const std::vector<fs::path>& folders) {
    std::int64_t frames = 0;
    for (const fs::path& folder : folders)
        frames += read_sequence_info(folder / "seqinfo.ini").length.value_or(0);
    return frames;
}

/// @param name  of the sequence
void add_sequence(LabelledSequence sequence, const std::string& name,
                  std::vector<LabelledSequence>& sequences) {
    if (sequence.size() < 2)
        throw std::runtime_error(name + ": expected at least 2 frames, found " +
                                 std::to_string(sequence.size()));
    sequences.push_back(std::move(sequence));
}

void read_sequences(const Arguments& arguments, const std::vector<fs::path>& folders, Purpose purpose,
                    std::vector<LabelledSequence>& sequences) {
    examples::Progress progress(announced_frames(folders), arguments.quiet, "frames read");
    for (std::size_t k = 0; k < folders.size(); ++k)
        add_sequence(examples::read_labelled_sequence(folders[k], arguments.detections,
                                                      seed_for(arguments, purpose, k), tick_of(progress)),
                     folders[k].string(), sequences);
}

void read_tracked_videos(const Arguments& arguments, std::vector<LabelledSequence>& sequences) {
    examples::Progress progress(0, arguments.quiet, "frames of videos read");
    for (std::size_t k = 0; k < arguments.tracks.size(); ++k) {
        const auto& [video, result] = arguments.tracks[k];
        add_sequence(examples::read_tracked_video(video, result, arguments.confidence,
                                                  seed_for(arguments, Purpose::kTracks, k),
                                                  tick_of(progress)),
                     video, sequences);
    }
}

/// The objects that scenes to learn from show.
std::vector<CroppedObject> read_crops(const Arguments& arguments) {
    std::vector<CroppedObject> objects;
    for (const fs::path& folder : arguments.crops)
        std::ranges::move(examples::read_crops(folder), std::back_inserter(objects));
    return objects;
}

/// Scenes of people by their numbers, in blocks: all of them at once would need much memory.
///
/// @param objects  to be shown among them
/// @param use  takes the scenes of a block, and the number of the first
template <class Use>
void for_scenes(const Arguments& arguments, std::int64_t count, Purpose purpose,
                std::span<const CroppedObject> objects, Use use) {
    constexpr std::int64_t kBlock = 32;
    examples::Progress progress(count, arguments.quiet, "scenes");
    for (std::int64_t first = 0; first < count; first += kBlock) {
        std::vector<LabelledSequence> scenes(static_cast<std::size_t>(std::min(kBlock, count - first)));
        examples::make_in_parallel(
            static_cast<std::int64_t>(scenes.size()), tick_of(progress), [&](std::size_t k) {
                scenes[k] =
                    generated_sequence(seed_for(arguments, purpose, static_cast<std::uint64_t>(first) + k),
                                       objects, arguments.crop_share);
            });
        use(scenes, first);
    }
}

/// Samples to learn from and to validate with.
struct Data {
    std::vector<AssociationSample> validation;
    std::vector<AssociationSample> pool;
};

void append(std::vector<AssociationSample> some, std::vector<AssociationSample>& all) {
    std::ranges::move(some, std::back_inserter(all));
}

std::vector<AssociationSample> make_pool(const Arguments& arguments, std::span<const CroppedObject> objects) {
    const Augmentation augmentation = arguments.no_augmentation ? Augmentation::none() : Augmentation();
    examples::DrawingOptions drawing{.samples = 0,
                                     .max_gap = arguments.max_gap,
                                     .short_gaps = arguments.short_gaps,
                                     .absences = arguments.absences,
                                     .seed = seed_for(arguments, Purpose::kSamples)};
    std::vector<LabelledSequence> sequences;
    read_sequences(arguments, arguments.sequences, Purpose::kSequences, sequences);
    read_tracked_videos(arguments, sequences);
    std::int64_t read = 0;
    for (const LabelledSequence& sequence : sequences)
        read += static_cast<std::int64_t>(sequence.size());
    const std::int64_t all = read + arguments.scenes * GeneratedPeople::kFrames;
    drawing.samples = arguments.samples * read / all;
    const std::int64_t of_scenes = arguments.samples - drawing.samples;
    std::vector<AssociationSample> pool;
    {
        examples::Progress progress(drawing.samples, arguments.quiet, "samples");
        append(examples::draw_samples(sequences, augmentation, drawing, tick_of(progress)), pool);
    }
    const auto draw = [&](const auto& scenes, std::int64_t first) {
        const std::int64_t end = first + static_cast<std::int64_t>(scenes.size());
        drawing.samples = of_scenes * end / arguments.scenes - of_scenes * first / arguments.scenes;
        drawing.seed = seed_for(arguments, Purpose::kSamples, static_cast<std::uint64_t>(end));
        append(examples::draw_samples(scenes, augmentation, drawing, [](std::int64_t) {}), pool);
    };
    for_scenes(arguments, arguments.scenes, Purpose::kScenes, objects, draw);
    return pool;
}

std::int64_t validation_scenes(const Arguments& arguments) {
    return arguments.validation.empty() ? std::max<std::int64_t>(1, arguments.scenes / 8) : 0;
}

Data make_data(const Arguments& arguments) {
    Data data;
    const std::vector<CroppedObject> objects = read_crops(arguments);
    std::vector<LabelledSequence> sequences;
    read_sequences(arguments, arguments.validation, Purpose::kValidation, sequences);
    {
        examples::Progress progress(0, arguments.quiet, "validation samples");
        data.validation = examples::validation_samples(sequences, {10, 30}, tick_of(progress));
    }
    for_scenes(
        arguments, validation_scenes(arguments), Purpose::kValidationScenes, {},
        [&](const auto& scenes, std::int64_t) {
            append(examples::validation_samples(scenes, {10, 30}, [](std::int64_t) {}), data.validation);
        });
    if (data.validation.empty())
        throw std::runtime_error("nobody is seen twice, 10 frames apart, in " +
                                 names_of(arguments.validation) + "; validate with a longer sequence");
    data.pool = make_pool(arguments, objects);
    return data;
}

/// The similarities of samples, by a function of one that is called from several threads.
template <class Relate>
std::vector<Matrix> similarities_of(std::span<const AssociationSample> samples, Relate relate) {
    std::vector<Matrix> similarities(samples.size());
    cv::parallel_for_(cv::Range(0, static_cast<int>(samples.size())), [&](const cv::Range& range) {
        for (int k = range.start; k < range.end; ++k) {
            const auto index = static_cast<std::size_t>(k);
            relate(samples[index], similarities[index]);
        }
    });
    return similarities;
}

std::vector<Matrix> similarities_of(std::span<const AssociationSample> samples,
                                    const NetworkWeights& weights) {
    return similarities_of(samples, [&](const AssociationSample& sample, Matrix& similarity) {
        AssociationNetwork<float> network;
        similarity = network.forward(weights, sample.inputs_d, sample.inputs_t, sample.iou);
    });
}

AssociationAccuracy accuracy_of(std::span<const AssociationSample> samples,
                                std::span<const Matrix> similarities) {
    AssociationAccuracy accuracy;
    for (std::size_t k = 0; k < samples.size(); ++k)
        accuracy.add(samples[k], similarities[k]);
    return accuracy;
}

/// Of samples as one batch.
double loss_of(std::span<const AssociationSample> samples, std::span<const Matrix> similarities) {
    std::vector<std::vector<BalancedLoss::PairClass>> classes;
    BalancedLoss::Numbers numbers{};
    for (const AssociationSample& sample : samples) {
        classes.push_back(BalancedLoss::classes(sample.identities_d, sample.identities_t));
        BalancedLoss::count(classes.back(), numbers);
    }
    const BalancedLoss loss;
    double sum = 0;
    Matrix unused;
    for (std::size_t k = 0; k < samples.size(); ++k)
        sum += loss.evaluate(similarities[k], classes[k], numbers, unused);
    return sum;
}

/// Of the pooled features as they are.
AssociationAccuracy untrained_accuracy(std::span<const AssociationSample> samples) {
    return accuracy_of(samples,
                       similarities_of(samples, [](const AssociationSample& sample, Matrix& similarity) {
                           AdaptiveGraph graph;
                           graph.relate(sample.inputs_d, sample.inputs_t, sample.iou, similarity);
                       }));
}

/// @throws ParseError  the file cannot be read, or its weights are for other features
NetworkWeights read_initial_weights(const fs::path& path) {
    NetworkWeights weights = read_weights(path);
    const Eigen::Index inputs = StripePooler().dimension();
    const Eigen::Index found =
        weights.embedding.size() == 0 ? weights.graph.w1.rows() : weights.embedding.cols();
    if (found != inputs)
        throw ParseError(path.string(), 0, 0,
                         "expected weights for " + std::to_string(inputs) + " inputs, found " +
                             std::to_string(found) + "; these belong to another pooler");
    return weights;
}

NetworkWeights initial_weights(const Arguments& arguments, std::span<const AssociationSample> pool) {
    NetworkWeights weights =
        arguments.weights.empty()
            ? discriminant_weights(pool, {.dimension = arguments.dimension, .shrinkage = arguments.shrinkage})
            : read_initial_weights(arguments.weights);
    if (arguments.freeze_graph) weights.graph.w2.setZero();
    return weights;
}

TrainerOptions trainer_options(const Arguments& arguments) {
    constexpr std::int64_t kLongestWarmUp = 100;
    TrainerOptions options;
    options.adam.learning_rate = arguments.learning_rate;
    options.adam.steps = std::max<std::int64_t>(1, arguments.steps);
    options.adam.warm_up = std::min(kLongestWarmUp, arguments.steps / 10);
    options.adam.logit_factor = 10; // one number that all pairs of all samples pull at moves but slowly
    if (arguments.freeze_graph) options.adam.graph_factor = options.adam.logit_factor = 0;
    options.weight_decay = arguments.weight_decay;
    return options;
}

/// The margin with which the weights track the validation sequences best.
float margin_by_tracking(const Arguments& arguments, const NetworkWeights& weights) {
    const std::int64_t scenes = validation_scenes(arguments);
    examples::MarginMetrics sum{};
    examples::Progress progress(announced_frames(arguments.validation) + scenes * GeneratedPeople::kFrames,
                                arguments.quiet, "frames tracked");
    const examples::Tick tick = tick_of(progress);
    for (std::size_t k = 0; k < arguments.validation.size(); ++k) {
        examples::MarginTrial trial(weights);
        examples::for_frames(arguments.validation[k], arguments.detections,
                             seed_for(arguments, Purpose::kValidation, k),
                             [&](const examples::LabelledFrame& frame) {
                                 trial.update(frame);
                                 tick(1);
                             });
        trial.finish(sum);
    }
    std::vector<examples::MarginMetrics> metrics(static_cast<std::size_t>(scenes));
    examples::make_in_parallel(
        scenes, [&](std::int64_t made) { tick(made * GeneratedPeople::kFrames); },
        [&](std::size_t k) {
            GeneratedPeople scene(seed_for(arguments, Purpose::kValidationScenes, k));
            examples::MarginTrial trial(weights);
            for (int frame = 0; frame < GeneratedPeople::kFrames; ++frame) {
                const GeneratedPeople::Frame next = scene.next();
                trial.update({next.pixels, next.detections, next.truth}, Affine{});
            }
            trial.finish(metrics[k]);
        });
    for (const examples::MarginMetrics& scene : metrics)
        for (std::size_t k = 0; k < examples::kMargins; ++k)
            sum[k] += scene[k];
    return examples::best_margin(sum);
}

/// Training from its first step, or from where a checkpoint left it, to its last.
class Training {
public:
    Training(const Arguments& arguments, const Data& data)
        : arguments_(arguments),
          data_(data),
          trainer_(initial_weights(arguments, data.pool), trainer_options(arguments)),
          best_(trainer_.weights()) {}

    Training(const Arguments& arguments, const Data& data, Checkpoint checkpoint)
        : arguments_(arguments),
          data_(data),
          trainer_(std::move(checkpoint.state), trainer_options(arguments)),
          best_(std::move(checkpoint.best)) {
        const std::string file = arguments.checkpoint().string();
        log_ = examples::rows_of(checkpoint.metadata["log"], file);
        const std::string sum = checkpoint.metadata["loss_sum"] + '\n';
        std::string_view rest(sum);
        loss_sum_ = examples::take_number<double>(rest, '\n', file);
    }

    /// @throws std::runtime_error  interrupted; all that is needed to go on is in the checkpoint
    void run() {
        examples::Progress progress(arguments_.steps - trainer_.steps(), arguments_.quiet, "steps");
        if (log_.empty()) log_.push_back(validated(first_loss()));
        write_curves();
        while (!is_finished()) {
            loss_sum_ += trainer_.step(batch());
            const bool validates =
                trainer_.steps() % arguments_.checkpoint_every == 0 || trainer_.steps() == arguments_.steps;
            if (validates) validate();
            if (validates || examples::Interruption::requested()) save();
            if (examples::Interruption::requested())
                throw std::runtime_error("interrupted after step " + std::to_string(trainer_.steps()) +
                                         "; go on with --resume, from " + arguments_.checkpoint().string());
            progress.note(standing());
            progress.advance();
        }
    }

    /// Writes the best weights, with the margin that fits them, and removes the checkpoint.
    void finish() {
        best_.graph.margin = margin_by_tracking(arguments_, best_);
        untrained_accuracy_ = static_cast<float>(untrained_accuracy(data_.validation).share());
        write_weights(arguments_.output, best_, metadata());
        write_curves();
        std::error_code ignored;
        fs::remove(arguments_.checkpoint(), ignored);
    }

    /// The best weights so far.
    [[nodiscard]] const NetworkWeights& best() const noexcept { return best_; }

    void print_summary() const {
        if (arguments_.quiet) return;
        const examples::LogRow& best = best_row();
        std::printf("accuracy: untrained %.2f %%, %s %.2f %%, trained %.2f %% (step %lld of %lld); "
                    "margin %.3g\nweights: %s\n",
                    100. * untrained_accuracy_, arguments_.weights.empty() ? "closed form" : "initial",
                    100. * log_.front().accuracy, 100. * best.accuracy, static_cast<long long>(best.step),
                    static_cast<long long>(trainer_.steps()), static_cast<double>(best_.graph.margin),
                    fs::absolute(arguments_.output).c_str());
    }

private:
    [[nodiscard]] const examples::LogRow& best_row() const { return log_[examples::best_row(log_)]; }

    [[nodiscard]] bool is_finished() const {
        const auto without_gain = static_cast<std::int64_t>(log_.size() - 1 - examples::best_row(log_));
        return trainer_.steps() >= arguments_.steps ||
               (arguments_.patience > 0 && without_gain >= arguments_.patience);
    }

    /// The mini-batch of the next step.
    std::span<const AssociationSample> batch() {
        detail::KeyedRandom random(
            seed_for(arguments_, Purpose::kBatches, static_cast<std::uint64_t>(trainer_.steps())));
        batch_.resize(static_cast<std::size_t>(arguments_.batch));
        for (AssociationSample& sample : batch_)
            sample = data_.pool[random.next() % data_.pool.size()];
        return batch_;
    }

    /// Of the weights to begin with: the step is not taken.
    float first_loss() {
        Trainer other(trainer_.state(), trainer_.options());
        return static_cast<float>(other.step(batch()));
    }

    /// Where training stands, given the loss of the steps behind it.
    [[nodiscard]] examples::LogRow validated(float loss) const {
        const std::vector<Matrix> similarities = similarities_of(data_.validation, trainer_.weights());
        return {trainer_.steps(), loss, static_cast<float>(loss_of(data_.validation, similarities)),
                static_cast<float>(accuracy_of(data_.validation, similarities).share())};
    }

    void validate() {
        const auto steps = static_cast<double>(trainer_.steps() - log_.back().step);
        log_.push_back(validated(static_cast<float>(loss_sum_ / steps)));
        if (examples::best_row(log_) + 1 == log_.size()) best_ = trainer_.weights();
        loss_sum_ = 0;
        write_curves();
    }

    void save() const {
        std::map<std::string, std::string> notes = options_of(arguments_);
        notes["log"] = examples::csv_of(log_);
        notes["loss_sum"] = examples::exact_text(loss_sum_);
        write_checkpoint(arguments_.checkpoint(), {trainer_.state(), best_, std::move(notes)});
    }

    void write_curves() const {
        if (!arguments_.log.empty()) write_whole_file(arguments_.log, examples::csv_of(log_));
        if (!arguments_.plot.empty()) examples::write_plot(arguments_.plot, log_);
    }

    [[nodiscard]] std::string standing() const {
        char text[64];
        std::snprintf(text, sizeof text, "loss %.4f, accuracy %.2f %%", static_cast<double>(log_.back().loss),
                      100. * log_.back().accuracy);
        return text;
    }

    [[nodiscard]] std::map<std::string, std::string> metadata() const {
        return {{"steps", examples::exact_text(best_row().step)},
                {"seed", examples::exact_text(arguments_.seed)},
                {"sequences", names_of(arguments_.sequences)},
                {"tracks", names_of(arguments_.tracks)},
                {"scenes", examples::exact_text(arguments_.scenes)},
                {"crops", names_of(arguments_.crops)},
                {"validation", names_of(arguments_.validation)},
                {"accuracy_untrained", examples::exact_text(untrained_accuracy_)},
                {"accuracy_before", examples::exact_text(log_.front().accuracy)},
                {"accuracy_after", examples::exact_text(best_row().accuracy)},
                {"fgagt", std::string(kVersion)}};
    }

    const Arguments& arguments_;
    const Data& data_;
    Trainer trainer_;
    NetworkWeights best_;
    std::vector<examples::LogRow> log_;
    double loss_sum_ = 0; ///< of the steps since the last row of the log
    float untrained_accuracy_ = 0;
    std::vector<AssociationSample> batch_;
};

/// Prints how often the most similar track is the right one in each sequence, 10 and 30 frames on.
void test(const Arguments& arguments, std::span<const AssociationSample> pool,
          const NetworkWeights& trained) {
    NetworkWeights closed_form = discriminant_weights(
        pool, {.dimension = arguments.dimension, .shrinkage = arguments.shrinkage, .message = 0});
    std::printf("%-24s %4s %10s %12s %9s %8s\n", "accuracy, %", "gap", "untrained", "closed form", "trained",
                "of");
    for (std::size_t k = 0; k < arguments.test.size(); ++k) {
        std::vector<LabelledSequence> sequences;
        read_sequences(arguments, {arguments.test[k]}, Purpose::kTest, sequences);
        for (const std::size_t gap : {std::size_t{10}, std::size_t{30}}) {
            const auto samples = examples::validation_samples(sequences, {gap}, [](std::int64_t) {});
            const auto share = [&](const NetworkWeights& weights) {
                return accuracy_of(samples, similarities_of(samples, weights)).share();
            };
            const AssociationAccuracy untrained = untrained_accuracy(samples);
            std::printf("%-24s %4zu %10.2f %12.2f %9.2f %8zu\n", name_of(arguments.test[k]).c_str(), gap,
                        100 * untrained.share(), 100 * share(closed_form), 100 * share(trained),
                        untrained.continuing);
        }
    }
}

/// Finds what is missing or malformed before the long work begins, folders of what is written too.
void require_files(const Arguments& arguments) {
    for (const auto* folders : {&arguments.sequences, &arguments.validation, &arguments.test})
        for (const fs::path& folder : *folders) {
            static_cast<void>(read_sequence_info(folder / "seqinfo.ini"));
            static_cast<void>(read_ground_truth(folder / "gt" / "gt.txt"));
            if (!arguments.detections.empty())
                static_cast<void>(read_detections(folder / "det" / arguments.detections));
        }
    for (const auto& [video, result] : arguments.tracks) {
        static_cast<void>(open_frames(video));
        static_cast<void>(read_results(result));
    }
    if (!arguments.weights.empty()) static_cast<void>(read_initial_weights(arguments.weights));
    for (const fs::path& file : {arguments.output, arguments.log, arguments.plot})
        if (const fs::path folder = file.parent_path(); !folder.empty() && !fs::is_directory(folder))
            throw std::runtime_error(file.string() + ": cannot be written: there is no folder " +
                                     folder.string());
}

std::string fault_of(const std::string& option, const std::string& before, const std::string& now) {
    return "was made with " + option + " '" + before + "', not '" + now +
           "'; resume with the same options, or leave out --resume to start afresh";
}

/// The checkpoint to go on from, if there is one.
/// @throws ParseError  it cannot be read, or was made with other options
std::optional<Checkpoint> find_checkpoint(const Arguments& arguments) {
    const fs::path path = arguments.checkpoint();
    if (!arguments.resume || !fs::exists(path)) return std::nullopt;
    Checkpoint checkpoint = read_checkpoint(path);
    for (const auto& [option, value] : options_of(arguments))
        if (const std::string& before = checkpoint.metadata[option]; before != value)
            throw ParseError(path.string(), 0, 0, fault_of(option, before, value));
    return checkpoint;
}

void run(const Arguments& arguments) {
    if (arguments.threads > 0) cv::setNumThreads(arguments.threads);
    require_files(arguments);
    std::optional<Checkpoint> checkpoint = find_checkpoint(arguments);
    const Data data = make_data(arguments);
    Training training =
        checkpoint ? Training(arguments, data, *std::move(checkpoint)) : Training(arguments, data);
    training.run();
    training.finish();
    training.print_summary();
    if (!arguments.test.empty()) test(arguments, data.pool, training.best());
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Trains the embedding and the adaptive graph on sequences whose truth is known.");
    app.set_version_flag("--version", "mot_train " + std::string(fgagt::kVersion));
    Arguments arguments;
    add_options(app, arguments);
    try {
        app.parse(argc, argv);
        require_sound(arguments);
    } catch (const CLI::ParseError& error) { // --help too
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        examples::Interruption::watch();
        run(arguments);
    } catch (const std::exception& error) {
        std::cerr << "mot_train: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
