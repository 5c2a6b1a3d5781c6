#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/io/weights_file.hpp>
#include <fgagt/pooling/embedding.hpp>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;

namespace {

/// A matrix whose elements are all different.
Matrix ramp(Eigen::Index rows, Eigen::Index columns, float first) {
    Matrix matrix(rows, columns);
    for (Eigen::Index i = 0; i < matrix.size(); ++i)
        matrix.data()[i] = first + static_cast<float>(i) / 8;
    return matrix;
}

/// D = 3, I = 5, R = 2.
NetworkWeights some_weights() {
    NetworkWeights weights;
    weights.embedding = ramp(3, 5, 1);
    weights.bias = ramp(1, 3, 2).row(0);
    weights.graph = {0.5F, ramp(3, 3, 3), ramp(3, 3, 4), ramp(3, 3, 5), ramp(3, 2, 6), 0.25F, {true, false}};
    return weights;
}

bool equal(const NetworkWeights& a, const NetworkWeights& b) {
    const auto same = [](const auto& x, const auto& y) {
        return x.rows() == y.rows() && x.cols() == y.cols() && x == y;
    };
    return same(a.embedding, b.embedding) && same(a.bias, b.bias) &&
           a.graph.prior_logit == b.graph.prior_logit && same(a.graph.w1, b.graph.w1) &&
           same(a.graph.w2, b.graph.w2) && same(a.graph.wa, b.graph.wa) &&
           same(a.graph.reduction, b.graph.reduction) && a.graph.margin == b.graph.margin &&
           a.graph.options == b.graph.options;
}

/// The failure for a file of weights after a change.
ParseFailure failure_after(const std::function<void(std::map<std::string, Tensor>&)>& change) {
    TensorFile file = tensors_of(some_weights());
    change(file.tensors);
    return failure_of([&] { return weights_of(file, "some.file"); });
}

void check_refusal(const ParseFailure& failure, std::initializer_list<std::string> texts) {
    INFO(failure.message);
    CHECK((failure.line == 0 && failure.column == 0));
    CHECK(failure.says("some.file: "));
    CHECK(failure.says("; ")); // a remedy
    for (const std::string& text : texts)
        CHECK_THAT(failure.message, contains(text));
}

Tensor zeros(std::vector<std::int64_t> shape) {
    std::size_t count = 1;
    for (const std::int64_t size : shape)
        count *= static_cast<std::size_t>(size);
    return {ElementType::kF32, std::move(shape), std::vector<float>(count)};
}

std::string complaint_of(const NetworkWeights& weights, ElementType type = ElementType::kF32) {
    try {
        static_cast<void>(tensors_of(weights, type));
    } catch (const InvalidArgument& error) {
        return error.what();
    }
    return "no error";
}

} // namespace

TEST_CASE("weights have the names and shapes of the format") {
    const TensorFile file = tensors_of(some_weights());
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (const auto& [name, tensor] : file.tensors)
        shapes[name] = tensor.shape;
    CHECK(shapes == std::map<std::string, std::vector<std::int64_t>>{{"embedding.bias", {3}},
                                                                     {"embedding.weight", {3, 5}},
                                                                     {"graph.margin", {}},
                                                                     {"graph.prior_logit", {}},
                                                                     {"graph.reduction", {3, 2}},
                                                                     {"graph.relu", {}},
                                                                     {"graph.squared_distance", {}},
                                                                     {"graph.w1", {3, 3}},
                                                                     {"graph.w2", {3, 3}},
                                                                     {"graph.wa", {3, 3}}});
    // Stored row by row.
    CHECK(file.tensors.at("embedding.weight").values[5] == some_weights().embedding(1, 0));
    CHECK(file.tensors.at("graph.prior_logit").values == std::vector<float>{0.5F});
    CHECK(file.metadata.empty());
}

TEST_CASE("weights survive a round trip") {
    const TemporaryFolder folder;
    const auto path = folder.path() / "weights.safetensors";
    write_weights(path, some_weights(), {{"steps", "100"}});
    CHECK(equal(read_weights(path), some_weights()));
    CHECK(read_safetensors(path).metadata.at("steps") == "100");

    NetworkWeights least;
    least.graph = GraphWeights::untrained(4);
    write_weights(path, least);
    const NetworkWeights again = read_weights(path);
    CHECK(equal(again, least));
    CHECK((again.embedding.size() == 0 && again.bias.size() == 0 && again.graph.reduction.size() == 0));
}

TEST_CASE("the variant of the graph survives a round trip") {
    NetworkWeights weights = some_weights();
    for (const bool squared : {false, true})
        for (const bool relu : {false, true})
            for (const ElementType type : {ElementType::kF32, ElementType::kF16}) {
                weights.graph.options = {.squared_distance = squared, .relu = relu};
                CHECK(weights_of(tensors_of(weights, type), "").graph.options == weights.graph.options);
            }
    for (const std::string name : {"graph.relu", "graph.squared_distance"})
        for (const float bad : {-1.0F, 0.5F, 2.0F})
            check_refusal(failure_after([&](auto& tensors) { tensors[name].values[0] = bad; }),
                          {'\'' + name + '\'', "0 or 1", std::to_string(bad)});
}

TEST_CASE("weights in half precision are rounded") {
    const TemporaryFolder folder;
    NetworkWeights weights = some_weights(); // eighths, which half floats represent exactly
    write_weights(folder.path() / "f32", weights);
    write_weights(folder.path() / "f16", weights, {}, ElementType::kF16);
    CHECK(equal(read_weights(folder.path() / "f16"), weights));
    for (const auto& [name, tensor] : read_safetensors(folder.path() / "f16").tensors)
        CHECK(tensor.type == ElementType::kF16);

    weights.graph.margin = 0.1F;
    CHECK(weights_of(tensors_of(weights, ElementType::kF16), "").graph.margin == 0x1.998p-4F);
    weights.graph.w1(1, 2) = -65520;
    CHECK_THAT(complaint_of(weights, ElementType::kF16), contains("-65520") && contains("graph.w1"));
    CHECK(complaint_of(weights) == "no error");
}

TEST_CASE("weights written by Python are read") {
    NetworkWeights expected;
    expected.embedding = ramp(2, 3, -1);
    expected.bias.resize(2);
    expected.bias << 0.5F, -0.25F;
    const Matrix square = ramp(2, 2, -1);
    expected.graph = {0.75F, square, 2 * square, 4 * square, ramp(2, 1, -1), 0.25F, {true, false}};
    for (const std::string type : {"f32", "f16"}) {
        const auto path = golden("safetensors/weights_" + type + ".safetensors");
        CHECK(equal(read_weights(path), expected));
        const TemporaryFolder folder;
        write_weights(folder.path() / "again", expected, {{"steps", "100"}},
                      type == "f32" ? ElementType::kF32 : ElementType::kF16);
        CHECK(contents_of(folder.path() / "again") == contents_of(path));
    }
}

TEST_CASE("a missing or unknown tensor is an error that names it") {
    for (const std::string name : {"graph.w1", "graph.w2", "graph.wa", "graph.prior_logit", "graph.margin",
                                   "graph.relu", "graph.squared_distance"})
        check_refusal(failure_after([&](auto& tensors) { tensors.erase(name); }),
                      {'\'' + name + '\'', "none"});
    for (const std::string name : {"embedding.weight", "embedding.bias"})
        check_refusal(failure_after([&](auto& tensors) { tensors.erase(name); }),
                      {"embedding.weight", "neither"});
    for (const std::string name : {"graph.W1", "embedding.weight ", "adam.step", ""})
        check_refusal(failure_after([&](auto& tensors) { tensors[name] = zeros({1}); }),
                      {"found '" + name + '\'', "graph.wa, "});
    CHECK(failure_after([](auto& tensors) { tensors.erase("graph.reduction"); }).says("no error"));
    check_refusal(failure_of([] { return weights_of({}, "some.file"); }), {"graph.w1"});
}

TEST_CASE("a tensor of the wrong shape is an error with the expected shape") {
    const auto with_shape = [](const std::string& name, const std::vector<std::int64_t>& shape) {
        return failure_after([&](auto& tensors) { tensors[name] = zeros(shape); });
    };
    for (const std::string name : {"graph.w2", "graph.wa"})
        for (const std::vector<std::int64_t>& shape :
             {std::vector<std::int64_t>{}, {9}, {3, 2}, {2, 3}, {3, 3, 1}, {0, 3}})
            check_refusal(with_shape(name, shape), {'\'' + name + '\'', "[D, D] where D = 3"});
    check_refusal(with_shape("graph.w1", {3, 4}), {"'graph.w1'", "[D, D] where D = 3, found [3, 4]"});
    check_refusal(with_shape("graph.w1", {}), {"'graph.w1'", "[D, D], found []"});
    check_refusal(with_shape("graph.w1", {0, 0}), {"'graph.w1'", "[D, D], found [0, 0]"});
    check_refusal(with_shape("graph.w1", {2, 2}), {"'graph.w2'", "[D, D] where D = 2, found [3, 3]"});
    for (const std::string name :
         {"graph.prior_logit", "graph.margin", "graph.relu", "graph.squared_distance"})
        check_refusal(with_shape(name, {1}), {'\'' + name + '\'', "the shape [] ", "found [1]"});
    for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{3}, {2, 2}, {3, 0}, {3, 2, 1}})
        check_refusal(with_shape("graph.reduction", shape), {"'graph.reduction'", "[D, R] where D = 3"});
    for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{3}, {5, 3}, {3, 0}})
        check_refusal(with_shape("embedding.weight", shape), {"'embedding.weight'", "[D, I] where D = 3"});
    for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{}, {5}, {1, 3}})
        check_refusal(with_shape("embedding.bias", shape), {"'embedding.bias'", "[D] where D = 3"});
    check_refusal(failure_after([](auto& tensors) { tensors["graph.wa"].values.pop_back(); }),
                  {"'graph.wa'", "as many values", "found 8"});
}

TEST_CASE("non-finite numbers are errors with their position") {
    for (const auto& [name, tensor] : tensors_of(some_weights()).tensors)
        for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity(), -INFINITY})
            check_refusal(
                failure_after([&, name = name](auto& tensors) { tensors[name].values.back() = bad; }),
                {'\'' + name + '\'', "finite", "at index " + std::to_string(tensor.values.size() - 1)});
}

TEST_CASE("weights that could not be read again are refused before writing") {
    const TemporaryFolder folder;
    const auto path = folder.file("weights", "old");
    CHECK_THROWS_AS(write_weights(path, {}), InvalidArgument);
    CHECK_THROWS_AS(write_weights(path, some_weights(), {{"note", "\xff"}}), InvalidArgument);
    CHECK(contents_of(path) == "old");

    NetworkWeights weights = some_weights();
    weights.graph.wa(0, 1) = std::nanf("");
    CHECK_THAT(complaint_of(weights),
               contains("tensors_of") && contains("'graph.wa'") && contains("index 1"));
    weights = some_weights();
    weights.graph.w2.resize(2, 2);
    CHECK_THAT(complaint_of(weights), contains("'graph.w2'"));
    weights = some_weights();
    weights.bias.resize(0);
    CHECK_THAT(complaint_of(weights), contains("'embedding.bias'"));
    weights = some_weights();
    weights.embedding.resize(0, 0);
    CHECK_THAT(complaint_of(weights), contains("'embedding.weight'"));
    weights = some_weights();
    weights.graph.prior_logit = INFINITY;
    CHECK_THAT(complaint_of(weights), contains("'graph.prior_logit'"));
}

TEST_CASE("an embedding can be made from a file of weights") {
    const NetworkWeights weights = weights_of(tensors_of(some_weights()), "");
    const Embedding embedding(weights.embedding, weights.bias);
    CHECK((embedding.inputs() == 5 && embedding.outputs() == 3));
}
