#include "training_files.hpp"

#include "options_text.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/weights_file.hpp>
#include <fgagt/pooling/stripe_pooler.hpp>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fgagt::examples {

namespace fs = std::filesystem;

namespace {

std::string fault_of(const std::string& option, const std::string& before, const std::string& now) {
    return "was made with " + option + " '" + before + "', not '" + now +
           "'; resume with the same options, or leave out --resume to start again";
}

} // namespace

NetworkWeights read_initial_weights(const fs::path& path) {
    NetworkWeights weights = read_weights(path);
    const Eigen::Index inputs = StripePooler().dimension();
    const Eigen::Index found =
        weights.embedding.size() == 0 ? weights.graph.w1.rows() : weights.embedding.cols();
    if (found != inputs)
        throw ParseError(path.string(), 0, 0,
                         "expected weights for " + std::to_string(inputs) + " inputs, found " +
                             std::to_string(found) + "; these weights belong to another pooler");
    return weights;
}

std::optional<Checkpoint> find_checkpoint(const Arguments& arguments) {
    const fs::path path = arguments.checkpoint();
    if (!arguments.resume || !fs::exists(path)) return std::nullopt;
    Checkpoint checkpoint = read_checkpoint(path);
    for (const auto& [option, value] : options_of(arguments))
        if (const std::string& before = checkpoint.metadata[option]; before != value)
            throw ParseError(path.string(), 0, 0, fault_of(option, before, value));
    return checkpoint;
}

void save_checkpoint(const fs::path& path, const Checkpoint& checkpoint) {
    write_checkpoint(path, checkpoint);
}

void save_weights(const fs::path& path, const NetworkWeights& weights,
                  const std::map<std::string, std::string>& metadata) {
    write_weights(path, weights, metadata);
}

void write_curves(const Arguments& arguments, const std::vector<LogRow>& log) {
    if (!arguments.log.empty()) write_whole_file(arguments.log, csv_of(log));
    if (!arguments.plot.empty()) write_plot(arguments.plot, log);
}

} // namespace fgagt::examples
