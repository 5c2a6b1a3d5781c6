// Compares the kinds of trackers on the standard boxes and writes the tables as Markdown.

#include "ablation/in_parallel.hpp"
#include "ablation/markdown.hpp"
#include "ablation/sequence.hpp"
#include "ablation/track_sequence.hpp"
#include "data_sets.hpp"
#include "judgement.hpp"
#include "support/perturbation.hpp"

#include <fgagt/geometry_tracker.hpp>
#include <fgagt/graph_tracker.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/paper_tracker.hpp>
#include <fgagt/tracker.hpp>

#include <CLI/CLI.hpp>
#include <opencv2/core/utility.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace fgagt;
using namespace fgagt::bench;
using ablation::in_parallel, ablation::line, ablation::number, ablation::rule;

namespace {

using Detections = std::vector<std::vector<Detection>>;

struct Arguments {
    int runs = 5;
    int jobs = 2;
    std::string sets;
    std::string trackers;
    fs::path output;
};

void add_options(CLI::App& app, Arguments& arguments) {
    app.add_option("--runs", arguments.runs, "runs with perturbed detections, besides the unperturbed one")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    app.add_option("--jobs", arguments.jobs, "runs in parallel")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    app.add_option("--sets", arguments.sets, "only data sets whose name contains this text");
    app.add_option("--trackers", arguments.trackers, "only trackers whose name contains this text");
    app.add_option("--output", arguments.output, "Markdown file (default: standard output)");
}

/// A kind of tracker with its default options.
struct Kind {
    std::string name;
    bool reads_frames;
    ablation::Outcome (*track)(const ablation::Sequence&, const Detections&);
};

TrackerOptions options_for(const ablation::Sequence& sequence) {
    TrackerOptions options;
    options.scores.ceiling = sequence.score_ceiling;
    return options;
}

const std::vector<Kind>& kinds() {
    using ablation::Outcome, ablation::Sequence, ablation::track_sequence;
    static const std::vector<Kind> all{
        {"`GeometryTracker`", false,
         [](const Sequence& sequence, const Detections& detections) {
             return track_sequence(GeometryTracker(options_for(sequence)), sequence, detections, true);
         }},
        {"`Tracker<>`", true,
         [](const Sequence& sequence, const Detections& detections) {
             return track_sequence(Tracker<>(options_for(sequence)), sequence, detections, true);
         }},
        {"`GraphTracker<>`", true,
         [](const Sequence& sequence, const Detections& detections) {
             return track_sequence(
                 GraphTracker<>(GraphTracker<>::learned(default_weights()), options_for(sequence)), sequence,
                 detections, true);
         }},
        {"`PaperTracker<>`", true, [](const Sequence& sequence, const Detections& detections) {
             return track_sequence(PaperTracker<>(), sequence, detections, true);
         }}};
    return all;
}

/// The judgements of a tracker on a data set: the first run is unperturbed.
struct Runs {
    std::vector<std::vector<Judgement>> by_sequence; ///< [sequence][run]

    /// The judgements of all sequences together, one per run.
    [[nodiscard]] std::vector<Judgement> combined() const {
        std::vector<Judgement> all = by_sequence.front();
        for (std::size_t sequence = 1; sequence < by_sequence.size(); ++sequence)
            for (std::size_t run = 0; run < all.size(); ++run)
                all[run] += by_sequence[sequence][run];
        return all;
    }
};

Judgement run_once(const Kind& kind, const ablation::Sequence& sequence, std::size_t run) {
    const ablation::Outcome outcome =
        kind.track(sequence, run == 0 ? sequence.detections : test::perturbed(sequence.detections, run));
    Judgement judgement = judge(sequence.ground_truth, outcome.result, sequence.rules);
    judgement.frames = static_cast<std::int64_t>(sequence.detections.size());
    judgement.microseconds = outcome.microseconds * static_cast<double>(judgement.frames);
    return judgement;
}

// ---- Tables

/// Mean of a figure over some of the runs.
template <class Figure>
double mean(std::span<const Judgement> runs, Figure figure) {
    double sum = 0;
    for (const Judgement& run : runs)
        sum += figure(run);
    return sum / static_cast<double>(runs.size());
}

double hota(const Judgement& judgement) {
    return 100 * judgement.metrics.hota.hota();
}
double idf1(const Judgement& judgement) {
    return 100 * judgement.metrics.identity.idf1();
}
double mota(const Judgement& judgement) {
    return 100 * judgement.metrics.clear.mota();
}

std::string per_cent(double value) {
    return number(value, 1);
}

std::string figures(std::span<const Judgement> runs) {
    return per_cent(mean(runs, hota)) + " / " + per_cent(mean(runs, idf1)) + " / " +
           per_cent(mean(runs, mota));
}

std::string summary_row(const std::string& tracker, const Runs& runs) {
    const std::vector<Judgement> combined = runs.combined();
    const auto perturbed = std::span(combined).subspan(1);
    const Judgement& plain = combined.front();
    double mean_hota = 0, mean_idf1 = 0;
    for (const std::vector<Judgement>& sequence : runs.by_sequence) {
        mean_hota += mean(std::span(sequence).subspan(1), hota);
        mean_idf1 += mean(std::span(sequence).subspan(1), idf1);
    }
    const auto count = static_cast<double>(runs.by_sequence.size());
    return line({tracker, figures({&plain, 1}), figures(perturbed),
                 per_cent(mean_hota / count) + " / " + per_cent(mean_idf1 / count),
                 per_cent(100 * plain.metrics.hota.det_a()) + " / " +
                     per_cent(100 * plain.metrics.hota.ass_a()) + " / " +
                     per_cent(100 * plain.metrics.hota.loc_a()),
                 std::to_string(plain.metrics.clear.id_switches),
                 std::to_string(plain.boxes_of_false_tracks) + " in " + std::to_string(plain.false_tracks),
                 number(plain.microseconds / static_cast<double>(plain.frames), 0)});
}

/// Measures the trackers that can run on a data set, and describes the figures.
std::string measure(const DataSet& set, const Arguments& arguments) {
    std::vector<const Kind*> rows;
    for (const Kind& kind : kinds())
        if ((set.has_pixels || !kind.reads_frames) && kind.name.find(arguments.trackers) != std::string::npos)
            rows.push_back(&kind);
    if (rows.empty()) return {};
    const auto runs_each = static_cast<std::size_t>(arguments.runs) + 1;
    std::vector<Runs> all(rows.size());
    std::vector<std::string> names;
    for (const ablation::SequenceSource& source : set.sequences) {
        names.push_back(source.folder.filename().string());
        std::cerr << set.name << ": " + names.back() + '\n';
        const ablation::Sequence sequence =
            set.has_pixels ? ablation::read_frames(source) : ablation::read_boxes(source);
        for (Runs& runs : all)
            runs.by_sequence.emplace_back(runs_each);
        in_parallel(arguments.jobs, rows.size() * runs_each, [&](std::size_t i) {
            const std::size_t row = i / runs_each, run = i % runs_each;
            all[row].by_sequence.back()[run] = run_once(*rows[row], sequence, run);
        });
    }
    const std::vector<std::string> heading{"HOTA / IDF1 / MOTA",
                                           "all together",
                                           "perturbed",
                                           "mean over sequences, perturbed",
                                           "DetA / AssA / LocA",
                                           "IDSW",
                                           "boxes in false tracks",
                                           "µs per frame"};
    std::string text = "## " + set.name + "\n\n" + line(heading) + rule(heading.size());
    for (std::size_t row = 0; row < rows.size(); ++row)
        text += summary_row(rows[row]->name, all[row]);
    text += '\n' + line({"sequence", "tracker", "unperturbed", "perturbed"}) + rule(4);
    for (std::size_t sequence = 0; sequence < names.size(); ++sequence)
        for (std::size_t row = 0; row < rows.size(); ++row) {
            const std::span<const Judgement> runs(all[row].by_sequence[sequence]);
            text +=
                line({names[sequence], rows[row]->name, figures(runs.first(1)), figures(runs.subspan(1))});
        }
    return text + '\n';
}

void run(const Arguments& arguments) {
    const char* root = std::getenv("FGAGT_DATA");
    if (root == nullptr || *root == '\0')
        throw std::runtime_error(
            "FGAGT_DATA is not set; set it to the folder that contains bench/, mot/ and mot_text/");
    cv::setNumThreads(1);
    std::string tables;
    for (const DataSet& set : data_sets(root))
        if (set.name.find(arguments.sets) != std::string::npos) tables += measure(set, arguments);
    if (tables.empty())
        throw std::runtime_error("nothing to measure: no sequence under " + std::string(root) +
                                 ", or no data set or tracker has a matching name");
    const std::string text =
        "# Trackers on standard boxes\n\n\"Perturbed\" is the mean of " + std::to_string(arguments.runs) +
        " runs with perturbed detections (1.5 % of them dropped, 1 % jitter on the boxes, 0.01 on the "
        "scores). A false track never touches an annotated object of any class (IoU 0.5).\n\n" +
        tables;
    if (arguments.output.empty())
        std::cout << text;
    else
        write_whole_file(arguments.output, text);
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Compares the kinds of trackers on the standard boxes under FGAGT_DATA.");
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
        std::cerr << "fgagt_bench: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
