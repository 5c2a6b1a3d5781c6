#include "programs/program.hpp"
#include "support/catch.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/io/safetensors.hpp>
#include <fgagt/io/weights_file.hpp>
#include <fgagt/weights/default_weights.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

using namespace fgagt;
using namespace fgagt::test;

namespace {

std::string python() {
    const char* chosen = std::getenv("FGAGT_PYTHON");
    return chosen != nullptr ? chosen : "python3";
}

/// Whether there is a Python with the packages that the script needs.
bool has_packages() {
    const bool found = run_command(python() + " -c 'import numpy, safetensors' 2>&1").exit_code == 0;
    if (!found)
        WARN("no Python with numpy and safetensors (FGAGT_PYTHON names one): weights.py is not tested");
    return found;
}

Outcome weights_script(const std::string& arguments) {
    return run_command(python() + " '" FGAGT_SOURCE_DIR "/examples/weights.py' " + arguments + " 2>&1");
}

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace

TEST_CASE("Python reads the library's files, and the library reads Python's files") {
    if (!has_packages()) return;
    const TemporaryFolder folder;
    const auto path = [&](const std::string& name) { return (folder.path() / name).string(); };
    NetworkWeights weights = default_weights();
    weights.graph.w1(0, 0) = 1.0001F; // not representable as a half float
    write_weights(path("a"), weights, {{"made by", "a test"}});

    const Outcome halves = weights_script("convert " + path("a") + ' ' + path("halves") + " --dtype F16");
    INFO(halves.output);
    REQUIRE(halves.exit_code == 0);
    write_weights(path("b"), weights, {{"made by", "a test"}}, ElementType::kF16);
    CHECK(bytes_of(path("halves")) == bytes_of(path("b")));

    REQUIRE(weights_script("convert " + path("halves") + ' ' + path("floats") + " --dtype F32").exit_code ==
            0);
    const NetworkWeights read = read_weights(path("floats"));
    CHECK(read.graph.w1(0, 0) == 1.0F);
    CHECK(read.embedding == weights.embedding);
    CHECK(read_safetensors(path("floats")).metadata.at("made by") == "a test");
}

TEST_CASE("weights.py shows the contents of a file of weights") {
    if (!has_packages()) return;
    const TemporaryFolder folder;
    const std::string path = (folder.path() / "a").string();
    write_weights(path, default_weights(), {{"seed", "7"}});
    const Outcome shown = weights_script("show " + path);
    INFO(shown.output);
    CHECK(shown.exit_code == 0);
    CHECK(shown.says("embedding.weight  float32  [128, 480]  min "));
    CHECK(shown.says("seed: 7"));
    std::ofstream(path, std::ios::app) << "more";
    const Outcome broken = weights_script("show " + path);
    CHECK(broken.exit_code == 1);
    CHECK(broken.says(path));
}
