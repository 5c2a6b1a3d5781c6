// Writes a synthetic scene as a MOTChallenge sequence folder: images, detections, ground truth, seqinfo.ini.

#include "support/parse_command_line.hpp"
#include "support/print_error.hpp"
#include "support/progress.hpp"

#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/synthetic_scene.hpp>
#include <fgagt/version.hpp>

#include <CLI/CLI.hpp>
#include <opencv2/imgcodecs.hpp>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace fs = std::filesystem;
using namespace fgagt;

namespace {

constexpr int kFrameRate = 25;

/// One line of MOTChallenge text, in which frames count from 1 and the first pixel is 1.
std::string mot_line(int k, TrackId id, const Box& box, const std::string& rest) {
    char text[160];
    const auto length = std::snprintf(text, sizeof text, "%d,%lld,%.3f,%.3f,%.3f,%.3f,", k + 1,
                                      static_cast<long long>(id), box.left + 1., box.top + 1.,
                                      static_cast<double>(box.width), static_cast<double>(box.height));
    return std::string(text, static_cast<std::size_t>(length)) + rest + '\n';
}

std::string decimals(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.4f", value);
    return text;
}

std::string sequence_info(const std::string& name, const SyntheticSceneOptions& options) {
    return "[Sequence]\nname=" + name + "\nimDir=img1\nframeRate=" + std::to_string(kFrameRate) +
           "\nseqLength=" + std::to_string(options.frames) +
           "\nimWidth=" + std::to_string(options.frame_size.width) +
           "\nimHeight=" + std::to_string(options.frame_size.height) + "\nimExt=.jpg\n";
}

void write_image(const fs::path& path, const cv::Mat& image) {
    if (!cv::imwrite(path.string(), image, {cv::IMWRITE_JPEG_QUALITY, 92}))
        throw std::runtime_error("cannot write " + path.string());
}

void write_sequence(const SyntheticScene& scene, const fs::path& folder, bool quiet) {
    for (const char* part : {"img1", "det", "gt"})
        fs::create_directories(folder / part);
    std::string detections, truths;
    examples::Progress progress(scene.frame_count(), quiet);
    for (int k = 0; k < scene.frame_count(); ++k) {
        char name[32];
        std::snprintf(name, sizeof name, "%06d.jpg", k + 1);
        write_image(folder / "img1" / name, scene.frame(k));
        for (const Detection& detection : scene.detections(k))
            detections += mot_line(k, -1, detection.box, decimals(detection.score) + ",-1,-1,-1");
        // Flag 1: counts in an evaluation. MOTChallenge's classes count from 1, which is the pedestrian.
        for (const SyntheticScene::Truth& truth : scene.ground_truth(k))
            truths += mot_line(k, truth.id, truth.box,
                               "1," + std::to_string(truth.class_id + 1) + ',' + decimals(truth.visibility));
        progress.advance();
    }
    write_whole_file(folder / "det" / "det.txt", detections);
    write_whole_file(folder / "gt" / "gt.txt", truths);
    const fs::path absolute = fs::weakly_canonical(folder);
    write_whole_file(folder / "seqinfo.ini", sequence_info(absolute.filename().string(), scene.options()));
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Writes a synthetic scene with exact ground truth as a MOTChallenge sequence folder.");
    app.set_version_flag("--version", "make_scene " + std::string(fgagt::kVersion));
    fs::path folder;
    SyntheticSceneOptions options;
    bool quiet = false;
    app.add_option("folder", folder, "folder to write; created if missing")->required();
    app.add_option("--frames", options.frames, "number of frames")->capture_default_str();
    app.add_option("--objects", options.objects, "number of objects in the whole scene")
        ->capture_default_str();
    app.add_option("--crossings", options.crossings, "pairs of objects that meet")->capture_default_str();
    app.add_option("--seed", options.seed, "seed of the scene")->capture_default_str();
    app.add_option("--pan", options.camera_pan.x, "camera pan to the right in pixels per frame")
        ->capture_default_str();
    app.add_option("--shake", options.camera_shake, "standard deviation of the camera's position in pixels")
        ->capture_default_str();
    app.add_flag("--quiet", quiet, "no progress bar");

    if (const auto code = examples::parse_command_line(app, argc, argv)) return *code;
    try {
        write_sequence(SyntheticScene(options), folder, quiet);
    } catch (const InvalidArgument& error) {
        examples::print_error(std::string("make_scene: ") + error.what());
        return 2;
    } catch (const std::exception& error) {
        examples::print_error(std::string("make_scene: ") + error.what());
        return 1;
    }
    return 0;
}
