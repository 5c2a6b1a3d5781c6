#pragma once

#include "fuzz/law.hpp"
#include "fuzz/text_law.hpp"

#include <fgagt/io/sequence_info.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

namespace fgagt::test {

/// A number with the fewest digits that restore it.
[[nodiscard]] inline std::string shortest(double value) {
    std::array<char, 32> digits{};
    return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

/// A seqinfo.ini with the same contents.
[[nodiscard]] inline std::string text_of(const SequenceInfo& info) {
    std::string text = "[Sequence]\n";
    if (info.name) text += "name=" + *info.name + '\n';
    if (info.image_dir) text += "imDir=" + *info.image_dir + '\n';
    if (info.frame_rate) text += "frameRate=" + shortest(*info.frame_rate) + '\n';
    if (info.length) text += "seqLength=" + std::to_string(*info.length) + '\n';
    if (info.width) text += "imWidth=" + std::to_string(*info.width) + '\n';
    if (info.height) text += "imHeight=" + std::to_string(*info.height) + '\n';
    if (info.extension) text += "imExt=" + *info.extension + '\n';
    return text;
}

[[nodiscard]] inline bool same_info(const SequenceInfo& a, const SequenceInfo& b) {
    return a.name == b.name && a.image_dir == b.image_dir && a.frame_rate == b.frame_rate &&
           a.length == b.length && a.width == b.width && a.height == b.height && a.extension == b.extension;
}

/// Reads any text as a seqinfo.ini: either a ParseError, or values in range that survive a round trip and do
/// not depend on further sections. Returns whether the text is a valid file.
///
/// @throws BrokenLaw  a law does not hold
inline bool check_sequence_info(std::string_view bytes) {
    const auto parse = [](std::string_view text) { return parse_sequence_info(text, "seqinfo.ini"); };
    const auto info = text_or_refusal(bytes, parse);
    if (!info) return false;
    require(info->frame_rate.value_or(1) > 0 && std::isfinite(info->frame_rate.value_or(1)),
            "a frame rate is positive and finite");
    require(info->length.value_or(0) >= 0, "a length is at least 0");
    require(info->width.value_or(1) > 0 && info->height.value_or(1) > 0, "images are not empty");
    require(same_info(parse(text_of(*info)), *info), "the values survive a round trip");
    const std::string longer = std::string(bytes) + "\n[Other]\nframeRate=x\nname=y\nname=z\n";
    require(same_info(parse(longer), *info), "another section has no effect");
    return true;
}

} // namespace fgagt::test
