#include "cells.hpp"
#include "rivals.hpp"

#include <fgagt/assignment/margin_assigner.hpp>

#include <utility>

namespace fgagt::bench {
namespace {

auto ours(Matrix scores) {
    return [scores = std::move(scores), assigner = MarginAssigner(),
            track_of = std::vector<int>()]() mutable { assigner.assign(scores, kMargin, track_of); };
}

} // namespace

const std::vector<AssignmentCell>& assignment_cells() {
    static const std::vector<AssignmentCell> cells = [] {
        std::vector<AssignmentCell> result{{"sparse_16x24", tracker_affinities}};
        constexpr std::array<std::pair<int, int>, 4> kSparse{
            {{100, 100}, {300, 200}, {500, 500}, {1000, 1000}}};
        for (const auto& [rows, columns] : kSparse)
            result.push_back({"sparse_" + std::to_string(rows) + "x" + std::to_string(columns),
                              [rows = rows, columns = columns] { return sparse_affinities(rows, columns); }});
        for (const int size : {100, 500, 1000})
            result.push_back({"dense_" + std::to_string(size) + "x" + std::to_string(size),
                              [size] { return uniform(size, size, 0, 1, 12); }});
        return result;
    }();
    return cells;
}

void add_assignment() {
    for (const AssignmentCell& cell : assignment_cells()) {
        add("assignment/" + cell.name + "/ours", [&cell] { return ours(cell.scores()); });
        add("assignment/" + cell.name + "/textbook", [&cell] {
            return [costs = augmented_costs(cell.scores(), kMargin)] {
                benchmark::DoNotOptimize(textbook_assignment(costs));
            };
        });
    }
    for (const std::size_t objects : kScalingObjects)
        add("scaling/assignment/" + std::to_string(objects), [objects] {
            return ours(
                sparse_affinities(static_cast<Eigen::Index>(objects), static_cast<Eigen::Index>(objects)));
        });
}

} // namespace fgagt::bench
