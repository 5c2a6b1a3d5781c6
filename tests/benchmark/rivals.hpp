#pragma once

#include <fgagt/core/types.hpp>

#include <cstddef>
#include <span>
#include <vector>

/// What there is instead, as it is usually written; compiled with -O3.
namespace fgagt::bench {

/// [rows x columns], columns >= rows.
struct Costs {
    std::size_t rows, columns;
    std::vector<double> values;
};

/// [-scores, -margin 1(M x M)], the matrix that a general solver is given. Forbidden pairs cost 0: that is
/// above every margin, so that none is taken.
Costs augmented_costs(const Matrix& scores, float margin);

/// The Hungarian method with potentials, O(rows^2 columns).
///
/// @return  the column of each row
std::vector<int> textbook_assignment(const Costs& costs);

/// [channels x rows x columns], as most networks give it.
std::vector<float> channels_first(const FeatureMap& map);

/// ROI-align as torchvision's loop for the CPU does it: 7 x 7 bins of 2 x 2 samples, aligned; where a sample
/// lies and how it is weighted is computed once per box.
///
/// @param map     for all but the data
/// @param data    its data, channels first
/// @param pooled  [boxes x channels x 7 x 7]
void plain_roi_align(const FeatureMap& map, std::span<const float> data, std::span<const Box> boxes,
                     std::vector<float>& pooled);

} // namespace fgagt::bench
