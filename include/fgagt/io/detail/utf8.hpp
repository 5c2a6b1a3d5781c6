#pragma once

#include <fgagt/core/detail/language.hpp>

#include <cstddef>
#include <string_view>

namespace fgagt::detail {

/// Length in bytes of the UTF-8 character at the front of a text; 0 if there is none. Over-long forms,
/// surrogates and values beyond U+10FFFF are invalid.
[[nodiscard]] inline std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t k) -> unsigned {
        return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U;
    };
    const auto follows = [&](std::size_t k) { return (byte(k) & 0xC0U) == 0x80U; };
    const unsigned first = byte(0);
    if (text.empty()) return 0;
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first < 0xF0) {
        const bool is_legal = (first != 0xE0 || byte(1) >= 0xA0) && (first != 0xED || byte(1) < 0xA0);
        return is_legal && follows(1) && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first < 0xF5) {
        const bool is_legal = (first != 0xF0 || byte(1) >= 0x90) && (first != 0xF4 || byte(1) < 0x90);
        return is_legal && follows(1) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

/// Position of the first byte that is not valid UTF-8; the size of the text if all of it is valid.
[[nodiscard]] inline std::size_t first_not_utf8(std::string_view text) noexcept {
    std::size_t position = 0;
    while (position < text.size()) {
        const std::size_t length = utf8_length(text.substr(position));
        if (length == 0) break;
        position += length;
    }
    return position;
}

} // namespace fgagt::detail
