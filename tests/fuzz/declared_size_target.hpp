#pragma once

#include "fuzz/law.hpp"

#include <fgagt/network/declared_size.hpp>

#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace fgagt::test {

/// Searches any bytes, as each kind of model file, for an input size: either a valid size or none. Returns
/// whether there is one.
///
/// @throws BrokenLaw  a law does not hold
inline bool check_declared_size(std::string_view bytes) {
    const auto is_usable = [](const std::optional<cv::Size>& size) {
        constexpr int kLargest = 16'384;
        if (size)
            require(size->width >= 1 && size->width <= kLargest && size->height >= 1 &&
                        size->height <= kLargest,
                    "the size is in range");
        return size.has_value();
    };
    std::istringstream network{std::string(bytes)}, layout{std::string(bytes)};
    const bool is_network = is_usable(detail::size_in_onnx(network, bytes.size()));
    const bool is_layout = is_usable(detail::size_in_darknet(layout));
    return is_network || is_layout;
}

} // namespace fgagt::test
