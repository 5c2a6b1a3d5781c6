#include "rivals.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace fgagt::bench {
namespace {

constexpr int kBins = 7, kSamples = 2;

struct Sample {
    std::array<std::size_t, 4> position{};
    std::array<float, 4> weight{};
};

Sample sample_at(float y, float x, int rows, int columns) {
    Sample sample;
    if (y < -1 || y > static_cast<float>(rows) || x < -1 || x > static_cast<float>(columns)) return sample;
    const auto place = [](float position, int cells, int& low, int& high) {
        position = std::max(position, 0.0F);
        low = static_cast<int>(position);
        if (low >= cells - 1) {
            low = high = cells - 1;
            return 0.0F;
        }
        high = low + 1;
        return position - static_cast<float>(low);
    };
    int top = 0, bottom = 0, left = 0, right = 0;
    const float down = place(y, rows, top, bottom), across = place(x, columns, left, right);
    const auto at = [columns](int row, int column) {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
               static_cast<std::size_t>(column);
    };
    sample.position = {at(top, left), at(top, right), at(bottom, left), at(bottom, right)};
    sample.weight = {(1 - down) * (1 - across), (1 - down) * across, down * (1 - across), down * across};
    return sample;
}

} // namespace

Costs augmented_costs(const Matrix& scores, float margin) {
    const auto rows = static_cast<std::size_t>(scores.rows()),
               columns = static_cast<std::size_t>(scores.cols());
    Costs costs{.rows = rows, .columns = columns + rows, .values = {}};
    for (Eigen::Index row = 0; row < scores.rows(); ++row) {
        for (Eigen::Index column = 0; column < scores.cols(); ++column)
            costs.values.push_back(-std::max(0.0, static_cast<double>(scores(row, column))));
        costs.values.insert(costs.values.end(), rows, -static_cast<double>(margin));
    }
    return costs;
}

std::vector<int> textbook_assignment(const Costs& costs) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const std::size_t rows = costs.rows, columns = costs.columns;
    std::vector<double> row_price(rows + 1), column_price(columns + 1); // 0 stands for "none"
    std::vector<std::size_t> row_of(columns + 1), before(columns + 1);
    for (std::size_t start = 1; start <= rows; ++start) {
        std::vector<double> distance(columns + 1, kInfinity);
        std::vector<char> done(columns + 1, 0);
        std::size_t column = 0;
        row_of[0] = start;
        do {
            done[column] = 1;
            const std::size_t row = row_of[column];
            std::size_t next = 0;
            double step = kInfinity;
            for (std::size_t j = 1; j <= columns; ++j) {
                if (done[j] != 0) continue;
                const double reduced =
                    costs.values[(row - 1) * columns + j - 1] - row_price[row] - column_price[j];
                if (reduced < distance[j]) {
                    distance[j] = reduced;
                    before[j] = column;
                }
                if (distance[j] < step) {
                    step = distance[j];
                    next = j;
                }
            }
            for (std::size_t j = 0; j <= columns; ++j) {
                if (done[j] != 0) {
                    row_price[row_of[j]] += step;
                    column_price[j] -= step;
                } else {
                    distance[j] -= step;
                }
            }
            column = next;
        } while (row_of[column] != 0);
        for (; column != 0; column = before[column])
            row_of[column] = row_of[before[column]];
    }
    std::vector<int> column_of(rows);
    for (std::size_t j = 1; j <= columns; ++j)
        if (row_of[j] != 0) column_of[row_of[j] - 1] = static_cast<int>(j) - 1;
    return column_of;
}

std::vector<float> channels_first(const FeatureMap& map) {
    std::vector<float> data(map.data.size());
    const std::size_t cells = static_cast<std::size_t>(map.rows) * static_cast<std::size_t>(map.columns);
    const auto channels = static_cast<std::size_t>(map.channels);
    for (std::size_t cell = 0; cell < cells; ++cell)
        for (std::size_t channel = 0; channel < channels; ++channel)
            data[channel * cells + cell] = map.data[cell * channels + channel];
    return data;
}

void plain_roi_align(const FeatureMap& map, std::span<const float> data, std::span<const Box> boxes,
                     std::vector<float>& pooled) {
    const std::size_t cells = static_cast<std::size_t>(map.rows) * static_cast<std::size_t>(map.columns);
    const auto channels = static_cast<std::size_t>(map.channels);
    pooled.resize(boxes.size() * channels * kBins * kBins);
    std::vector<Sample> samples(kBins * kBins * kSamples * kSamples);
    float* out = pooled.data();
    for (const Box& box : boxes) {
        const float left = box.left * map.scale_x - 0.5F, top = box.top * map.scale_y - 0.5F;
        const float bin_width = box.width * map.scale_x / kBins,
                    bin_height = box.height * map.scale_y / kBins;
        auto* sample = samples.data();
        for (int bin_y = 0; bin_y < kBins; ++bin_y)
            for (int bin_x = 0; bin_x < kBins; ++bin_x)
                for (int i = 0; i < kSamples; ++i)
                    for (int j = 0; j < kSamples; ++j)
                        *sample++ = sample_at(top + bin_height * (static_cast<float>(bin_y) +
                                                                  (static_cast<float>(i) + 0.5F) / kSamples),
                                              left + bin_width * (static_cast<float>(bin_x) +
                                                                  (static_cast<float>(j) + 0.5F) / kSamples),
                                              map.rows, map.columns);
        for (std::size_t channel = 0; channel < channels; ++channel) {
            const float* plane = data.data() + channel * cells;
            const Sample* next = samples.data();
            for (int bin = 0; bin < kBins * kBins; ++bin) {
                float sum = 0;
                for (int k = 0; k < kSamples * kSamples; ++k, ++next)
                    sum += next->weight[0] * plane[next->position[0]] +
                           next->weight[1] * plane[next->position[1]] +
                           next->weight[2] * plane[next->position[2]] +
                           next->weight[3] * plane[next->position[3]];
                *out++ = sum / (kSamples * kSamples);
            }
        }
    }
}

} // namespace fgagt::bench
