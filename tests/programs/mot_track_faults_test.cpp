#include "programs/background.hpp"
#include "programs/generated_sequence.hpp"
#include "programs/program.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"

#include <fgagt/io/mot_text.hpp>

#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt::test;

// Failures during mot_track: no results are lost, and it reports what happened.

namespace {

/// The rows of a result up to a frame.
std::string rows_until(const std::string& text, std::int64_t frame) {
    std::istringstream stream(text);
    std::string rows;
    for (std::string line; std::getline(stream, line) && std::stoll(line) <= frame;)
        rows += line + '\n';
    return rows;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line + '\n');
    return lines;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines)
        text += line;
    return text;
}

/// Runs the program with a limit on file sizes, which simulates a full disk.
Outcome with_full_disk(const std::string& arguments) {
    return run_command("trap '' XFSZ; ulimit -f 1; '" FGAGT_PROGRAMS "/mot_track' " + arguments + " 2>&1");
}

} // namespace

TEST_CASE("tracking that is killed at any time gives the same result after resuming") {
    const GeneratedSequence scene(120);
    const std::string arguments = scene.arguments() + "--quiet --output ";
    const auto begin = std::chrono::steady_clock::now();
    REQUIRE(mot_track(arguments + scene.path("whole.txt")).exit_code == 0);
    const auto duration =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
    const std::string whole = scene.text("whole.txt");
    const std::string resumed =
        arguments + scene.path("a.txt") + " --checkpoint " + scene.path("checkpoint") + " --every 7 --resume";
    const unsigned seed = seed_of("tracking that is killed");
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::uniform_int_distribution<std::int64_t> moment(0, duration.count() * 5 / 4);
    int kills = 0, without_checkpoint = 0;
    while (kills < 50) {
        Background program("mot_track", resumed);
        std::this_thread::sleep_for(moment(random) * std::chrono::microseconds(1));
        const bool killed = program.runs();
        program.end(SIGKILL);
        if (killed) {
            ++kills;
            without_checkpoint += fs::exists(scene.path("checkpoint")) ? 0 : 1;
            if (fs::exists(scene.path("a.txt"))) REQUIRE(scene.text("a.txt") == whole);
        } else {
            REQUIRE(scene.text("a.txt") == whole);
            REQUIRE_FALSE(fs::exists(scene.path("checkpoint")));
            fs::remove(scene.path("a.txt"));
        }
    }
    CHECK(without_checkpoint > 0); // some kills happen before the first checkpoint
    REQUIRE(mot_track(resumed).exit_code == 0);
    CHECK(scene.text("a.txt") == whole);
}

TEST_CASE("interrupted tracking writes its results and can continue") {
    const GeneratedSequence scene(120);
    REQUIRE(mot_track(scene.arguments() + "--stats " + scene.path("whole.json") + " --output " +
                      scene.path("whole.txt"))
                .exit_code == 0);
    const std::string arguments = scene.arguments() + "--checkpoint " + scene.path("checkpoint") +
                                  " --every 3 --resume --stats " + scene.path("a.json") + " --output " +
                                  scene.path("a.txt");
    {
        Background program("mot_track", arguments);
        program.wait_for(scene.path("checkpoint"));
        CHECK(program.end(SIGINT) == 1);
    }
    const auto frames = [&](const std::string& name) {
        return nlohmann::json::parse(scene.text(name)).at("frames").get<std::int64_t>();
    };
    const std::int64_t tracked = frames("a.json");
    CHECK((tracked >= 3 && tracked < 120));
    CHECK(scene.text("a.txt") == rows_until(scene.text("whole.txt"), tracked));
    REQUIRE(mot_track(arguments).exit_code == 0);
    CHECK(scene.text("a.txt") == scene.text("whole.txt"));
    CHECK(frames("a.json") == 120);
    CHECK_FALSE(fs::exists(scene.path("checkpoint")));
}

TEST_CASE("a checkpoint of another run or a damaged one is an error with the reason") {
    const GeneratedSequence scene;
    fs::remove(scene.path("scene/img1/000020.jpg"));
    const std::string checkpoint = " --checkpoint " + scene.path("checkpoint") + " --every 5 ";
    REQUIRE(mot_track(scene.arguments() + checkpoint).exit_code == 1);
    const std::string saved = scene.text("checkpoint");
    const Outcome other = mot_track(scene.arguments() + checkpoint + "--resume --preset paper");
    CHECK(other.exit_code == 1);
    CHECK((other.says(scene.path("checkpoint")) && other.says("--preset default") &&
           other.says("--preset paper") && other.says("--resume")));
    for (const std::string& damaged : {saved.substr(0, saved.size() / 2), std::string("nothing"),
                                       saved.substr(0, 500) + "x" + saved.substr(501), std::string()}) {
        scene.write("checkpoint", damaged);
        const Outcome outcome = mot_track(scene.arguments() + checkpoint + "--resume");
        CHECK(outcome.exit_code == 1);
        CHECK(outcome.says(scene.path("checkpoint")));
        CHECK(scene.text("checkpoint") == damaged);
    }
    scene.write("checkpoint", saved); // ignored without --resume
    CHECK(mot_track(scene.arguments() + checkpoint + "--preset geometry").exit_code == 0);
    CHECK_FALSE(fs::exists(scene.path("checkpoint")));
}

TEST_CASE("invalid checkpoint options are wrong usage") {
    const GeneratedSequence scene;
    for (const std::string options :
         {"--every 3", "--resume", "--checkpoint c --every 0", "--checkpoint c --video v.avi"}) {
        CAPTURE(options);
        CHECK(mot_track(scene.arguments() + options).exit_code == 2);
    }
}

TEST_CASE("a missing or damaged image ends tracking, and earlier results are written") {
    const GeneratedSequence scene;
    REQUIRE(mot_track(scene.arguments() + "--output " + scene.path("whole.txt")).exit_code == 0);
    const fs::path image = scene.path("scene/img1/000020.jpg");
    const fs::path kept = scene.path("000020.jpg");
    fs::rename(image, kept);
    const std::string arguments = scene.arguments() + "--checkpoint " + scene.path("checkpoint") +
                                  " --resume --output " + scene.path("a.txt");
    for (const bool missing : {true, false}) {
        if (!missing) scene.write("scene/img1/000020.jpg", "no image");
        const Outcome outcome = mot_track(arguments);
        CHECK(outcome.exit_code == 1);
        CHECK((outcome.says("000020.jpg") && outcome.says("up to 19")));
        CHECK(scene.text("a.txt") == rows_until(scene.text("whole.txt"), 19));
    }
    const Outcome video = mot_track(scene.arguments() + "--video " + scene.path("a.avi"));
    CHECK(video.exit_code == 1);
    CHECK(cv::VideoCapture(scene.path("a.avi")).get(cv::CAP_PROP_FRAME_COUNT) == 19);
    fs::remove(image);
    fs::rename(kept, image); // the image is repaired, so tracking continues
    REQUIRE(mot_track(arguments).exit_code == 0);
    CHECK(scene.text("a.txt") == scene.text("whole.txt"));
}

TEST_CASE("tracking continues with images of another size") {
    const GeneratedSequence scene;
    for (const std::string frame : {"000010", "000011"}) {
        const std::string path = scene.path("scene/img1/" + frame + ".jpg");
        cv::Mat image = cv::imread(path), other;
        cv::resize(image, other, {image.cols / 2, image.rows / 3});
        cv::imwrite(path, other);
    }
    for (const std::string preset : {"default", "graph", "paper"}) {
        const Outcome outcome = mot_track(scene.arguments() + "--preset " + preset + " --output " +
                                          scene.path("a.txt") + " --video " + scene.path(preset + ".avi"));
        CHECK(outcome.exit_code == 0);
        CHECK(outcome.says("30 frames"));
        CHECK(fgagt::read_results(scene.path("a.txt")).last_frame() == 30);
    }
}

TEST_CASE("neither the order of detections in a file nor duplicates matter") {
    const GeneratedSequence scene;
    const std::string output = " --preset geometry --output " + scene.path("a.txt");
    REQUIRE(mot_track(scene.arguments() + output).exit_code == 0);
    const std::string expected = scene.text("a.txt");
    std::vector<std::string> lines = lines_of(scene.text("scene/det/det.txt"));
    std::ranges::stable_sort(lines, std::greater<>(),
                             [](const std::string& line) { return std::stoll(line); });
    scene.write("backwards.txt", joined(lines));
    REQUIRE(
        mot_track(scene.path("scene") + " --detections " + scene.path("backwards.txt") + output).exit_code ==
        0);
    CHECK(scene.text("a.txt") == expected);
    scene.write("twice.txt", joined(lines) + joined(lines));
    REQUIRE(mot_track(scene.path("scene") + " --detections " + scene.path("twice.txt") + output).exit_code ==
            0);
    CHECK(scene.text("a.txt") == expected);
}

TEST_CASE("detections after the last frame and files without detections are reported") {
    const GeneratedSequence scene;
    const std::string detections = scene.text("scene/det/det.txt");
    const auto track = [&](const std::string& options) {
        return mot_track(scene.path("scene") + " --detections " + scene.path("d.txt") + " --output " +
                         scene.path("a.txt") + options);
    };
    for (const std::string preset : {" --preset default", " --preset geometry"}) {
        scene.write("d.txt", detections);
        Outcome outcome = track(preset);
        CHECK_FALSE(outcome.says("d.txt"));
        const std::string expected = scene.text("a.txt");
        scene.write("d.txt", detections + "31,-1,10,10,20,40,0.9,-1,-1,-1\n99,-1,10,10,20,40,0.9,-1,-1,-1\n");
        outcome = track(preset);
        CHECK(outcome.exit_code == 0);
        CHECK((outcome.says("d.txt: 2 detections") && outcome.says("30")));
        CHECK(scene.text("a.txt") == expected);
        CHECK_FALSE(track(preset + " --frames 1:20").says("detections are of frames"));
        scene.write("d.txt", "");
        outcome = track(preset);
        CHECK(outcome.exit_code == 0);
        CHECK(outcome.says("d.txt: the file has no detections"));
        CHECK(scene.text("a.txt").empty());
    }
}

TEST_CASE("a truncated video is tracked to its end and reported") {
    const GeneratedSequence scene;
    REQUIRE(mot_track(scene.arguments() + "--quiet --video " + scene.path("whole.avi")).exit_code == 0);
    const std::string video = scene.text("whole.avi");
    scene.write("cut.avi", video.substr(0, video.size() / 2));
    const Outcome outcome = mot_track(scene.path("cut.avi") + " --detections " +
                                      scene.path("scene/det/det.txt") + " --output " + scene.path("a.txt"));
    CHECK(outcome.exit_code == 0);
    CHECK((outcome.says("cut.avi: 30 frames are announced") && outcome.says("could be read")));
    const std::int64_t last = fgagt::read_results(scene.path("a.txt")).last_frame();
    CHECK((last >= 5 && last < 30));
    CHECK(outcome.says(std::to_string(last) + " could be read"));
}

TEST_CASE("a video that is damaged in the middle is tracked around the damage and reported") {
    const GeneratedSequence scene;
    for (const std::string name : {"a.avi", "a.mp4"}) {
        CAPTURE(name);
        REQUIRE(mot_track(scene.arguments() + "--quiet --video " + scene.path(name)).exit_code == 0);
        std::string video = scene.text(name);
        const std::size_t first = video.size() * 2 / 5;
        for (std::size_t i = first; i < first + video.size() / 5; ++i)
            video[i] = static_cast<char>(i * i % 251);
        scene.write(name, video);
        const Outcome outcome =
            mot_track(scene.path(name) + " --detections " + scene.path("scene/det/det.txt") + " --output " +
                      scene.path("a.txt"));
        CHECK(outcome.exit_code == 0);
        CHECK(outcome.says(name + ": 30 frames are announced"));
        CHECK(outcome.says("may be truncated or damaged. After damage, frame numbers may be too low"));
        const std::int64_t last = fgagt::read_results(scene.path("a.txt")).last_frame();
        CHECK((last >= 10 && last < 30));
    }
}

TEST_CASE("a full disk is an error, and existing files are kept") {
    const GeneratedSequence scene(60);
    const std::string old(5000, 'x');
    for (const auto& [option, name] : {std::pair<std::string, std::string>{"--output ", "a.txt"},
                                       {"--video ", "a.avi"},
                                       {"--video ", "a.mp4"}}) {
        CAPTURE(name);
        scene.write(name, old);
        const Outcome outcome = with_full_disk(scene.arguments() + "--quiet " + option + scene.path(name));
        CHECK(outcome.exit_code == 1);
        CHECK(outcome.says(name));
        CHECK(scene.text(name) == old);
    }
    const Outcome outcome =
        with_full_disk(scene.arguments() + "--checkpoint " + scene.path("checkpoint") + " --every 5");
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.says("checkpoint"));
    CHECK_FALSE(fs::exists(scene.path("checkpoint")));
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(scene.path("")))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    CHECK(names == std::vector<std::string>{"a.avi", "a.mp4", "a.txt", "scene"}); // no partial files
}
