#include "programs/generated_sequence.hpp"
#include "programs/program.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/hog_detector.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/mot_text.hpp>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/videoio.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt;
using namespace fgagt::test;

// Pipelines of gst-launch-1.0, called as by a user, compared with mot_track.

namespace {

/// The environment of gst-launch-1.0, which names the plugin and a registry of the test.
std::string environment(const TemporaryFolder& folder) {
    return "G_DEBUG=fatal-warnings GST_PLUGIN_PATH=" +
           in_quotes(fs::path(FGAGT_GSTREAMER_PLUGIN).parent_path().string()) +
           " GST_REGISTRY=" + in_quotes((folder.path() / "registry").string()) + " ";
}

/// Whether GStreamer has these elements. If not, prints the line that makes ctest report the test as skipped.
bool has_elements(const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (run_command("gst-inspect-1.0 --exists " + name + " 2>&1").exit_code != 0) {
            std::cout << "SKIPPED: GStreamer's element " << name
                      << " is missing; install gstreamer1.0-tools and gstreamer1.0-plugins-good\n";
            return false;
        }
    return true;
}

/// Images as a lossless sequence folder, so that every decoder returns the same pixels.
class LosslessSequence {
public:
    explicit LosslessSequence(const std::string& name = "sequence") : path_(folder_.path() / name) {
        fs::create_directories(path_ / "img1");
    }

    void add(const cv::Mat& frame) {
        std::array<char, 16> name{};
        std::snprintf(name.data(), name.size(), "%06d.png", ++frames_);
        REQUIRE(cv::imwrite((path_ / "img1" / name.data()).string(), frame));
        size_ = frame.size();
    }

    /// Checks that both ways of tracking it give the same file.
    void compare(const std::string& detections, const std::string& preset) const {
        INFO(preset);
        static_cast<void>(folder_.file(path_.filename() / "seqinfo.ini", information()));
        const std::string program = (folder_.path() / "program.txt").string();
        const std::string pipeline = (folder_.path() / "pipeline.txt").string();
        REQUIRE(run_program("mot_track", in_quotes(path_.string()) + " --quiet --detections " +
                                             in_quotes(detections) + " --preset " + preset + " --output " +
                                             in_quotes(program))
                    .exit_code == 0);
        const Outcome launched =
            run_command(environment(folder_) + "gst-launch-1.0 -q multifilesrc index=1 location=" +
                        in_quotes((path_ / "img1/%06d.png").string()) +
                        " caps=image/png,framerate=25/1 ! pngdec ! videoconvert ! fgagtdetections location=" +
                        in_quotes(detections) + " ! fgagttrack preset=" + preset +
                        " output=" + in_quotes(pipeline) + " ! fakesink 2>&1");
        INFO(launched.output);
        REQUIRE(launched.exit_code == 0);
        CHECK(contents_of(program).size() > 1000);
        CHECK(contents_of(pipeline) == contents_of(program));
    }

    [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

private:
    [[nodiscard]] std::string information() const {
        return "[Sequence]\nname=sequence\nimDir=img1\nframeRate=25\nseqLength=" + std::to_string(frames_) +
               "\nimWidth=" + std::to_string(size_.width) + "\nimHeight=" + std::to_string(size_.height) +
               "\nimExt=.png\n";
    }

    TemporaryFolder folder_;
    fs::path path_;
    int frames_ = 0;
    cv::Size size_;
};

} // namespace

TEST_CASE("a pipeline agrees with mot_track on the same pixels, to the byte") {
    if (!has_elements({"multifilesrc", "pngdec", "videoconvert"})) return;
    const GeneratedSequence scene;
    LosslessSequence sequence("with blanks");
    const auto frames = open_frames(scene.path("scene"));
    for (cv::Mat frame; frames->read(frame);)
        sequence.add(frame);
    for (const std::string preset : {"default", "graph", "geometry"})
        sequence.compare(scene.path("scene/det/det.txt"), preset);
}

TEST_CASE("a pipeline agrees with mot_track on a real sequence") {
    const auto data = real_data("mot/TUD-Campus");
    if (!data || !has_elements({"multifilesrc", "pngdec", "videoconvert"})) return;
    LosslessSequence sequence;
    const auto frames = open_frames(*data);
    for (cv::Mat frame; frames->read(frame);)
        sequence.add(frame);
    sequence.compare((*data / "det/yolox_nano.txt").string(), "default");
}

TEST_CASE("a pipeline agrees with mot_track on the video of opencv-doc") {
    const fs::path video = "/usr/share/doc/opencv-doc/examples/data/vtest.avi";
    if (!fs::exists(video)) {
        std::cout << "SKIPPED: " << video.string() << " is missing; install opencv-doc\n";
        return;
    }
    if (!has_elements({"multifilesrc", "pngdec", "videoconvert"})) return;
    constexpr int kFrames = 12;
    LosslessSequence sequence;
    examples::HogDetector detector;
    std::vector<DetectionRow> rows;
    const auto frames = open_frames(video);
    for (int k = 1; k <= kFrames; ++k) {
        cv::Mat frame;
        REQUIRE(frames->read(frame));
        for (const Detection& detection : detector.detect(frame))
            rows.push_back({k, detection.box, detection.score});
        sequence.add(frame);
    }
    const fs::path detections = sequence.folder().path() / "det.txt";
    write_detections(detections, rows);
    sequence.compare(detections.string(), "default");
}

TEST_CASE("a pipeline tracks a video file") {
    if (!has_elements({"avidemux", "jpegdec", "decodebin", "videoconvert"})) return;
    const GeneratedSequence scene;
    const std::string video = scene.path("video.avi");
    cv::VideoWriter writer(video, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), 25, {640, 480});
    REQUIRE(writer.isOpened());
    const auto frames = open_frames(scene.path("scene"));
    for (cv::Mat frame; frames->read(frame);)
        writer.write(frame);
    writer.release();
    const TemporaryFolder folder;
    const fs::path output = folder.path() / "tracks.txt";
    const Outcome launched =
        run_command(environment(folder) + "gst-launch-1.0 -q filesrc location=" + in_quotes(video) +
                    " ! decodebin ! videoconvert ! fgagtdetections location=" +
                    in_quotes(scene.path("scene/det/det.txt")) + " ! fgagttrack preset=geometry output=" +
                    in_quotes(output.string()) + " ! fakesink 2>&1");
    INFO(launched.output);
    REQUIRE(launched.exit_code == 0);
    REQUIRE(mot_track(scene.arguments() + "--quiet --preset geometry --output " + scene.path("a.txt"))
                .exit_code == 0); // boxes do not depend on the decoder
    CHECK(contents_of(output) == scene.text("a.txt"));
}
