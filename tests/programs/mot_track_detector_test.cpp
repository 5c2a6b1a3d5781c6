#include "programs/generated_sequence.hpp"
#include "programs/program.hpp"
#include "support/catch.hpp"
#include "support/darknet_network.hpp"
#include "support/data.hpp"

#include <fgagt/io/mot_text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt::test;

// The program mot_track with a network as detector.

namespace {

std::string in_quotes(const fs::path& path) {
    return fgagt::test::in_quotes(path.string());
}

/// A video with arguments for one of the real models.
struct RealRun {
    TemporaryFolder folder;

    [[nodiscard]] Outcome track(const fs::path& video, const fs::path& model,
                                const std::string& arguments) const {
        return mot_track(in_quotes(video) + " --detector " + in_quotes(model) + " --quiet --output " +
                         in_quotes(output()) + " " + arguments);
    }
    [[nodiscard]] fs::path output() const { return folder.path() / "tracks.txt"; }
    [[nodiscard]] fgagt::ResultRows rows() const { return fgagt::read_results(output()); }
};

std::set<fgagt::TrackId> ids_of(const fgagt::ResultRows& rows) {
    std::set<fgagt::TrackId> ids;
    for (const fgagt::ResultRow& row : rows.rows())
        ids.insert(row.id);
    return ids;
}

} // namespace

TEST_CASE("every model tracks every video without a named head") {
    const auto models = real_data("models");
    const auto videos = real_data("video");
    if (!models || !videos) return;
    struct Footage {
        fs::path video;
        const char* frames;
    };
    std::vector<Footage> footage{{*videos / "one-by-one-person-detection.mp4", "300:315"},
                                 {*videos / "car-detection.mp4", "100:115"}};
    // From Debian's package opencv-doc.
    const fs::path installed = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";
    if (fs::exists(installed)) footage.push_back({installed, "1:16"});
    const RealRun run;
    for (const char* const model :
         {"yolox_nano_416x416.onnx", "light_person_detector_192x192.onnx", "nanodet_m_416.onnx",
          "FastestDet.onnx", "yolo-fastest-1.1_body.cfg", "yolo-fastest-1.1_body.weights"})
        for (const Footage& real : footage) {
            INFO(model << " on " << real.video);
            const Outcome outcome = run.track(real.video, *models / model,
                                              std::string("--classes person --frames ") + real.frames);
            REQUIRE(outcome.exit_code == 0);
            const auto rows = run.rows();
            for (const fgagt::ResultRow& row : rows.rows())
                CHECK((row.box.width > 0 && row.box.height > 0 && row.score >= 0 && row.score <= 1));
            // One person walks through the first video alone.
            if (real.video.filename() == "one-by-one-person-detection.mp4") CHECK(rows.size() >= 14);
        }
}

TEST_CASE("one person gives one track, with the class given by name or number") {
    const auto model = real_data("models/yolox_nano_416x416.onnx");
    const auto video = real_data("video/one-by-one-person-detection.mp4");
    if (!model || !video) return;
    const RealRun run;
    REQUIRE(run.track(*video, *model, "--classes person --frames 300:340").exit_code == 0);
    CHECK(ids_of(run.rows()).size() == 1);
    CHECK(run.rows().size() >= 40);
    const std::string by_name = contents_of(run.output());
    REQUIRE(run.track(*video, *model, "--classes zebra,0 --frames 300:340").exit_code == 0);
    CHECK(contents_of(run.output()) == by_name);
    REQUIRE(run.track(*video, *model, "--classes zebra --frames 300:340").exit_code == 0);
    CHECK(run.rows().empty());
}

TEST_CASE("the detector's own features need only one pass") {
    const auto model = real_data("models/yolox_nano_416x416.onnx");
    const auto videos = real_data("video");
    if (!model || !videos) return;
    const RealRun run;
    const fs::path stats = run.folder.path() / "stats.json";
    const std::string arguments =
        "--classes person --frames 300:310 --stats " + in_quotes(stats) + " --backbone ";
    REQUIRE(run.track(*videos / "one-by-one-person-detection.mp4", *model,
                      arguments + fgagt::test::in_quotes(model->string() + ":Mul_246"))
                .exit_code == 0);
    CHECK(ids_of(run.rows()).size() == 1);
    const auto times = nlohmann::json::parse(contents_of(stats))["microseconds"];
    CHECK(times["detect"]["mean"] > 100 * times["backbone"]["mean"].get<double>()); // no separate pass
    const Outcome unknown = run.track(*videos / "one-by-one-person-detection.mp4", *model,
                                      "--backbone " + fgagt::test::in_quotes(model->string() + ":no"));
    CHECK(unknown.exit_code == 1);
    CHECK(unknown.says("has no layer no"));
    // Another network computes only the features.
    const auto osnet = real_data("models/osnet_x0_25_msmt17.onnx");
    REQUIRE(run.track(*videos / "one-by-one-person-detection.mp4", *model, arguments + in_quotes(*osnet))
                .exit_code == 0);
    CHECK(ids_of(run.rows()).size() == 1);
}

TEST_CASE("a run with a network continues from its checkpoint") {
    const auto model = real_data("models/light_person_detector_192x192.onnx");
    const auto video = real_data("video/one-by-one-person-detection.mp4");
    if (!model || !video) return;
    const RealRun run;
    const fs::path checkpoint = run.folder.path() / "run.checkpoint";
    REQUIRE(run.track(*video, *model, "--frames 300:330").exit_code == 0);
    const std::string whole = contents_of(run.output());
    const std::string with = " --checkpoint " + in_quotes(checkpoint) + " --every 5 ";
    // The output is a folder, so the run fails at the end and its checkpoint remains.
    const Outcome failed =
        mot_track(in_quotes(*video) + " --detector " + in_quotes(*model) + " --quiet --frames 300:315 " +
                  with + "--stats " + in_quotes(run.folder.path() / "none" / "stats.json"));
    CHECK(failed.exit_code == 1);
    REQUIRE(fs::exists(checkpoint));
    REQUIRE(run.track(*video, *model, "--frames 300:330 --resume" + with).exit_code == 0);
    CHECK(contents_of(run.output()) == whole);
}

TEST_CASE("a network whose outputs fit no head is reported") {
    const GeneratedSequence scene;
    const TemporaryFolder folder;
    const auto model = DarknetNetwork(96, 64).convolution(3, 3, 2).write(folder, "net");
    const auto track = [&](const std::string& arguments) {
        return mot_track(scene.path("scene") + " --frames 1:2 --detector " + arguments);
    };
    const Outcome unknown = track(in_quotes(model));
    CHECK(unknown.exit_code == 1);
    CHECK(unknown.says("no head fits the 1 output: conv_0 [1,3,32,48]"));
    CHECK(unknown.says("yolox"));
    const Outcome wrong = track(in_quotes(model) + " --head yolox");
    CHECK(wrong.exit_code == 1);
    CHECK(track(in_quotes(folder.file("broken.onnx", "no network"))).exit_code == 1);
}

TEST_CASE("options of networks are checked before tracking") {
    const GeneratedSequence scene;
    const TemporaryFolder folder;
    const auto model = DarknetNetwork(96, 64).convolution(3, 3, 2).write(folder, "net");
    const auto exit_code = [&](const std::string& arguments) {
        return mot_track(scene.path("scene") + " --frames 1:2 " + arguments).exit_code;
    };
    const std::string network = "--detector " + in_quotes(model);
    CHECK(exit_code("--detector none.onnx") == 2);
    CHECK(exit_code(network + " --head none") == 2);
    CHECK(exit_code(network + " --input-size 96") == 2);
    CHECK(exit_code(network + " --classes unicorn") == 2);
    CHECK(exit_code("--detector hog --head yolox") == 2);
    CHECK(exit_code("--detector hog --classes person") == 2);
    CHECK(exit_code(network + " --backbone none.onnx:layer") == 2);
    CHECK(exit_code(network + " --preset geometry --backbone colour") == 2);
}
