#include "programs/background.hpp"
#include "programs/generated_sequence.hpp"
#include "programs/program.hpp"
#include "support/catch.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/stat.h>

namespace fs = std::filesystem;
using namespace fgagt::test;

// Example 08, called as by a user.

TEST_CASE("example 08 gives each stream the same tracks as mot_track") {
    const GeneratedSequence scene(20);
    REQUIRE(run_program("make_scene", scene.path("other") + " --seed 9 --quiet --frames 30").exit_code == 0);
    const Outcome outcome = run_program(
        "08_many_streams", scene.path("scene") + ' ' + scene.path("other") + " --detections " +
                               scene.path("scene/det/det.txt") + ' ' + scene.path("other/det/det.txt") +
                               " --streams 5 --workers 3 --queue 2 --output " + scene.path("out") +
                               " --stats " + scene.path("stats.json"));
    CHECK(outcome.exit_code == 0);
    CHECK(std::ranges::count(outcome.output, '\n') == 7); // a heading, the streams, and the total
    for (const std::string name : {"scene", "other"})
        REQUIRE(mot_track(scene.path(name) + " --detections " + scene.path(name + "/det/det.txt") +
                          " --output " + scene.path(name + ".txt"))
                    .exit_code == 0);
    CHECK(scene.text("scene.txt").size() > 1000);
    for (const std::string stream : {"1", "2", "3", "4", "5"}) {
        CAPTURE(stream);
        const bool odd = std::stoi(stream) % 2 == 1;
        CHECK(scene.text("out/" + stream + ".txt") == scene.text(odd ? "scene.txt" : "other.txt"));
    }
    const auto stats = nlohmann::json::parse(scene.text("stats.json"));
    REQUIRE(stats["streams"].size() == 5);
    CHECK(stats["streams"][1]["frames"] == 30);
    CHECK(stats["streams"][1]["dropped"] == 0);
    CHECK(stats["streams"][1]["source"] == scene.path("other"));
    CHECK(stats["all"]["frames"] == 120);
    CHECK(stats["all"]["frames_per_second"] > 0);
    CHECK(stats["all"]["latency_ms"]["p99"] >= stats["all"]["latency_ms"]["median"]);
    CHECK(stats["peak_rss_kib"] > 1000);
}

TEST_CASE("example 08 reports a failing stream and continues the others") {
    const GeneratedSequence scene(20);
    fs::copy(scene.path("scene"), scene.path("damaged"), fs::copy_options::recursive);
    scene.write("damaged/img1/000011.jpg", "no image");
    fs::copy(scene.path("scene"), scene.path("corrupt"), fs::copy_options::recursive);
    scene.write("corrupt/det/det.txt", "1,-1,what\n");
    const Outcome outcome = run_program(
        "08_many_streams", scene.path("damaged") + ' ' + scene.path("none") + ' ' + scene.path("corrupt") +
                               ' ' + scene.path("scene") + " --stats " + scene.path("stats.json") +
                               " --output " + scene.path("out") + " --quiet");
    CHECK(outcome.exit_code == 1);
    CHECK(std::ranges::count(outcome.output, '\n') == 3);
    CHECK(outcome.says("stream 1: " + scene.path("damaged/img1/000011.jpg")));
    CHECK(outcome.says("stream 2: " + scene.path("none")));
    CHECK(outcome.says("stream 3: " + scene.path("corrupt/det/det.txt") + ":1: "));
    const auto stats = nlohmann::json::parse(scene.text("stats.json"));
    for (const auto& [stream, frames] : {std::pair<std::size_t, int>{0, 10}, {1, 0}, {2, 0}, {3, 20}})
        CHECK(stats["streams"][stream]["frames"] == frames);
    CHECK(stats["streams"][1]["error"].get<std::string>().find("none") != std::string::npos);
    CHECK_FALSE(stats["streams"][3].contains("error"));
    // The frames before the damage are written.
    const std::string whole = scene.text("out/4.txt"), part = scene.text("out/1.txt");
    CHECK((part.size() > 100 && part.size() < whole.size() && whole.starts_with(part)));
}

TEST_CASE("example 08 ends on an interrupt even if a camera's next frame is far away") {
    const GeneratedSequence scene(20);
    const std::string gate = scene.path("gate");
    REQUIRE(mkfifo(gate.c_str(), 0600) == 0);
    Background program("08_many_streams", scene.path("scene") + " --detections " + gate +
                                              " --fps 0.000001 --stats " + scene.path("stats.json"));
    std::ofstream(gate) << scene.text("scene/det/det.txt"); // waits until the tracker reads it
    CHECK(program.end(SIGINT) == 1);
    const auto stats = nlohmann::json::parse(scene.text("stats.json"));
    CHECK(stats["all"]["frames"] == 1);
    CHECK_FALSE(stats["streams"][0].contains("error"));
}

TEST_CASE("example 08 reports invalid options") {
    for (const std::string arguments :
         {"", "a --streams 0", "a --workers 0", "a --queue 0", "a --fps -1", "a b --detections c"}) {
        CAPTURE(arguments);
        CHECK(run_program("08_many_streams", arguments).exit_code == 2);
    }
}
