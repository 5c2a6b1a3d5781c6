#pragma once

#include <fgagt/core/detail/half_float.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/weights/detail/default_weights_data.hpp>
#include <fgagt/weights/network_weights.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace fgagt {
namespace detail {

/// Reads half-precision numbers from lines of base 64, one after the other (RFC 4648).
class HalfReader {
public:
    explicit HalfReader(std::span<const char* const> lines) : lines_(lines), place_(lines.front()) {}

    /// Fills a tensor with the next numbers.
    void read(std::span<float> numbers) {
        for (float& number : numbers) {
            const std::uint16_t low = byte();
            number = float_of_half(static_cast<std::uint16_t>(low | byte() << 8U));
        }
    }

private:
    std::uint16_t byte() {
        for (; bits_ < 8; bits_ += 6)
            buffer_ = buffer_ << 6U | digit();
        bits_ -= 8;
        return static_cast<std::uint16_t>(buffer_ >> bits_ & 0xFFU);
    }

    std::uint32_t digit() {
        if (*place_ == '\0') {
            FGAGT_ASSERT(lines_.size() > 1);
            lines_ = lines_.subspan(1);
            place_ = lines_.front();
        }
        constexpr std::string_view kDigits =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        return static_cast<std::uint32_t>(kDigits.find(*place_++));
    }

    std::span<const char* const> lines_;
    const char* place_;
    std::uint32_t buffer_ = 0, bits_ = 0;
};

} // namespace detail

/// The library's default weights, for StripePooler on ColourBackbone. They were learned from generated people
/// only. cmake/docs/weights.md describes the training, the accuracy and the limits.
[[nodiscard]] inline NetworkWeights default_weights() {
    constexpr Eigen::Index kInputs = detail::kDefaultInputs, kDimension = detail::kDefaultDimension;
    NetworkWeights weights;
    detail::HalfReader reader(detail::kDefaultWeights);
    const auto read = [&](auto& tensor, Eigen::Index rows, Eigen::Index columns) {
        tensor.resize(rows, columns);
        reader.read({tensor.data(), static_cast<std::size_t>(tensor.size())});
    };
    GraphWeights& graph = weights.graph;
    read(weights.embedding, kDimension, kInputs);
    read(weights.bias, 1, kDimension);
    read(graph.w1, kDimension, kDimension);
    read(graph.w2, kDimension, kDimension);
    read(graph.wa, kDimension, kDimension);
    reader.read({&graph.prior_logit, 1});
    reader.read({&graph.margin, 1});
    graph.options = detail::kDefaultVariant;
    return weights;
}

} // namespace fgagt
