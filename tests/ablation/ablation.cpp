// Measures the contribution of each part of the tracker on all real data and writes the tables as Markdown.

#include "configurations.hpp"
#include "measurement.hpp"
#include "report.hpp"
#include "sequence.hpp"

#include <fgagt/io/atomic_file.hpp>

#include <CLI/CLI.hpp>
#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt;
using namespace fgagt::ablation;

namespace {

struct Arguments {
    int runs = 20;
    int jobs = 2;
    std::string rows;
    std::string sequences;
    fs::path output;
};

void add_options(CLI::App& app, Arguments& arguments) {
    app.add_option("--runs", arguments.runs, "seeds of perturbed detections per figure")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--jobs", arguments.jobs, "runs in parallel")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    app.add_option("--rows", arguments.rows, "only configurations whose name contains this text");
    app.add_option("--sequences", arguments.sequences, "only sequences whose name contains this text");
    app.add_option("--output", arguments.output, "Markdown file (default: standard output)");
}

/// A sequence that is read only when it is needed, because two of them may not fit into memory.
struct Column {
    std::string name;
    fs::path folder;
    bool in_mean = true;
    std::function<Sequence()> read;
};

/// Sequences, and the measurements on each of them.
struct Suite {
    std::vector<Table> tables;
    std::vector<Column> columns;
};

Suite suite_with_pixels(const fs::path& data) {
    Suite suite{.tables = tables_with_pixels(), .columns = {}};
    std::ranges::move(tables_of_networks(data / "models"), std::back_inserter(suite.tables));
    const auto add = [&](const char* name, MotRules rules) {
        const SequenceSource source{.folder = data / "mot" / name, .rules = rules};
        suite.columns.push_back(
            {.name = name, .folder = source.folder, .read = [source] { return read_frames(source); }});
    };
    add("ADL-Rundle-6", MotRules::kMot15);
    add("TUD-Campus", MotRules::kMot15);
    add("PETS-S3-MF1", MotRules::kMot15);
    add("MOT17-13-first-half", MotRules::kMot17);
    return suite;
}

Suite suite_of_boxes(const fs::path& data) {
    Suite suite{.tables = tables_of_boxes(), .columns = {}};
    for (const std::string name : {"MOT17-02", "MOT17-04", "MOT17-05", "MOT17-09", "MOT17-10", "MOT17-13"}) {
        const SequenceSource source{.folder = data / "mot_text" / name,
                                    .rules = MotRules::kMot17,
                                    .detections = "detr.txt",
                                    .score_ceiling = 1};
        suite.columns.push_back({.name = name + " (boxes)",
                                 .folder = source.folder,
                                 // The scene of MOT17-13 is also measured with pixels.
                                 .in_mean = name != "MOT17-13",
                                 .read = [source] { return read_boxes(source); }});
    }
    return suite;
}

Suite suite_of_moving_cameras(const fs::path& data) {
    Suite suite{.tables = tables_of_moving_cameras(), .columns = {}};
    const SequenceSource source{.folder = data / "mot" / "ADL-Rundle-6", .rules = MotRules::kMot15};
    const std::pair<const char*, test::WindowPath> paths[] = {{"window, pan", test::WindowPath::kPan},
                                                              {"window, jolts", test::WindowPath::kJolts},
                                                              {"window, zoom", test::WindowPath::kZoom}};
    for (const auto& [name, path] : paths) {
        suite.columns.push_back(
            {.name = name, .folder = source.folder, .in_mean = false, .read = [source, path = path] {
                 return read_through_window(source, path);
             }});
        suite.columns.push_back({.name = std::string(name) + ": camera still",
                                 .folder = source.folder,
                                 .in_mean = false,
                                 .read = [source, path = path] { return read_beside_window(source, path); }});
    }
    return suite;
}

bool holds(const std::string& name, const std::string& part) {
    return name.find(part) != std::string::npos;
}

/// Removes the rows and sequences that were not requested and, with a warning, the sequences that are
/// missing.
void select(Suite& suite, const Arguments& arguments) {
    for (Table& table : suite.tables)
        std::erase_if(table.rows, [&](const Configuration& row) { return !holds(row.name, arguments.rows); });
    std::erase_if(suite.tables, [](const Table& table) { return table.rows.empty(); });
    std::erase_if(suite.columns,
                  [&](const Column& column) { return !holds(column.name, arguments.sequences); });
    std::erase_if(suite.columns, [](const Column& column) {
        if (fs::exists(column.folder)) return false;
        std::cerr << column.name << ": skipped, not found: " << column.folder.string() << '\n';
        return true;
    });
}

void show_progress(const std::string& sequence, const std::string& row, const Summary& summary) {
    std::fprintf(stderr, "%s | %s: %.1f / %.1f, %.0f us per frame\n", sequence.c_str(), row.c_str(),
                 summary.mean[kHota], summary.mean[kIdf1], summary.mean[kMicroseconds]);
}

std::vector<Results> measure_suite(const Suite& suite, const Arguments& arguments) {
    std::vector<Results> all;
    for (const Table& table : suite.tables) {
        Results& results = all.emplace_back();
        results.title = table.title;
        for (const Configuration& row : table.rows)
            results.rows.push_back(row.name);
        for (const Column& column : suite.columns) {
            results.columns.push_back(column.name);
            results.in_mean.push_back(column.in_mean);
        }
    }
    for (std::size_t column = 0; column < suite.columns.size() && !all.empty(); ++column) {
        const Sequence sequence = suite.columns[column].read();
        for (std::size_t table = 0; table < suite.tables.size(); ++table)
            for (std::size_t row = 0; row < suite.tables[table].rows.size(); ++row) {
                const Configuration& configuration = suite.tables[table].rows[row];
                auto runs = measure(configuration, sequence, arguments.runs, arguments.jobs);
                show_progress(suite.columns[column].name, configuration.name, summarise(runs));
                all[table].runs[{row, column}] = std::move(runs);
            }
    }
    return all;
}

std::string introduction(const Arguments& arguments) {
    return "Means ± standard deviations of " + std::to_string(arguments.runs) +
           " runs with perturbed detections (1.5 % of them dropped, 1 % jitter on the boxes, 0.01 on the "
           "scores), " +
           std::to_string(arguments.jobs) + " runs at a time.\n\n";
}

void run(const Arguments& arguments) {
    const char* root = std::getenv("FGAGT_DATA");
    if (root == nullptr || *root == '\0')
        throw std::runtime_error(
            "FGAGT_DATA is not set; set it to the folder that contains mot/ and mot_text/");
    cv::setNumThreads(1);
    std::string compact, full;
    for (Suite suite : {suite_with_pixels(root), suite_of_boxes(root), suite_of_moving_cameras(root)}) {
        select(suite, arguments);
        if (suite.columns.empty()) continue;
        for (const Results& results : measure_suite(suite, arguments)) {
            compact += compact_table(results);
            full += full_tables(results);
        }
    }
    if (compact.empty())
        throw std::runtime_error("nothing to measure: no sequence under " + std::string(root) +
                                 " or no row has a matching name");
    const std::string text = introduction(arguments) + compact + "## All figures\n\n" + full;
    if (arguments.output.empty())
        std::cout << text;
    else
        write_whole_file(arguments.output, text);
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures the contribution of each part of the tracker on the data under FGAGT_DATA.");
    Arguments arguments;
    add_options(app, arguments);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) { // includes --help
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        run(arguments);
    } catch (const std::exception& error) {
        std::cerr << "fgagt_ablation: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
