#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>

namespace fgagt::test {

/// Derives decisions and numbers from a string of bytes; returns zeros after its end.
class ByteSource {
public:
    explicit ByteSource(std::string_view bytes) : bytes_(bytes) {}

    [[nodiscard]] bool empty() const noexcept { return bytes_.empty(); }

    std::uint8_t byte() noexcept {
        if (bytes_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(bytes_.front());
        bytes_.remove_prefix(1);
        return value;
    }
    /// [0, limit), limit <= 256
    std::size_t below(std::size_t limit) noexcept { return byte() % limit; }
    bool flag() noexcept { return below(2) == 1; }
    /// [-128, 127]
    int offset() noexcept {
        const int value = byte();
        return value < 128 ? value : value - 256;
    }

    template <class Value>
    Value one_of(std::initializer_list<Value> values) {
        return values.begin()[below(values.size())];
    }
    /// Any number of the type, from its bits.
    template <class Number>
    Number bits() {
        unsigned char raw[sizeof(Number)];
        for (unsigned char& part : raw)
            part = byte();
        Number number;
        std::memcpy(&number, raw, sizeof(Number));
        return number;
    }

private:
    std::string_view bytes_;
};

} // namespace fgagt::test
