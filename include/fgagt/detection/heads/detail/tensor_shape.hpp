#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/network/network_output.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fgagt::detail {

/// A tensor's sizes without leading ones equal to 1, such as the batch size; at least one size is kept.
[[nodiscard]] inline std::vector<std::size_t> shape_of(const cv::Mat& values) {
    std::vector<std::size_t> shape;
    for (int k = 0; k < values.dims; ++k)
        if (values.size[k] != 1 || !shape.empty() || k + 1 == values.dims)
            shape.push_back(static_cast<std::size_t>(values.size[k]));
    return shape;
}

/// "3 outputs: cls [1,80,52,52], ..." for an error message; short and printable whatever the names are.
[[nodiscard]] inline std::string text_of_outputs(std::span<const NetworkOutput> outputs) {
    constexpr std::size_t kMost = 8, kLongestName = 24;
    std::string text = std::to_string(outputs.size()) + (outputs.size() == 1 ? " output" : " outputs");
    for (std::size_t k = 0; k < std::min(outputs.size(), kMost); ++k) {
        text += k == 0 ? ": " : ", ";
        for (const char letter : std::string_view(outputs[k].name).substr(0, kLongestName))
            text += letter >= ' ' && letter <= '~' ? letter : '?';
        text += outputs[k].name.empty() ? "[" : " [";
        const cv::Mat& values = outputs[k].values;
        for (int d = 0; d < values.dims; ++d)
            text.append(d == 0 ? "" : ",").append(std::to_string(values.size[d]));
        text += ']';
    }
    return outputs.size() > kMost ? text + ", ..." : text;
}

/// Whether a tensor has the type that NetworkOutput specifies.
[[nodiscard]] inline bool is_floats(const cv::Mat& values) {
    return values.type() == CV_32F && (values.empty() || values.isContinuous());
}

/// @throws InvalidArgument  an output does not have that type
inline void expect_floats(std::span<const NetworkOutput> outputs, std::string_view who) {
    for (const NetworkOutput& output : outputs)
        if (!is_floats(output.values))
            throw_invalid(who, ": expected outputs that are continuous and of type CV_32F, got type ",
                          output.values.type(), "; convert them");
}

/// Substrings of names, in lower case; empty ones are ignored.
using NameParts = std::array<std::string_view, 4>;

/// Whether an output's name contains one of `parts`, ignoring case.
[[nodiscard]] inline bool is_called(const NetworkOutput& output, const NameParts& parts) {
    std::string name = output.name;
    std::ranges::transform(name, name.begin(),
                           [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return std::ranges::any_of(
        parts, [&](std::string_view part) { return !part.empty() && name.find(part) != std::string::npos; });
}

/// Throws InvalidArgument for outputs that do not fit the family.
[[noreturn]] inline void throw_wrong_outputs(std::string_view who, std::string_view expected,
                                             std::span<const NetworkOutput> outputs) {
    throw_invalid(who, ": expected ", expected, ", got ", text_of_outputs(outputs),
                  "; use another head, or set this one's options to what the network was built with");
}

} // namespace fgagt::detail
