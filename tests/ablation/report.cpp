#include "report.hpp"

#include "markdown.hpp"

#include <algorithm>
#include <array>

namespace fgagt::ablation {
namespace {

struct Heading {
    const char* name;
    int digits;
};
constexpr std::array<Heading, kMetrics> kHeadings{
    {{"HOTA", 1}, {"AssA", 1}, {"IDF1", 1}, {"MOTA", 1}, {"IDSW", 1}, {"µs per frame", 0}}};

std::string with_deviation(const Summary& summary, Metric metric) {
    const int digits = kHeadings[metric].digits;
    const std::string mean = number(summary.mean[metric], digits);
    return summary.deviation ? mean + " ±" + number((*summary.deviation)[metric], digits) : mean;
}

std::string headline(const Summary& summary) {
    return with_deviation(summary, kHota) + " / " + with_deviation(summary, kIdf1);
}

/// For each run, the mean over the sequences that count in it.
std::vector<Figures> mean_over_sequences(const Results& results, std::size_t row) {
    const auto count = static_cast<double>(std::ranges::count(results.in_mean, true));
    std::vector<Figures> means;
    for (std::size_t column = 0; column < results.columns.size(); ++column) {
        if (!results.in_mean[column]) continue;
        const std::vector<Figures>& runs = results.runs.at({row, column});
        means.resize(runs.size());
        for (std::size_t run = 0; run < runs.size(); ++run)
            for (std::size_t metric = 0; metric < kMetrics; ++metric)
                means[run][metric] += runs[run][metric] / count;
    }
    return means;
}

} // namespace

std::string compact_table(const Results& results) {
    const bool has_mean = std::ranges::count(results.in_mean, true) > 1;
    std::vector<std::string> cells{"HOTA / IDF1"};
    for (std::size_t column = 0; column < results.columns.size(); ++column)
        cells.push_back(results.columns[column] + (has_mean && !results.in_mean[column] ? " *" : ""));
    if (has_mean) cells.emplace_back("mean");
    std::string text = "### " + results.title + "\n\n" + line(cells) + rule(cells.size());
    for (std::size_t row = 0; row < results.rows.size(); ++row) {
        cells = {results.rows[row]};
        for (std::size_t column = 0; column < results.columns.size(); ++column)
            cells.push_back(headline(summarise(results.runs.at({row, column}))));
        if (has_mean) cells.push_back(headline(summarise(mean_over_sequences(results, row))));
        text += line(cells);
    }
    if (has_mean && std::ranges::count(results.in_mean, false) > 0) text += "\n\\* excluded from the mean\n";
    return text + '\n';
}

std::string full_tables(const Results& results) {
    std::string text;
    for (std::size_t column = 0; column < results.columns.size(); ++column) {
        std::vector<std::string> cells{results.columns[column]};
        for (const Heading& heading : kHeadings)
            cells.emplace_back(heading.name);
        text += "### " + results.columns[column] + ": " + results.title + "\n\n" + line(cells) +
                rule(cells.size());
        for (std::size_t row = 0; row < results.rows.size(); ++row) {
            const Summary summary = summarise(results.runs.at({row, column}));
            cells = {results.rows[row]};
            for (std::size_t metric = 0; metric < kMetrics; ++metric)
                cells.push_back(with_deviation(summary, static_cast<Metric>(metric)));
            text += line(cells);
        }
        text += '\n';
    }
    return text;
}

} // namespace fgagt::ablation
