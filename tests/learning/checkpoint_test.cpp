#include "fuzz/checkpoint_target.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/corpus.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/learning/checkpoint.hpp>
#include <fgagt/pooling/embedding.hpp>

#include <functional>
#include <random>
#include <string>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;

namespace {

Matrix random_matrix(Eigen::Index rows, Eigen::Index columns, std::mt19937& random) {
    std::normal_distribution<float> normal;
    Matrix matrix(rows, columns);
    for (Eigen::Index k = 0; k < matrix.size(); ++k)
        matrix.data()[k] = normal(random);
    return matrix;
}

/// D = 4, I = 6, R = 3.
NetworkWeights some_weights() {
    std::mt19937 random(1);
    NetworkWeights weights;
    weights.embedding = random_matrix(4, 6, random);
    weights.bias = random_matrix(1, 4, random).row(0);
    weights.graph = {0.25F,
                     random_matrix(4, 4, random),
                     random_matrix(4, 4, random),
                     random_matrix(4, 4, random),
                     random_matrix(4, 3, random),
                     0.35F,
                     {.squared_distance = false, .relu = false}};
    return weights;
}

std::vector<AssociationSample> batch(int step) {
    std::mt19937 random(static_cast<unsigned>(step));
    std::vector<AssociationSample> samples;
    for (int k = 0; k < 3; ++k)
        samples.push_back({random_matrix(4, 6, random),
                           random_matrix(3, 6, random),
                           random_matrix(4, 3, random).cwiseAbs().cwiseMin(1),
                           {1, 2, kNobody, 3},
                           {2, 1, 7}});
    return samples;
}

/// Trains with the batches from one step to another.
void train(Trainer& trainer, int first, int end) {
    for (int step = first; step < end; ++step)
        static_cast<void>(trainer.step(batch(step)));
}

Checkpoint checkpoint_after(int steps) {
    Trainer trainer(some_weights());
    train(trainer, 0, steps);
    return {trainer.state(), some_weights(), {{"note", "\u00e9"}}};
}

/// Tensors and options, bit by bit.
std::string bytes_of(const NetworkWeights& weights) {
    return safetensors_bytes(tensors_of(weights));
}

/// The failure for a checkpoint file after a change.
ParseFailure failure_after(const std::function<void(TensorFile&)>& change) {
    const TemporaryFolder folder;
    const auto path = folder.path() / "some.file";
    write_checkpoint(path, checkpoint_after(2));
    TensorFile file = read_safetensors(path);
    change(file);
    write_safetensors(path, file);
    return failure_of([&] { return read_checkpoint(path); });
}

} // namespace

TEST_CASE("training resumed from a checkpoint equals uninterrupted training") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "checkpoint";
    constexpr int kHalf = 7;
    Trainer whole(some_weights()), half(some_weights());
    train(whole, 0, 2 * kHalf);
    train(half, 0, kHalf);
    write_checkpoint(path, {half.state(), half.weights()});

    Trainer resumed(read_checkpoint(path).state, half.options());
    CHECK(resumed.steps() == kHalf);
    train(resumed, kHalf, 2 * kHalf);
    CHECK(resumed.steps() == whole.steps());
    CHECK(bytes_of(resumed.weights()) == bytes_of(whole.weights()));
    CHECK(bytes_of(resumed.weights()) != bytes_of(half.weights()));
    CHECK(bytes_of(resumed.state().adam.square) == bytes_of(whole.state().adam.square));
}

TEST_CASE("a checkpoint survives a round trip") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "checkpoint";
    Checkpoint written = checkpoint_after(5);
    written.state.adam.steps = (std::int64_t{1} << 40) + 1; // not representable as a float
    write_checkpoint(path, written);
    Checkpoint read = read_checkpoint(path);
    CHECK(read.metadata == written.metadata);
    CHECK(read.state.adam.steps == written.state.adam.steps);
    const auto parts = detail::checkpoint_parts(read), expected = detail::checkpoint_parts(written);
    for (std::size_t k = 0; k < parts.size(); ++k)
        CHECK(bytes_of(*parts[k].second) == bytes_of(*expected[k].second));
    write_checkpoint(folder.path() / "again", read);
    CHECK(contents_of(folder.path() / "again") == contents_of(path));
    CHECK(read_safetensors(path).tensors.contains("square.embedding.weight"));

    NetworkWeights least; // without embedding and reduction
    least.graph = GraphWeights::untrained(2);
    write_checkpoint(path, {{least, least, Adam::initial(least)}, least});
    CHECK(bytes_of(read_checkpoint(path).state.anchor) == bytes_of(least));
}

TEST_CASE("an invalid checkpoint is an error with the reason") {
    const auto check = [](const std::function<void(TensorFile&)>& change, const std::string& text) {
        const ParseFailure failure = failure_after(change);
        INFO(failure.message);
        CHECK(failure.says("some.file: "));
        CHECK(failure.says("; ")); // a remedy
        CHECK(failure.says(text));
    };
    CHECK(failure_after([](TensorFile&) {}).says("no error"));
    for (const std::string part : {"weights.", "anchor.", "best.", "mean.", "square."}) {
        check([&](TensorFile& file) { file.tensors.erase(part + "graph.w1"); }, "after '" + part + "'");
        check(
            [&](TensorFile& file) {
                file.tensors[part + "graph.w7"] = {ElementType::kF32, {1}, {0}};
            },
            "graph.w7");
        check([&](TensorFile& file) { file.tensors[part + "graph.w1"].values[0] = INFINITY; }, "finite");
    }
    check([](TensorFile& file) { file.tensors["square.graph.w2"].values[3] = -1e-30F; },
          "after 'square.': tensor 'graph.w2': expected no negative numbers");
    check([](TensorFile& file) { file.tensors.erase("mean.graph.reduction"); },
          "after 'mean.' as after 'weights.'");
    check([](TensorFile& file) { file.tensors["graph.w1"] = {ElementType::kF32, {1}, {0}}; }, "'graph.w1'");
    check([](TensorFile& file) { file.tensors.clear(); }, "after 'weights.'");
    check([](TensorFile& file) { file.metadata.erase("steps"); }, "'steps' in the metadata, found none");
    for (const std::string bad : {"", "-1", "1.5", "many", "99999999999999999999"})
        check([&](TensorFile& file) { file.metadata["steps"] = bad; }, "'" + bad + "'");
}

TEST_CASE("weights files and broken files are refused as checkpoints with an error that names the path") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "some.file";
    CHECK(failure_of([&] { return read_checkpoint(path); }).says("some.file"));
    write_weights(path, some_weights());
    CHECK(failure_of([&] { return read_checkpoint(path); }).says("steps"));
    write_checkpoint(path, checkpoint_after(1));
    const std::string whole = contents_of(path);
    for (std::size_t length = 0; length < whole.size(); length += 97) {
        folder.file("some.file", whole.substr(0, length));
        CHECK(failure_of([&] { return read_checkpoint(path); }).says("some.file"));
    }
}

TEST_CASE("a checkpoint that could not be read again is refused before writing") {
    const TemporaryFolder folder;
    const auto path = folder.file("checkpoint", "old");
    Checkpoint checkpoint = checkpoint_after(1);
    checkpoint.metadata["steps"] = "7";
    CHECK_THROWS_AS(write_checkpoint(path, checkpoint), InvalidArgument);
    checkpoint = checkpoint_after(1);
    checkpoint.state.adam.mean.graph.w2(0, 0) = std::nanf("");
    CHECK_THROWS_AS(write_checkpoint(path, checkpoint), InvalidArgument);
    checkpoint = checkpoint_after(1);
    checkpoint.state.adam.square.bias(1) = -1;
    CHECK_THROWS_AS(write_checkpoint(path, checkpoint), InvalidArgument);
    CHECK(contents_of(path) == "old");
}

TEST_CASE("the checkpoint corpus is accepted or refused as its file names specify") {
    replay_corpus("checkpoint", check_checkpoint);
}
