#pragma once

#include <fgagt/core/types.hpp>

#include <cstddef>
#include <span>
#include <vector>

/// The usual implementations of the alternatives; compiled with -O3.
namespace fgagt::bench {

/// [rows x columns], columns >= rows.
struct Costs {
    std::size_t rows, columns;
    std::vector<double> values;
};

/// [-scores, -margin 1(M x M)], the matrix for a general solver. Forbidden pairs cost 0, which is above every
/// margin, so none is taken.
Costs augmented_costs(const Matrix& scores, float margin);

/// The Hungarian method with potentials, O(rows^2 columns).
///
/// @return  the column of each row
std::vector<int> textbook_assignment(const Costs& costs);

/// [channels x rows x columns], the layout of most networks.
std::vector<float> channels_first(const FeatureMap& map);

/// ROI-align like torchvision's CPU loop: 7 x 7 bins of 2 x 2 samples, aligned; the positions and weights of
/// the samples are computed once per box.
///
/// @param map     for everything except the data
/// @param data    its data, channels first
/// @param pooled  [boxes x channels x 7 x 7]
void plain_roi_align(const FeatureMap& map, std::span<const float> data, std::span<const Box> boxes,
                     std::vector<float>& pooled);

} // namespace fgagt::bench
