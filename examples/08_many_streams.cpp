// Tracks many cameras at once in one process. Each camera has its own tracker and its own reader thread; all
// share a few tracking threads. A camera that fails or is slow does not affect the others.
//
//   08_many_streams VIDEO VIDEO ... --fps 25

#include "many_streams/camera.hpp"
#include "support/latency_histogram.hpp"
#include "support/parse_command_line.hpp"
#include "support/progress.hpp"
#include "support/stream_pool.hpp"
#include "support/system/interruption.hpp"
#include "support/system/peak_memory.hpp"

#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/mot_text.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt;
using examples::Camera;
using examples::LatencyHistogram;
using examples::StreamEnd;
using examples::StreamFrame;

namespace {

struct Arguments {
    std::vector<fs::path> sources;
    std::vector<fs::path> detections;
    std::size_t streams = 0;
    std::size_t workers = std::max(1U, std::thread::hardware_concurrency());
    std::size_t queue = 4;
    double frame_rate = 0;
    fs::path output;
    fs::path stats;
    bool quiet = false;
};

void add_options(CLI::App& app, Arguments& arguments) {
    app.add_option("SOURCE", arguments.sources, "sequence folders (seqinfo.ini, img1/) or video files")
        ->required();
    app.add_option("--detections", arguments.detections,
                   "MOTChallenge detection files, one per source (default: a sequence's det/det.txt; without "
                   "one, OpenCV's pedestrian detector)");
    app.add_option("--streams", arguments.streams, "number of streams; sources are reused in turn")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    app.add_option("--workers", arguments.workers, "tracking threads (default: one per core)")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    app.add_option("--queue", arguments.queue, "maximum number of frames that wait in each stream's queue")
        ->type_name("N")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--fps", arguments.frame_rate,
                   "treat sources as cameras with this frame rate; when tracking falls behind, the oldest "
                   "waiting frame is dropped; 0: treat sources as files and track every frame")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--output", arguments.output,
                   "folder for MOTChallenge result files, 1.txt for the first stream");
    app.add_option("--stats", arguments.stats, "write the table as JSON");
    app.add_flag("--quiet", arguments.quiet, "no progress bar and no table");
}

/// Checks that involve more than one option.
/// @throws CLI::ParseError  wrong usage
void complete(Arguments& arguments) {
    if (!arguments.detections.empty() && arguments.detections.size() != arguments.sources.size())
        throw CLI::ValidationError("--detections", "expected one file for each source");
    if (arguments.streams == 0) arguments.streams = arguments.sources.size();
}

using Cameras = std::vector<std::shared_ptr<Camera>>;

Cameras make_cameras(const Arguments& arguments) {
    Cameras cameras;
    for (std::size_t k = 0; k < arguments.streams; ++k) {
        const std::size_t source = k % arguments.sources.size();
        cameras.push_back(std::make_shared<Camera>(
            arguments.sources[source],
            arguments.detections.empty() ? fs::path() : arguments.detections[source], arguments.frame_rate));
    }
    return cameras;
}

/// Tracks until all cameras have ended or the user presses Ctrl-C.
std::vector<StreamEnd> track_all(const Cameras& cameras, const Arguments& arguments) {
    // The streams keep all cores busy; more threads per frame would only cost time.
    cv::setNumThreads(1);
    std::atomic<std::int64_t> tracked = 0;
    std::vector<examples::PoolStream> streams;
    for (const auto& camera : cameras)
        streams.push_back(
            {.read = [camera](StreamFrame& frame,
                              const std::stop_token& stop) { return camera->read(frame, stop); },
             .track =
                 [camera, &tracked](const StreamFrame& frame) {
                     camera->track(frame);
                     ++tracked;
                 }});
    examples::Progress progress(0, arguments.quiet);
    std::int64_t shown = 0;
    const examples::StreamPool pool({.workers = arguments.workers,
                                     .queue = arguments.queue,
                                     .when_full = arguments.frame_rate > 0 ? examples::FullQueue::kDropOldest
                                                                           : examples::FullQueue::kWait});
    return pool.run(std::move(streams), [&] {
        const std::int64_t now = tracked;
        progress.advance(now - std::exchange(shown, now));
        return examples::Interruption::requested();
    });
}

/// One row of the table, with the keys of the statistics file.
nlohmann::ordered_json row(std::int64_t tracked, std::int64_t dropped, double seconds,
                           const LatencyHistogram& latency) {
    return {
        {"frames", tracked},
        {"dropped", dropped},
        {"frames_per_second", seconds > 0 ? static_cast<double>(tracked) / seconds : 0.0},
        {"latency_ms", {{"median", latency.quantile(0.5) / 1000}, {"p99", latency.quantile(0.99) / 1000}}}};
}

nlohmann::ordered_json summary(const Cameras& cameras, const std::vector<StreamEnd>& ends) {
    StreamEnd all;
    nlohmann::ordered_json json;
    for (std::size_t k = 0; k < ends.size(); ++k) {
        const StreamEnd& end = ends[k];
        auto stream = row(end.tracked, end.dropped, end.seconds, end.latency);
        stream["source"] = cameras[k]->source().string();
        if (!end.error.empty()) stream["error"] = end.error;
        json["streams"].push_back(std::move(stream));
        all.tracked += end.tracked;
        all.dropped += end.dropped;
        all.seconds = std::max(all.seconds, end.seconds);
        all.latency.add(end.latency);
    }
    json["all"] = row(all.tracked, all.dropped, all.seconds, all.latency);
    json["peak_rss_kib"] = examples::peak_rss_kib();
    return json;
}

void print_row(const std::string& name, const nlohmann::ordered_json& row, const std::string& remark) {
    std::printf("%6s %9lld %9lld %10.1f %10.1f %10.1f  %s\n", name.c_str(), row["frames"].get<long long>(),
                row["dropped"].get<long long>(), row["frames_per_second"].get<double>(),
                row["latency_ms"]["median"].get<double>(), row["latency_ms"]["p99"].get<double>(),
                remark.c_str());
}

void print_table(const nlohmann::ordered_json& json) {
    std::printf("%6s %9s %9s %10s %10s %10s\n", "stream", "frames", "dropped", "frames/s", "median ms",
                "p99 ms");
    std::size_t k = 0;
    for (const auto& stream : json["streams"])
        print_row(std::to_string(++k), stream, stream["source"].get<std::string>());
    print_row("all", json["all"], "");
}

/// @return  whether all streams reached their end
bool report(const Cameras& cameras, const std::vector<StreamEnd>& ends, const Arguments& arguments) {
    const auto json = summary(cameras, ends);
    if (!arguments.quiet) print_table(json);
    if (!arguments.stats.empty()) write_whole_file(arguments.stats, json.dump(2) + '\n');
    if (!arguments.output.empty()) {
        fs::create_directories(arguments.output);
        for (std::size_t k = 0; k < cameras.size(); ++k)
            write_results(arguments.output / (std::to_string(k + 1) + ".txt"), cameras[k]->rows());
    }
    for (std::size_t k = 0; k < ends.size(); ++k)
        if (!ends[k].error.empty())
            std::cerr << "08_many_streams: stream " << k + 1 << ": " << ends[k].error << '\n';
    if (examples::Interruption::requested()) std::cerr << "08_many_streams: interrupted\n";
    return !examples::Interruption::requested() &&
           std::ranges::all_of(ends, [](const StreamEnd& end) { return end.error.empty(); });
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Tracks many streams at once, each with its own tracker.");
    Arguments arguments;
    add_options(app, arguments);
    if (const auto code = examples::parse_command_line(app, argc, argv, [&] { complete(arguments); }))
        return *code;
    examples::Interruption::watch();
    try {
        const Cameras cameras = make_cameras(arguments);
        return report(cameras, track_all(cameras, arguments), arguments) ? 0 : 1;
    } catch (const std::exception& error) {
        std::cerr << "08_many_streams: " << error.what() << '\n';
        return 1;
    }
}
