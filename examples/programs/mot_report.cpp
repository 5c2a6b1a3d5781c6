// Turns a tracker's result into one HTML file that any browser shows offline: the frames with boxes and
// trails, a timeline of IDs, objects over time and, with ground truth, scores and ID switches.

#include "report/facts.hpp"
#include "report/images.hpp"
#include "report/page.hpp"
#include "support/parse_command_line.hpp"
#include "support/print_error.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/version.hpp>

#include <CLI/CLI.hpp>
#include <opencv2/imgcodecs.hpp>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt;

namespace {

struct Arguments {
    fs::path result;
    fs::path gt;
    fs::path video;
    fs::path stats;
    fs::path output;
    fs::path plots;
    std::string title;
    std::int64_t stills = 120;
};

void add_options(CLI::App& app, Arguments& arguments) {
    app.add_option("RESULT", arguments.result, "tracks as MOTChallenge text, as mot_track writes them")
        ->required()
        ->check(CLI::ExistingFile);
    app.add_option("--gt", arguments.gt, "ground truth, for scores and ID switches")
        ->check(CLI::ExistingFile);
    app.add_option("--video", arguments.video, "sequence folder or video file, for pictures")
        ->check(CLI::ExistingPath);
    app.add_option("--stats", arguments.stats, "output of mot_track --stats, for the time per stage")
        ->check(CLI::ExistingFile);
    app.add_option("--title", arguments.title, "heading of the report (default: the result's file name)");
    app.add_option("--stills", arguments.stills, "show at most N frames, evenly spread")
        ->type_name("N")
        ->check(CLI::Range(1, 2000))
        ->capture_default_str();
    auto* outputs = app.add_option_group("outputs", "files to write");
    outputs->add_option("--output", arguments.output, "write the report: one HTML file");
    outputs->add_option("--plots", arguments.plots, "write every plot to this folder, as SVG and as PNG");
    outputs->require_option(1, 2);
}

void write_plots(const fs::path& folder, const std::vector<examples::NamedPlot>& plots) {
    fs::create_directories(folder);
    for (const examples::NamedPlot& plot : plots) {
        write_whole_file(folder / (plot.name + ".svg"), plot.picture.svg(true));
        std::vector<unsigned char> bytes;
        cv::imencode(".png", plot.picture.raster(), bytes);
        write_whole_file(folder / (plot.name + ".png"), std::string(bytes.begin(), bytes.end()));
    }
}

void run(const Arguments& arguments) {
    examples::ReportFacts facts = examples::read_facts(arguments.result, arguments.gt, arguments.stats);
    if (!arguments.title.empty()) facts.title = arguments.title;
    const std::vector<examples::NamedPlot> plots = examples::plots_of(facts);
    if (!arguments.plots.empty()) write_plots(arguments.plots, plots);
    if (arguments.output.empty()) return;
    const examples::ReportImages images =
        examples::ReportImageMaker(facts, arguments.stills).make(arguments.video);
    write_whole_file(arguments.output, examples::report_page(facts, images, plots));
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Writes an HTML report of a tracker's result.");
    app.set_version_flag("--version", "mot_report " + std::string(fgagt::kVersion));
    Arguments arguments;
    add_options(app, arguments);
    if (const auto code = examples::parse_command_line(app, argc, argv)) return *code;
    try {
        run(arguments);
    } catch (const std::exception& error) {
        examples::print_error(std::string("mot_report: ") + error.what());
        return 1;
    }
    return 0;
}
