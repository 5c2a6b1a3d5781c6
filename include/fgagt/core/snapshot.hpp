#pragma once

#include <fgagt/core/errors.hpp>

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

/// @file
/// Converts a value to bytes, the same on every machine, and back.
///
/// A function beside a type lists its members, once for both directions:
///
///     template <class Archive>
///     void transfer(Archive& archive, MyState& state) { archive(state.position, state.speeds); }
///
/// Members may be numbers, enumerations, `std::string`, `std::vector`, `std::optional`, and types that have
/// such a function themselves. `Archive::kReads` distinguishes the directions where they differ.
/// `archive.require(holds, what)` rejects invalid data when reading.
///
/// A snapshot consists of the letters FGAGTSNP; version, layout and length (8 bytes each); that many bytes
/// of values; and a checksum of all that precedes it (FNV-1a, 64 bits). Numbers are little-endian. Floats are
/// IEEE 754; bytes, flags and small enumerations take 1 byte, all other integers 8. Lists begin with their
/// length, optional values with a flag. The layout is a checksum of the types of all members, in order.
namespace fgagt {
namespace detail {

/// FNV-1a. Any change of a single byte changes the checksum.
class Checksum {
public:
    void add(std::string_view bytes) noexcept {
        for (const char byte : bytes)
            value_ = (value_ ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
    }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 0xCBF29CE484222325U;
};

[[noreturn]] inline void throw_snapshot_error(const std::string& message) {
    throw ParseError("snapshot", 0, 0, message);
}

/// Whether a type is written directly, not by its members.
template <class T>
concept SnapshotNumber = std::is_arithmetic_v<T> || std::is_enum_v<T>;

class SnapshotWriter;

/// Whether a value can be written: a number, or a type with a function `transfer`.
template <class T>
concept Transferable = SnapshotNumber<T> || requires(SnapshotWriter& archive, T& value) {
    transfer(archive, value);
};

/// The unsigned integer that a number is written as.
template <SnapshotNumber T>
using SnapshotBits = std::conditional_t<
    sizeof(T) == 1, std::uint8_t,
    std::conditional_t<std::is_floating_point_v<T> && sizeof(T) == 4, std::uint32_t, std::uint64_t>>;

/// A number's bits; integers are widened with their sign.
template <SnapshotNumber T>
[[nodiscard]] SnapshotBits<T> to_bits(T number) noexcept {
    if constexpr (std::is_floating_point_v<T>)
        return std::bit_cast<SnapshotBits<T>>(number);
    else
        return static_cast<SnapshotBits<T>>(number);
}

inline void append_bits(std::unsigned_integral auto bits, std::string& bytes) {
    for (std::size_t i = 0; i < sizeof(bits); ++i)
        bytes += static_cast<char>(bits >> (8 * i) & 0xFFU);
}

template <std::unsigned_integral Bits>
[[nodiscard]] Bits read_bits(const char* bytes) noexcept {
    Bits bits = 0;
    for (std::size_t i = 0; i < sizeof(Bits); ++i)
        bits = static_cast<Bits>(bits | Bits{static_cast<unsigned char>(bytes[i])} << (8 * i));
    return bits;
}

/// Common base of the archives: visits the members of a value.
template <class Archive>
class SnapshotArchive {
public:
    template <Transferable... Values>
    void operator()(Values&... values) {
        (visit(values), ...);
    }

protected:
    SnapshotArchive() = default;

private:
    [[nodiscard]] Archive& self() noexcept { return static_cast<Archive&>(*this); }

    template <class Value>
    void visit(Value& value) {
        if constexpr (SnapshotNumber<Value>)
            self().number(value);
        else
            transfer(self(), value);
    }
};

/// Writes values as bytes.
class SnapshotWriter : public SnapshotArchive<SnapshotWriter> {
public:
    static constexpr bool kReads = false;

    template <SnapshotNumber T>
    void number(T value) {
        append_bits(to_bits(value), bytes_);
    }
    template <class T>
    void list(std::vector<T>& values) {
        number(values.size());
        if constexpr (std::same_as<T, std::uint8_t>)
            bytes_.append(reinterpret_cast<const char*>(values.data()), values.size());
        else
            for (T& value : values)
                (*this)(value);
    }
    template <class T>
    void maybe(std::optional<T>& value) {
        number(value.has_value());
        if (value) (*this)(*value);
    }
    /// Does nothing: only reading validates.
    void require(bool /*holds*/, const char* /*what*/) noexcept {}

    [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

private:
    std::string bytes_;
};

/// Reads values from bytes. Never allocates more memory than the bytes account for.
class SnapshotReader : public SnapshotArchive<SnapshotReader> {
public:
    static constexpr bool kReads = true;

    /// @param bytes  must outlive the reader
    explicit SnapshotReader(std::string_view bytes) noexcept : bytes_(bytes) {}

    template <SnapshotNumber T>
    void number(T& value) {
        using Bits = SnapshotBits<T>;
        const Bits bits = read_bits<Bits>(take(sizeof(Bits)).data());
        if constexpr (std::is_floating_point_v<T>) {
            value = std::bit_cast<T>(bits);
        } else {
            if constexpr (std::same_as<T, bool>) require(bits <= 1, "flags of 0 or 1");
            value = static_cast<T>(bits);
            require(to_bits(value) == bits, "numbers within the range of their types");
        }
    }
    template <class T>
    void list(std::vector<T>& values) {
        const std::size_t count = length();
        values.clear();
        if constexpr (std::same_as<T, std::uint8_t>) {
            const std::string_view bytes = take(count);
            values.assign(bytes.begin(), bytes.end());
        } else {
            for (std::size_t i = 0; i < count; ++i)
                (*this)(values.emplace_back());
        }
    }
    template <class T>
    void maybe(std::optional<T>& value) {
        bool has_value = false;
        number(has_value);
        value.reset();
        if (has_value) (*this)(value.emplace());
    }
    /// @throws ParseError  the condition does not hold
    void require(bool holds, const char* what) const {
        if (!holds)
            throw_snapshot_error(std::string("expected ") + what +
                                 "; use a snapshot made by `save`, from a tracker with the same options");
    }
    /// @throws ParseError  bytes are left over
    void finish() const { require(bytes_.empty(), "no bytes after the last value"); }

private:
    [[nodiscard]] std::string_view take(std::size_t count) {
        require(count <= bytes_.size(), "enough bytes for all its values");
        const std::string_view taken = bytes_.substr(0, count);
        bytes_.remove_prefix(count);
        return taken;
    }
    /// The length of a list. Each element takes at least one byte, or is followed by one.
    [[nodiscard]] std::size_t length() {
        std::size_t count = 0;
        number(count);
        require(count <= bytes_.size(), "lists no longer than the snapshot");
        return count;
    }

    std::string_view bytes_;
};

/// Records the types that a value consists of.
class SnapshotLayout : public SnapshotArchive<SnapshotLayout> {
public:
    static constexpr bool kReads = false;

    template <SnapshotNumber T>
    void number(T /*value*/) {
        note(std::is_floating_point_v<T> ? 'f' : 'i', static_cast<char>('0' + sizeof(SnapshotBits<T>)));
    }
    template <class T>
    void list(std::vector<T>& /*values*/) {
        T value{};
        note('[', '*');
        (*this)(value);
        note(']', ' ');
    }
    template <class T>
    void maybe(std::optional<T>& /*value*/) {
        T value{};
        note('[', '?');
        (*this)(value);
        note(']', ' ');
    }
    void require(bool /*holds*/, const char* /*what*/) noexcept {}

    template <class Value>
    [[nodiscard]] static std::uint64_t of() {
        SnapshotLayout layout;
        Value value{};
        layout(value);
        return layout.checksum_.value();
    }

private:
    void note(char kind, char size) noexcept {
        const char letters[] = {kind, size};
        checksum_.add({letters, sizeof(letters)});
    }

    Checksum checksum_;
};

template <class Archive, Transferable T>
void transfer(Archive& archive, std::vector<T>& values) {
    archive.list(values);
}
template <class Archive, Transferable T>
void transfer(Archive& archive, std::optional<T>& value) {
    archive.maybe(value);
}

template <class Archive>
void transfer(Archive& archive, std::string& text) {
    std::vector<std::uint8_t> bytes(text.begin(), text.end());
    archive.list(bytes);
    text.assign(bytes.begin(), bytes.end());
}

inline constexpr std::string_view kSnapshotLetters = "FGAGTSNP";
inline constexpr std::uint64_t kSnapshotVersion = 1;
inline constexpr std::size_t kSnapshotWord = 8; ///< bytes

/// Reads `count` bytes in pieces, so that a false length takes no more memory than the stream has bytes.
template <class Stream>
void append_bytes(Stream& stream, std::uint64_t count, std::string& bytes) {
    constexpr std::uint64_t kPiece = 1U << 20U;
    while (count > 0) {
        const auto piece = static_cast<std::size_t>(std::min(count, kPiece));
        const std::size_t size = bytes.size();
        bytes.resize(size + piece);
        stream.read(bytes.data() + size, static_cast<std::ptrdiff_t>(piece));
        const auto received = static_cast<std::size_t>(stream.gcount());
        if (received != piece)
            throw_snapshot_error("ends after " + std::to_string(size + received) +
                                 " bytes; it was cut off: use an older snapshot or start without one");
        count -= piece;
    }
}

} // namespace detail

/// A value that can be saved and restored.
template <class T>
concept Snapshotable = std::default_initializable<T> && detail::Transferable<T>;

/// Writes a value as a snapshot.
///
/// @param value   the value to save; a copy
/// @param stream  std::ostream or similar, opened in binary mode
/// @throws std::runtime_error  the stream cannot be written
template <class Stream, class Value>
void write_snapshot(Stream& stream, Value value) {
    detail::SnapshotWriter writer;
    writer(value);
    std::string bytes(detail::kSnapshotLetters);
    for (const std::uint64_t number : {detail::kSnapshotVersion, detail::SnapshotLayout::of<Value>(),
                                       std::uint64_t{writer.bytes().size()}})
        detail::append_bits(number, bytes);
    bytes += writer.bytes();
    detail::Checksum checksum;
    checksum.add(bytes);
    detail::append_bits(checksum.value(), bytes);
    if (!stream.write(bytes.data(), static_cast<std::ptrdiff_t>(bytes.size())))
        throw std::runtime_error("a snapshot of " + std::to_string(bytes.size()) +
                                 " bytes cannot be written to the stream; check whether the disk is full");
}

/// Reads a snapshot of a value; the stream is then positioned after it.
///
/// @param stream  std::istream or similar, opened in binary mode
/// @throws ParseError  the data is not a snapshot, is cut off, damaged, of a later version, or of another
///                     type
template <class Value, class Stream>
[[nodiscard]] Value read_snapshot(Stream& stream) {
    using detail::kSnapshotWord;
    std::string bytes;
    const auto word = [&bytes](std::size_t index) {
        return detail::read_bits<std::uint64_t>(bytes.data() + index * kSnapshotWord);
    };
    detail::append_bytes(stream, 2 * kSnapshotWord, bytes);
    if (!bytes.starts_with(detail::kSnapshotLetters))
        detail::throw_snapshot_error("expected the letters " + std::string(detail::kSnapshotLetters) +
                                     " at the beginning; this is not a snapshot");
    if (word(1) != detail::kSnapshotVersion)
        detail::throw_snapshot_error("expected version " + std::to_string(detail::kSnapshotVersion) +
                                     ", found " + std::to_string(word(1)) +
                                     "; restore it with the version of fgagt that saved it");
    detail::append_bytes(stream, 2 * kSnapshotWord, bytes);
    const std::uint64_t layout = word(2), length = word(3);
    detail::append_bytes(stream, length, bytes);
    detail::Checksum checksum;
    checksum.add(bytes);
    const std::size_t end = bytes.size();
    detail::append_bytes(stream, kSnapshotWord, bytes);
    if (detail::read_bits<std::uint64_t>(bytes.data() + end) != checksum.value())
        detail::throw_snapshot_error(
            "its checksum does not match its contents; it is damaged: use another snapshot");
    if (layout != detail::SnapshotLayout::of<Value>())
        detail::throw_snapshot_error("expected the state of a tracker of this type, found that of another; "
                                     "restore it into a tracker of the type that saved it");
    Value value;
    detail::SnapshotReader reader(std::string_view(bytes).substr(4 * kSnapshotWord, end - 4 * kSnapshotWord));
    reader(value);
    reader.finish();
    return value;
}

} // namespace fgagt
