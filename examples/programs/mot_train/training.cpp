#include "training.hpp"

#include "accuracy.hpp"
#include "closed_form.hpp"
#include "margin.hpp"
#include "options_text.hpp"
#include "support/progress.hpp"
#include "support/system/interruption.hpp"
#include "training_files.hpp"

#include <fgagt/core/keyed_random.hpp>
#include <fgagt/core/matrix.hpp>
#include <fgagt/version.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace fgagt::examples {

namespace fs = std::filesystem;

namespace {

NetworkWeights initial_weights(const Arguments& arguments, std::span<const AssociationSample> pool) {
    NetworkWeights weights = arguments.weights.empty()
                                 ? closed_form_weights(pool, arguments.dimension, arguments.shrinkage, true)
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
    // A single number shared by all pairs of all samples learns slowly.
    options.adam.logit_factor = 10;
    if (arguments.freeze_graph) options.adam.graph_factor = options.adam.logit_factor = 0;
    options.weight_decay = arguments.weight_decay;
    return options;
}

} // namespace

Training::Training(const Arguments& arguments, const Data& data)
    : arguments_(arguments),
      data_(data),
      trainer_(initial_weights(arguments, data.pool), trainer_options(arguments)),
      best_(trainer_.weights()) {}

Training::Training(const Arguments& arguments, const Data& data, Checkpoint checkpoint)
    : arguments_(arguments),
      data_(data),
      trainer_(std::move(checkpoint.state), trainer_options(arguments)),
      best_(std::move(checkpoint.best)) {
    const std::string file = arguments.checkpoint().string();
    log_ = rows_of(checkpoint.metadata["log"], file);
    const std::string sum = checkpoint.metadata["loss_sum"] + '\n';
    std::string_view rest(sum);
    loss_sum_ = take_number<double>(rest, '\n', file);
}

void Training::run() {
    Progress progress(arguments_.steps - trainer_.steps(), arguments_.quiet, "steps");
    if (log_.empty()) log_.push_back(validated(first_loss()));
    write_curves(arguments_, log_);
    while (!is_finished()) {
        loss_sum_ += trainer_.step(batch());
        const bool validates =
            trainer_.steps() % arguments_.checkpoint_every == 0 || trainer_.steps() == arguments_.steps;
        if (validates) validate();
        if (validates || Interruption::requested()) save();
        if (Interruption::requested())
            throw std::runtime_error("interrupted after step " + std::to_string(trainer_.steps()) +
                                     "; continue with --resume from " + arguments_.checkpoint().string());
        progress.note(standing());
        progress.advance();
    }
}

void Training::finish() {
    best_.graph.margin = margin_by_tracking(arguments_, best_);
    untrained_accuracy_ = static_cast<float>(untrained_accuracy(data_.validation).share());
    save_weights(arguments_.output, best_, metadata());
    write_curves(arguments_, log_);
    std::error_code ignored;
    fs::remove(arguments_.checkpoint(), ignored);
}

void Training::print_summary() const {
    if (arguments_.quiet) return;
    const LogRow& best = best_row();
    std::printf("accuracy: untrained %.2f %%, %s %.2f %%, trained %.2f %% (step %lld of %lld); "
                "margin %.3g\nweights: %s\n",
                100. * untrained_accuracy_, arguments_.weights.empty() ? "closed form" : "initial",
                100. * log_.front().accuracy, 100. * best.accuracy, static_cast<long long>(best.step),
                static_cast<long long>(trainer_.steps()), static_cast<double>(best_.graph.margin),
                fs::absolute(arguments_.output).string().c_str());
}

bool Training::is_finished() const {
    const auto without_gain = static_cast<std::int64_t>(log_.size() - 1 - examples::best_row(log_));
    return trainer_.steps() >= arguments_.steps ||
           (arguments_.patience > 0 && without_gain >= arguments_.patience);
}

std::span<const AssociationSample> Training::batch() {
    KeyedRandom random(seed_for(arguments_, Purpose::kBatches, static_cast<std::uint64_t>(trainer_.steps())));
    batch_.resize(static_cast<std::size_t>(arguments_.batch));
    for (AssociationSample& sample : batch_)
        sample = data_.pool[random.next() % data_.pool.size()];
    return batch_;
}

float Training::first_loss() {
    Trainer other(trainer_.state(), trainer_.options());
    return static_cast<float>(other.step(batch()));
}

LogRow Training::validated(float loss) const {
    const std::vector<Matrix> similarities = similarities_of(data_.validation, trainer_.weights());
    return {trainer_.steps(), loss, static_cast<float>(loss_of(data_.validation, similarities)),
            static_cast<float>(accuracy_of(data_.validation, similarities).share())};
}

void Training::validate() {
    const auto steps = static_cast<double>(trainer_.steps() - log_.back().step);
    log_.push_back(validated(static_cast<float>(loss_sum_ / steps)));
    if (examples::best_row(log_) + 1 == log_.size()) best_ = trainer_.weights();
    loss_sum_ = 0;
    write_curves(arguments_, log_);
}

void Training::save() const {
    std::map<std::string, std::string> notes = options_of(arguments_);
    notes["log"] = csv_of(log_);
    notes["loss_sum"] = exact_text(loss_sum_);
    save_checkpoint(arguments_.checkpoint(), {trainer_.state(), best_, std::move(notes)});
}

std::string Training::standing() const {
    char text[64];
    std::snprintf(text, sizeof text, "loss %.4f, accuracy %.2f %%", static_cast<double>(log_.back().loss),
                  100. * log_.back().accuracy);
    return text;
}

std::map<std::string, std::string> Training::metadata() const {
    return {{"steps", exact_text(best_row().step)},
            {"seed", exact_text(arguments_.seed)},
            {"sequences", names_of(arguments_.sequences)},
            {"tracks", names_of(arguments_.tracks)},
            {"scenes", exact_text(arguments_.scenes)},
            {"crops", names_of(arguments_.crops)},
            {"validation", names_of(arguments_.validation)},
            {"accuracy_untrained", exact_text(untrained_accuracy_)},
            {"accuracy_before", exact_text(log_.front().accuracy)},
            {"accuracy_after", exact_text(best_row().accuracy)},
            {"fgagt", std::string(kVersion)}};
}

} // namespace fgagt::examples
