#include "run.hpp"

#include "accuracy.hpp"
#include "closed_form.hpp"
#include "data.hpp"
#include "options_text.hpp"
#include "support/training_data.hpp"
#include "training.hpp"
#include "training_files.hpp"

#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/io/sequence_info.hpp>
#include <fgagt/learning/association_accuracy.hpp>
#include <fgagt/learning/checkpoint.hpp>
#include <fgagt/learning/sample_maker.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <opencv2/core/utility.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fgagt::examples {

namespace fs = std::filesystem;

namespace {

/// Prints how often the most similar track is the right one in each sequence, for gaps of 10 and 30 frames.
void test(const Arguments& arguments, std::span<const AssociationSample> pool,
          const NetworkWeights& trained) {
    NetworkWeights closed_form = closed_form_weights(pool, arguments.dimension, arguments.shrinkage, false);
    std::printf("%-24s %4s %10s %12s %9s %8s\n", "accuracy, %", "gap", "untrained", "closed form", "trained",
                "of");
    for (std::size_t k = 0; k < arguments.test.size(); ++k) {
        std::vector<LabelledSequence> sequences;
        read_sequences(arguments, {arguments.test[k]}, Purpose::kTest, sequences);
        for (const std::size_t gap : {std::size_t{10}, std::size_t{30}}) {
            const auto samples = validation_samples(sequences, {gap}, [](std::int64_t) {});
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

/// Finds missing or malformed files before the long work begins, including missing output folders.
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
            throw std::runtime_error(file.string() +
                                     ": cannot be written: no such folder: " + folder.string());
}

} // namespace

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

} // namespace fgagt::examples
