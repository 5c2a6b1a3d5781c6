#pragma once

#include "fuzz/law.hpp"

#include <fgagt/network/declared_size.hpp>

#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace fgagt::test {

/// Takes whatever bytes as the file of a model, each way that a size is looked for: a size that an input may
/// have, or none. Returns whether there is one.
///
/// @throws BrokenLaw  it is not so
inline bool check_declared_size(std::string_view bytes) {
    const auto is_usable = [](const std::optional<cv::Size>& size) {
        constexpr int kLargest = 16'384;
        if (size)
            require(size->width >= 1 && size->width <= kLargest && size->height >= 1 &&
                        size->height <= kLargest,
                    "an input has a size in its range");
        return size.has_value();
    };
    std::istringstream network{std::string(bytes)}, layout{std::string(bytes)};
    const bool is_network = is_usable(detail::size_in_onnx(network, bytes.size()));
    const bool is_layout = is_usable(detail::size_in_darknet(layout));
    return is_network || is_layout;
}

} // namespace fgagt::test
