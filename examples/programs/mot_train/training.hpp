#pragma once

#include "arguments.hpp"
#include "data.hpp"
#include "support/training_log.hpp"

#include <fgagt/learning/checkpoint.hpp>
#include <fgagt/learning/sample_maker.hpp>
#include <fgagt/learning/trainer.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace fgagt::examples {

/// Training from its first step, or from a checkpoint, to its last.
class Training {
public:
    Training(const Arguments& arguments, const Data& data);

    Training(const Arguments& arguments, const Data& data, Checkpoint checkpoint);

    /// @throws std::runtime_error  interrupted; the checkpoint holds all that is needed to continue
    void run();

    /// Writes the best weights with their margin, and removes the checkpoint.
    void finish();

    /// The best weights so far.
    [[nodiscard]] const NetworkWeights& best() const noexcept { return best_; }

    void print_summary() const;

private:
    [[nodiscard]] const LogRow& best_row() const { return log_[examples::best_row(log_)]; }

    [[nodiscard]] bool is_finished() const;

    /// The mini-batch of the next step.
    std::span<const AssociationSample> batch();

    /// The loss of the initial weights, without a training step.
    float first_loss();

    /// A row of the log for the current state, given the mean loss of the latest steps.
    [[nodiscard]] LogRow validated(float loss) const;

    void validate();

    void save() const;

    [[nodiscard]] std::string standing() const;

    [[nodiscard]] std::map<std::string, std::string> metadata() const;

    const Arguments& arguments_;
    const Data& data_;
    Trainer trainer_;
    NetworkWeights best_;
    std::vector<LogRow> log_;
    double loss_sum_ = 0; ///< over the steps since the last row of the log
    float untrained_accuracy_ = 0;
    std::vector<AssociationSample> batch_;
};

} // namespace fgagt::examples
