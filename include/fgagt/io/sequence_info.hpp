#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/text_fields.hpp>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace fgagt {

/// Contents of a MOTChallenge `seqinfo.ini`. Keys that the file lacks are empty.
struct SequenceInfo {
    std::string file;                     ///< the path that was read
    std::optional<std::string> name;      ///< name
    std::optional<std::string> image_dir; ///< imDir: relative to the file's folder
    std::optional<double> frame_rate;     ///< frameRate: frames per second, > 0
    std::optional<std::int64_t> length;   ///< seqLength: number of frames, >= 0
    std::optional<int> width;             ///< imWidth: pixels, > 0
    std::optional<int> height;            ///< imHeight: pixels, > 0
    std::optional<std::string> extension; ///< imExt: extension of the images, with the dot

    /// The value of a required key.
    ///
    ///     const double rate = info.need(info.frame_rate, "frameRate");
    /// @throws ParseError  the value is missing; names the file and the key
    template <class Value>
    [[nodiscard]] const Value& need(const std::optional<Value>& value, std::string_view key) const {
        if (value) return *value;
        throw ParseError(file, 0, 0,
                         "has no " + std::string(key) + "; add a line '" + std::string(key) +
                             "=...' to the section [Sequence]");
    }
};

namespace detail {

[[nodiscard]] inline double positive_number(const TextFile& file, std::string_view key,
                                            std::string_view text) {
    const std::optional<double> value = parse_number(text);
    if (!value || !(*value > 0) || !detail::is_finite(*value))
        file.fail(0, "expected a positive number as ", key, ", found ", quoted(text));
    return *value;
}

[[nodiscard]] inline std::int64_t integer_from(const TextFile& file, std::string_view key,
                                               std::string_view text, std::int64_t least, std::int64_t most) {
    const std::optional<std::int64_t> value = parse_integer(text);
    if (!value || *value < least || *value > most)
        file.fail(0, "expected a whole number from ", least, " to ", most, " as ", key, ", found ",
                  quoted(text));
    return *value;
}

inline void set_key(SequenceInfo& info, const TextFile& file, std::string_view key, std::string_view value) {
    constexpr std::int64_t kLongest = std::int64_t{1} << 53;
    constexpr std::int64_t kLargest = std::numeric_limits<int>::max();
    const auto pixels = [&] { return static_cast<int>(integer_from(file, key, value, 1, kLargest)); };
    if (key == "name") info.name = value;
    if (key == "imDir") info.image_dir = value;
    if (key == "imExt") info.extension = value;
    if (key == "frameRate") info.frame_rate = positive_number(file, key, value);
    if (key == "seqLength") info.length = integer_from(file, key, value, 0, kLongest);
    if (key == "imWidth") info.width = pixels();
    if (key == "imHeight") info.height = pixels();
}

} // namespace detail

/// Reads the section [Sequence] from the text of a `seqinfo.ini`. Skips other sections, unknown keys, and
/// comment lines that start with `;` or `#`.
///
/// @param text  contents of the file
/// @param name  path of the file, if it has one
/// @throws ParseError  a line is not `key=value`; a value is invalid for its key; a key appears twice
[[nodiscard]] inline SequenceInfo parse_sequence_info(std::string_view text, const std::string& name) {
    TextFile file(text, name);
    SequenceInfo info;
    info.file = name;
    std::set<std::string, std::less<>> keys;
    bool in_section = false;
    while (file.next()) {
        const std::string_view line = file.line();
        if (line.front() == ';' || line.front() == '#') continue;
        if (line.front() == '[') {
            if (line.back() != ']')
                file.fail(0, "expected a section in the form [name], found ", detail::quoted(line));
            in_section = line == "[Sequence]";
            continue;
        }
        const std::size_t equals = line.find('=');
        if (equals == 0 || equals == std::string_view::npos)
            file.fail(0, "expected key=value, found ", detail::quoted(line));
        if (!in_section) continue;
        const std::string_view key = detail::trim(line.substr(0, equals));
        if (!keys.emplace(key).second) file.fail(0, "the key ", detail::quoted(key), " appears twice");
        detail::set_key(info, file, key, detail::trim(line.substr(equals + 1)));
    }
    return info;
}

/// Reads a `seqinfo.ini`.
///
/// @throws ParseError  the file cannot be read or is malformed, see parse_sequence_info()
[[nodiscard]] inline SequenceInfo read_sequence_info(const std::filesystem::path& path) {
    return parse_sequence_info(read_whole_file(path), detail::utf8_of(path));
}

} // namespace fgagt
