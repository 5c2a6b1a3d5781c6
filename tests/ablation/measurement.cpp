#include "measurement.hpp"

#include "in_parallel.hpp"
#include "support/perturbation.hpp"

#include <fgagt/evaluation/evaluation.hpp>

#include <cmath>

namespace fgagt::ablation {
namespace {

Figures measure_once(const Configuration& configuration, const Sequence& sequence, std::size_t run) {
    const Outcome outcome = configuration.track(sequence, test::perturbed(sequence.detections, run + 1));
    const Metrics metrics = evaluate(sequence.ground_truth, outcome.result, sequence.rules);
    Figures figures;
    figures[kHota] = 100 * metrics.hota.hota();
    figures[kAssA] = 100 * metrics.hota.ass_a();
    figures[kIdf1] = 100 * metrics.identity.idf1();
    figures[kMota] = 100 * metrics.clear.mota();
    figures[kIdSwitches] = static_cast<double>(metrics.clear.id_switches);
    figures[kMicroseconds] = outcome.microseconds;
    return figures;
}

} // namespace

Summary summarise(const std::vector<Figures>& runs) {
    Summary summary;
    const auto count = static_cast<double>(runs.size());
    for (const Figures& figures : runs)
        for (std::size_t metric = 0; metric < kMetrics; ++metric)
            summary.mean[metric] += figures[metric] / count;
    if (runs.size() < 2) return summary;
    summary.deviation.emplace();
    for (std::size_t metric = 0; metric < kMetrics; ++metric) {
        double squares = 0;
        for (const Figures& figures : runs)
            squares += std::pow(figures[metric] - summary.mean[metric], 2);
        (*summary.deviation)[metric] = std::sqrt(squares / (count - 1));
    }
    return summary;
}

std::vector<Figures> measure(const Configuration& configuration, const Sequence& sequence, int runs,
                             int jobs) {
    std::vector<Figures> figures(static_cast<std::size_t>(runs));
    in_parallel(jobs, figures.size(),
                [&](std::size_t run) { figures[run] = measure_once(configuration, sequence, run); });
    return figures;
}

} // namespace fgagt::ablation
