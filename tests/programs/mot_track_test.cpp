#include "programs/generated_sequence.hpp"
#include "programs/program.hpp"
#include "support/catch.hpp"

#include <fgagt/io/mot_text.hpp>
#include <fgagt/io/weights_file.hpp>
#include <fgagt/weights/default_weights.hpp>

#include <nlohmann/json.hpp>
#include <opencv2/videoio.hpp>

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>

namespace fs = std::filesystem;
using namespace fgagt::test;

// The program mot_track, called as by a user.

TEST_CASE("two runs write the same bytes, whatever the number of threads") {
    const GeneratedSequence scene;
    for (const std::string preset : {"default", "graph", "paper", "geometry"}) {
        const std::string arguments = scene.arguments() + "--quiet --preset " + preset;
        const Outcome first = mot_track(arguments + " --threads 1 --output " + scene.path("a.txt"));
        REQUIRE(first.exit_code == 0);
        CHECK(first.output.empty());
        CHECK(scene.text("a.txt").size() > 1000);
        for (const std::string threads : {"1", "2", "4"}) {
            REQUIRE(mot_track(arguments + " --threads " + threads + " --output " + scene.path("b.txt"))
                        .exit_code == 0);
            CHECK(scene.text("a.txt") == scene.text("b.txt"));
        }
    }
}

TEST_CASE("a generated scene is tracked and evaluated from end to end") {
    const GeneratedSequence scene;
    const std::string files = "--output " + scene.path("a.txt") + " --stats " + scene.path("a.json");
    const Outcome tracked = mot_track(scene.arguments() + files);
    REQUIRE(tracked.exit_code == 0);
    CHECK(tracked.says("30 frames"));
    CHECK(tracked.says(scene.path("a.txt")));
    CHECK(tracked.says(scene.path("a.json")));
    const auto stats = nlohmann::json::parse(scene.text("a.json"));
    CHECK(stats["frames"] == 30);
    CHECK(stats["tracks_born"] > 0);
    CHECK(stats["peak_rss_kib"] > 1000);
    for (const char* stage :
         {"decode", "backbone", "flow", "pool", "graph", "assign", "lifecycle", "total"}) {
        CHECK(stats["microseconds"][stage]["mean"] > 0);
        CHECK(stats["microseconds"][stage]["p95"] > 0);
    }
    const Outcome scored = run_program("mot_eval", "--json --gt " + scene.path("scene/gt/gt.txt") +
                                                       " --result " + scene.path("a.txt"));
    REQUIRE(scored.exit_code == 0);
    const auto row = nlohmann::json::parse(scored.output)["sequences"][0];
    CHECK(row["name"] == "scene");
    CHECK(row["HOTA"] > 50);
}

TEST_CASE("a range of frames keeps its numbers") {
    const GeneratedSequence scene;
    REQUIRE(mot_track(scene.arguments() + "--frames 11:20 --output " + scene.path("a.txt")).exit_code == 0);
    const auto rows = fgagt::read_results(scene.path("a.txt"));
    REQUIRE_FALSE(rows.empty());
    CHECK(rows.rows().front().frame == 11);
    CHECK(rows.last_frame() == 20);
}

TEST_CASE("there are boxes in every frame even if the detector runs every third frame") {
    const GeneratedSequence scene;
    REQUIRE(mot_track(scene.arguments() + "--detect-every 3 --output " + scene.path("a.txt")).exit_code == 0);
    const auto rows = fgagt::read_results(scene.path("a.txt"));
    for (std::int64_t frame = 1; frame <= 30; ++frame)
        CHECK_FALSE(rows.frame(frame).empty());
}

TEST_CASE("the annotated video has every frame and can be a source") {
    const GeneratedSequence scene;
    for (const std::string name : {"a.avi", "a.mp4"}) {
        REQUIRE(mot_track(scene.arguments() + "--video " + scene.path(name)).exit_code == 0);
        cv::VideoCapture video(scene.path(name));
        cv::Mat frame;
        int frames = 0;
        while (video.read(frame))
            ++frames;
        CHECK(frames == 30);
        CHECK(mot_track(scene.path(name) + " --detector hog --frames 1:2").exit_code == 0);
    }
}

TEST_CASE("only the geometry preset works without images") {
    const GeneratedSequence scene;
    fs::remove_all(scene.path("scene/img1"));
    CHECK(mot_track(scene.arguments() + "--preset geometry --output " + scene.path("a.txt")).exit_code == 0);
    CHECK(fgagt::read_results(scene.path("a.txt")).last_frame() == 30);
    const Outcome failed = mot_track(scene.arguments() + "--output " + scene.path("b.txt"));
    CHECK(failed.exit_code == 1);
    CHECK(failed.says("000001"));
    CHECK_FALSE(fs::exists(scene.path("b.txt")));
}

TEST_CASE("camera motion from a file is used") {
    const GeneratedSequence scene;
    const std::string arguments = scene.arguments() + "--preset geometry --output " + scene.path("a.txt");
    REQUIRE(mot_track(arguments).exit_code == 0);
    const std::string without = scene.text("a.txt");
    std::string motion;
    for (int k = 0; k < 30; ++k)
        motion += std::to_string(k) + " 1 0 40 0 1 0\n";
    scene.write("motion.txt", motion);
    REQUIRE(mot_track(arguments + " --camera-motion " + scene.path("motion.txt")).exit_code == 0);
    CHECK(scene.text("a.txt") != without);
}

TEST_CASE("score range and ceiling change which detections are confident") {
    const GeneratedSequence scene;
    const auto boxes = [&](const std::string& options) {
        REQUIRE(mot_track(scene.arguments() + options + " --output " + scene.path("a.txt")).exit_code == 0);
        return fgagt::read_results(scene.path("a.txt")).size();
    };
    CHECK(boxes("--score-range 10:20") < boxes(""));
    CHECK(boxes("--score-ceiling 1") != boxes("--score-ceiling 0.35"));
}

TEST_CASE("the backbone can be chosen") {
    const GeneratedSequence scene;
    const auto result = [&](const std::string& options) {
        REQUIRE(mot_track(scene.arguments() + options + " --output " + scene.path("a.txt")).exit_code == 0);
        return scene.text("a.txt");
    };
    CHECK(result("--backbone colour") == result(""));
    CHECK(result("--preset paper --backbone channel") == result("--preset paper"));
    CHECK(result("--preset paper --backbone colour") != result("--preset paper"));
    CHECK(result("--backbone channel").size() > 1000);
}

TEST_CASE("weights from a file replace the built-in weights") {
    const GeneratedSequence scene;
    fgagt::NetworkWeights weights = fgagt::default_weights();
    fgagt::write_weights(scene.path("same.safetensors"), weights);
    weights.graph.margin = 0.99F;
    fgagt::write_weights(scene.path("stricter.safetensors"), weights);
    const auto tracks = [&](const std::string& options) {
        REQUIRE(
            mot_track(scene.arguments() + "--quiet --output " + scene.path("a.txt") + options).exit_code ==
            0);
        return scene.text("a.txt");
    };
    const std::string graph = tracks(" --preset graph");
    CHECK(graph == tracks(" --weights " + scene.path("same.safetensors")));
    CHECK(graph == tracks(" --preset graph --weights " + scene.path("same.safetensors")));
    CHECK(graph != tracks(" --weights " + scene.path("stricter.safetensors")));
    const std::string paper = " --preset paper --backbone colour";
    CHECK(tracks(paper) != tracks(paper + " --weights " + scene.path("same.safetensors")));
}

TEST_CASE("weights that do not fit are refused with the difference") {
    const GeneratedSequence scene;
    fgagt::NetworkWeights weights = fgagt::default_weights();
    weights.embedding = weights.embedding.leftCols(400);
    fgagt::write_weights(scene.path("other.safetensors"), weights);
    const Outcome outcome = mot_track(scene.arguments() + "--weights " + scene.path("other.safetensors"));
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.says("480"));
    CHECK(outcome.says("400"));
    scene.write("no.safetensors", "nothing");
    const Outcome damaged = mot_track(scene.arguments() + "--weights " + scene.path("no.safetensors"));
    CHECK(damaged.exit_code == 1);
    CHECK(damaged.says("no.safetensors"));
}

TEST_CASE("wrong usage exits with 2 and explains the mistake") {
    const GeneratedSequence scene;
    for (const std::string& arguments :
         {std::string(), scene.path("scene"), scene.arguments() + "--detector hog",
          scene.arguments() + "--preset best", scene.arguments() + "--nonsense",
          scene.arguments() + "--frames 5:2", scene.arguments() + "--frames 0:2",
          scene.arguments() + "--frames 7", scene.arguments() + "--score-range 1:0",
          scene.arguments() + "--score-ceiling 2", scene.arguments() + "--detect-every 0",
          scene.arguments() + "--preset graph --backbone channel",
          scene.arguments() + "--preset geometry --weights " + scene.path("scene/seqinfo.ini"),
          scene.arguments() + "--threads -1", scene.path("missing") + " --detector hog",
          scene.path("scene") + " --detections " + scene.path("missing.txt")}) {
        CAPTURE(arguments);
        const Outcome outcome = mot_track(arguments);
        CHECK(outcome.exit_code == 2);
        CHECK_FALSE(outcome.output.empty());
    }
    const Outcome help = mot_track("--help");
    CHECK(help.exit_code == 0);
    CHECK((help.says("--detections") && help.says("--score-range")));
}

TEST_CASE("a malformed detection file exits with 1 and names file and line") {
    const GeneratedSequence scene;
    scene.write("bad.txt", "1,-1,10,10,20,40,0.9,-1,-1,-1\n1,-1,10,ten,20,40,0.9,-1,-1,-1\n");
    const Outcome outcome = mot_track(scene.path("scene") + " --detections " + scene.path("bad.txt") +
                                      " --output " + scene.path("a.txt"));
    CHECK(outcome.exit_code == 1);
    CHECK((outcome.says("bad.txt:2") && outcome.says("column 4")));
    CHECK_FALSE(fs::exists(scene.path("a.txt")));
}

TEST_CASE("an output that cannot be written exits with 1 and names the path") {
    const GeneratedSequence scene;
    const Outcome outcome = mot_track(scene.arguments() + "--output " + scene.path("no/such/folder/a.txt"));
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.says("no/such/folder"));
}

TEST_CASE("a progress bar on a terminal shows frames per second and objects") {
    if (run_command("command -v script").exit_code != 0) {
        std::cout << "SKIPPED: the program 'script', which simulates a terminal, is not installed\n";
        return;
    }
    const GeneratedSequence scene;
    const std::string command = "'" FGAGT_PROGRAMS "/mot_track' " + scene.arguments() + "--preset geometry";
    const Outcome shown = run_command("script -qec \"" + command + "\" /dev/null");
    CHECK(shown.exit_code == 0);
    CHECK((shown.says("] 100 %  30/30  ") && shown.says(" frames/s  in 0:0") && shown.says(" objects")));
    CHECK_FALSE(run_command("script -qec \"" + command + " --quiet\" /dev/null").says("frames/s"));
    CHECK_FALSE(run_command(command + " 2>&1").says("30/30"));
}
