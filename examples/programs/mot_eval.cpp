// Compares tracking results with ground truth: HOTA, CLEAR and identity metrics, with the same figures as
// TrackEval.

#include "support/parse_command_line.hpp"
#include "support/print_error.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/evaluation/evaluation.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/version.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <limits>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Arguments {
    std::vector<std::string> gt;
    std::vector<std::string> result;
    std::optional<fgagt::MotRules> rules; ///< empty: chosen for each ground truth
    std::int64_t frames = std::numeric_limits<std::int64_t>::max();
    bool json = false;
};

/// One row of the output: percentages and counts.
struct Row {
    std::string name;
    fgagt::Metrics metrics;
};

/// .../NAME/gt/gt.txt and .../NAME/gt.txt are NAME's ground truth; any other file is named after itself.
std::string sequence_name(const std::filesystem::path& gt) {
    const std::filesystem::path path = std::filesystem::absolute(gt).lexically_normal();
    if (path.stem() != "gt") return path.stem().string();
    const std::filesystem::path folder = path.parent_path();
    const std::filesystem::path sequence = folder.filename() == "gt" ? folder.parent_path() : folder;
    return sequence.has_filename() ? sequence.filename().string() : path.stem().string();
}

void note_left_out(const std::string& file, std::int64_t last_frame, std::int64_t frames) {
    if (last_frame > frames)
        fgagt::examples::print_error("mot_eval: " + file + ": frames " + std::to_string(frames + 1) + " to " +
                                     std::to_string(last_frame) + " are ignored (--frames " +
                                     std::to_string(frames) + ")");
}

Row evaluate_sequence(const std::string& gt_file, const std::string& result_file,
                      const Arguments& arguments) {
    const fgagt::GroundTruthRows gt = fgagt::read_ground_truth(gt_file);
    const fgagt::ResultRows result = fgagt::read_results(result_file);
    note_left_out(gt_file, gt.last_frame(), arguments.frames);
    note_left_out(result_file, result.last_frame(), arguments.frames);
    const fgagt::MotRules rules = arguments.rules.value_or(fgagt::suitable_rules(gt));
    try {
        return {sequence_name(gt_file), fgagt::evaluate(gt, result, rules, arguments.frames)};
    } catch (const fgagt::InvalidArgument& error) {
        throw fgagt::ParseError(gt_file, 0, 0, error.what());
    }
}

struct Score {
    std::string_view key;
    double (*per_cent)(const fgagt::Metrics&);
};
constexpr std::array<Score, 9> kScores{{
    {"HOTA", [](const fgagt::Metrics& m) { return 100 * m.hota.hota(); }},
    {"DetA", [](const fgagt::Metrics& m) { return 100 * m.hota.det_a(); }},
    {"AssA", [](const fgagt::Metrics& m) { return 100 * m.hota.ass_a(); }},
    {"LocA", [](const fgagt::Metrics& m) { return 100 * m.hota.loc_a(); }},
    {"MOTA", [](const fgagt::Metrics& m) { return 100 * m.clear.mota(); }},
    {"MOTP", [](const fgagt::Metrics& m) { return 100 * m.clear.motp(); }},
    {"IDF1", [](const fgagt::Metrics& m) { return 100 * m.identity.idf1(); }},
    {"IDP", [](const fgagt::Metrics& m) { return 100 * m.identity.idp(); }},
    {"IDR", [](const fgagt::Metrics& m) { return 100 * m.identity.idr(); }},
}};

struct Count {
    std::string_view key;
    std::int64_t fgagt::ClearCounts::*value;
};
constexpr std::array<Count, 7> kCounts{{
    {"FP", &fgagt::ClearCounts::false_positives},
    {"FN", &fgagt::ClearCounts::false_negatives},
    {"IDSW", &fgagt::ClearCounts::id_switches},
    {"MT", &fgagt::ClearCounts::mostly_tracked},
    {"PT", &fgagt::ClearCounts::partly_tracked},
    {"ML", &fgagt::ClearCounts::mostly_lost},
    {"Frag", &fgagt::ClearCounts::fragmentations},
}};

nlohmann::ordered_json to_json(const Row& row) {
    nlohmann::ordered_json json{{"name", row.name}};
    for (const Score& score : kScores)
        json[std::string(score.key)] = score.per_cent(row.metrics);
    for (const Count& count : kCounts)
        json[std::string(count.key)] = row.metrics.clear.*count.value;
    return json;
}

void print_json(const std::vector<Row>& rows, const Row& combined) {
    nlohmann::ordered_json json{{"sequences", nlohmann::ordered_json::array()}};
    for (const Row& row : rows)
        json["sequences"].push_back(to_json(row));
    json["combined"] = to_json(combined);
    // JSON must be UTF-8; file names need not be.
    std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

void print_row(const Row& row, int name_width) {
    std::printf("%-*s", name_width, row.name.c_str());
    for (const Score& score : kScores)
        std::printf(" %7.3f", score.per_cent(row.metrics));
    for (const Count& count : kCounts)
        std::printf(" %6lld", static_cast<long long>(row.metrics.clear.*count.value));
    std::printf("\n");
}

void print_table(const std::vector<Row>& rows, const Row& combined) {
    std::size_t width = combined.name.size();
    for (const Row& row : rows)
        width = std::max(width, row.name.size());
    const int name_width = static_cast<int>(width);

    std::printf("%-*s", name_width, "");
    for (const Score& score : kScores)
        std::printf(" %7s", score.key.data());
    for (const Count& count : kCounts)
        std::printf(" %6s", count.key.data());
    std::printf("\n");
    for (const Row& row : rows)
        print_row(row, name_width);
    if (rows.size() > 1) print_row(combined, name_width);
}

void run(const Arguments& arguments) {
    std::vector<Row> rows;
    std::vector<fgagt::Metrics> metrics;
    for (std::size_t i = 0; i < arguments.gt.size(); ++i) {
        rows.push_back(evaluate_sequence(arguments.gt[i], arguments.result[i], arguments));
        metrics.push_back(rows.back().metrics);
    }
    const Row combined{"COMBINED", fgagt::combine(metrics)};
    arguments.json ? print_json(rows, combined) : print_table(rows, combined);
    if (std::fflush(stdout) != 0 || !std::cout.flush())
        throw std::runtime_error("cannot write to standard output");
}

} // namespace

int main(int argc, char** argv) {
    constexpr int kFailed = 1;
    Arguments arguments;
    CLI::App app("Compares tracking results with ground truth (MOTChallenge text): HOTA, CLEAR and identity "
                 "metrics, in per cent and counts.");
    app.set_version_flag("--version", "mot_eval " + std::string(fgagt::kVersion));
    app.add_option("--gt", arguments.gt, "ground truth file; repeat for several sequences")
        ->required()
        ->type_name("FILE");
    app.add_option("--result", arguments.result, "result file; as many as --gt, in the same order")
        ->required()
        ->type_name("FILE");
    const std::map<std::string, fgagt::MotRules> rules{{"MOT15", fgagt::MotRules::kMot15},
                                                       {"MOT17", fgagt::MotRules::kMot17},
                                                       {"MOT20", fgagt::MotRules::kMot20}};
    app.add_option_function<std::string>(
           "--rules", [&](const std::string& name) { arguments.rules = rules.at(name); },
           "MOT15: all ground truth with a flag other than 0 counts. MOT17, MOT20: pedestrians count, "
           "results on distractors are ignored (default: MOT17 if every ground truth box has a MOT17 class, "
           "else "
           "MOT15)")
        ->check(CLI::IsMember({"MOT15", "MOT17", "MOT20"}));
    app.add_option("--frames", arguments.frames,
                   "compare only frames 1 to N (default: all frames of either file)")
        ->check(CLI::Range(std::int64_t{1}, std::numeric_limits<std::int64_t>::max()))
        ->type_name("N");
    app.add_flag("--json", arguments.json, "print JSON instead of a table");

    const auto require_pairs = [&] {
        if (arguments.gt.size() != arguments.result.size())
            throw CLI::ValidationError("expected --gt and --result equally often, got --gt " +
                                       std::to_string(arguments.gt.size()) + " times and --result " +
                                       std::to_string(arguments.result.size()) +
                                       " times; each sequence needs both");
    };
    if (const auto code = fgagt::examples::parse_command_line(app, argc, argv, require_pairs)) return *code;
    try {
        run(arguments);
    } catch (const std::exception& error) {
        fgagt::examples::print_error(std::string("mot_eval: ") + error.what());
        return kFailed;
    }
    return 0;
}
