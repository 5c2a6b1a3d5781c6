#pragma once

#include <fgagt/core/detail/half_float.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/safetensors_header.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/tensor_file.hpp>

#include <nlohmann/json.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// safetensors: named arrays of numbers in one file. Python can read and write it too (package
/// `safetensors`). It contains no executable code, only 8 bytes with the length of the header, the header in
/// JSON, and the numbers. This header needs nlohmann_json, so include it separately.
namespace fgagt {

namespace detail {

/// An unsigned integer of at most 8 bytes, least significant byte first.
[[nodiscard]] inline std::uint64_t little_endian(std::string_view bytes) noexcept {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;)
        value = value << 8U | static_cast<unsigned char>(bytes[i]);
    return value;
}

inline void append_little_endian(std::string& bytes, std::uint64_t value, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i, value >>= 8U)
        bytes += static_cast<char>(static_cast<unsigned char>(value & 0xFFU));
}

[[nodiscard]] inline std::vector<float> decoded(std::string_view bytes, ElementType type) {
    const std::size_t size = size_of(type);
    std::vector<float> values;
    values.reserve(bytes.size() / size);
    for (; !bytes.empty(); bytes.remove_prefix(size)) {
        const std::uint64_t bits = little_endian(bytes.substr(0, size));
        values.push_back(type == ElementType::kF32 ? std::bit_cast<float>(static_cast<std::uint32_t>(bits))
                                                   : float_of_half(static_cast<std::uint16_t>(bits)));
    }
    return values;
}

/// Removes the header from the front of a file's bytes and returns it; the data remains.
[[nodiscard]] inline std::string_view take_header(std::string_view& bytes, const std::string& file) {
    if (bytes.size() < kLengthBytes)
        throw_unreadable(file, "expected a safetensors file, found ", bytes.size(),
                         " bytes, which is too short; check the path");
    const std::uint64_t length = little_endian(bytes.substr(0, kLengthBytes));
    bytes.remove_prefix(kLengthBytes);
    if (length > kLongestHeader)
        throw_unreadable(file, "expected a header of at most ", kLongestHeader, " bytes, found ", length,
                         "; this is not a safetensors file: check the path");
    if (length > bytes.size())
        throw_unreadable(file, "expected a header of ", length, " bytes, found the end of the file after ",
                         bytes.size(), "; the file is truncated or not a safetensors file");
    const std::string_view header = bytes.substr(0, length);
    bytes.remove_prefix(length);
    if (!header.starts_with('{'))
        throw_unreadable(file, "expected a header that starts with {, found ",
                         detail::quoted(header.substr(0, 1)),
                         "; this is not a safetensors file: check the path");
    if (const std::size_t zero = header.find('\0');
        zero != std::string_view::npos) // the parser would take it as the end
        throw_unreadable(file, "expected a header of text, found a zero at byte ", kLengthBytes + zero + 1,
                         "; pad the header with spaces");
    return header;
}

} // namespace detail

/// Reads the bytes of a safetensors file. Memory use is at most a small multiple of their number, whatever
/// they contain. Values may be infinite or NaN.
///
/// @param bytes  contents of the file
/// @param name   name of the file, for error messages
/// @throws ParseError  the header is truncated, over 100 MB, not JSON, not of the format's structure, or has
///                     a name twice; a dtype is neither F32 nor F16; a tensor has more than 8 dimensions;
///                     data_offsets do not match the shape, leave gaps, overlap, or do not end where the
///                     bytes end
[[nodiscard]] inline TensorFile parse_safetensors(std::string_view bytes, const std::string& name) {
    const std::string_view header = detail::take_header(bytes, name);
    detail::HeaderReader reader = detail::parsed_header(header, name);
    for (const auto& [tensor_name, entry] : reader.tensors())
        detail::check_place(name, tensor_name, entry, bytes.size());
    detail::check_cover(name, reader.tensors(), bytes.size());

    TensorFile file;
    file.metadata = std::move(reader.metadata());
    for (auto& [tensor_name, entry] : reader.tensors()) {
        const auto begin = static_cast<std::size_t>((*entry.offsets)[0]);
        const auto end = static_cast<std::size_t>((*entry.offsets)[1]);
        file.tensors[tensor_name] = {*entry.type, std::move(*entry.shape),
                                     detail::decoded(bytes.substr(begin, end - begin), *entry.type)};
    }
    return file;
}

/// Reads a safetensors file.
///
/// @throws ParseError  the file cannot be read or is malformed, see parse_safetensors()
[[nodiscard]] inline TensorFile read_safetensors(const std::filesystem::path& path) {
    return parse_safetensors(read_whole_file(path), detail::utf8_of(path));
}

namespace detail {

/// A string as JSON.
[[nodiscard]] inline std::string json_text(const std::string& text, std::string_view what) {
    try {
        return nlohmann::json(text).dump();
    } catch (const nlohmann::json::type_error&) {
        throw_invalid("safetensors_bytes: expected UTF-8 in ", what, ", got ", detail::quoted(text));
    }
}

/// Throws InvalidArgument for a tensor that parse_safetensors() would reject.
inline void expect_writable(const std::string& name, const Tensor& tensor) {
    if (name == kMetadataName)
        throw_invalid("safetensors_bytes: expected tensors with names other than ", name,
                      "; put texts in TensorFile::metadata");
    if (tensor.shape.size() > kLargestRank)
        throw_invalid("safetensors_bytes: expected at most ", kLargestRank, " dimensions, got ",
                      tensor.shape.size(), " in tensor ", detail::quoted(name));
    const std::optional<std::uint64_t> bytes = byte_count(tensor.shape, tensor.type);
    if (!bytes || *bytes / size_of(tensor.type) != tensor.values.size())
        throw_invalid("safetensors_bytes: expected as many values as the shape requires, got ",
                      tensor.values.size(), " for ", text_of_shape(tensor.shape), " in tensor ",
                      detail::quoted(name));
}

/// `"name":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}`
[[nodiscard]] inline std::string entry_text(const std::string& name, const Tensor& tensor,
                                            std::uint64_t offset) {
    const nlohmann::json shape(tensor.shape);
    const std::uint64_t end = offset + tensor.values.size() * size_of(tensor.type);
    return json_text(name, "a tensor's name") + R"(:{"dtype":")" + std::string(name_of(tensor.type)) +
           R"(","shape":)" + shape.dump() + R"(,"data_offsets":[)" + std::to_string(offset) + ',' +
           std::to_string(end) + "]}";
}

/// `"__metadata__":{"name":"text"}`
[[nodiscard]] inline std::string metadata_text(const std::map<std::string, std::string>& metadata) {
    std::string notes;
    for (const auto& [name, text] : metadata) {
        if (!notes.empty()) notes += ',';
        notes += json_text(name, "a name in the metadata") + ':' + json_text(text, "text in the metadata");
    }
    return "\"__metadata__\":{" + notes + '}';
}

/// The header, padded so that the data starts at a multiple of 8 bytes.
[[nodiscard]] inline std::string header_text(const TensorFile& file) {
    std::string entries;
    if (!file.metadata.empty()) entries = metadata_text(file.metadata);
    std::uint64_t offset = 0;
    for (const auto& [name, tensor] : file.tensors) {
        expect_writable(name, tensor);
        if (!entries.empty()) entries += ',';
        entries += entry_text(name, tensor, offset);
        offset += tensor.values.size() * size_of(tensor.type);
    }
    std::string header = '{' + entries + '}';
    header.resize((header.size() + 7) / 8 * 8, ' ');
    if (header.size() > kLongestHeader)
        throw_invalid("safetensors_bytes: expected names and metadata of at most ", kLongestHeader,
                      " bytes in total, got ", header.size(), "; store them in another file");
    return header;
}

} // namespace detail

/// The bytes of a safetensors file. Equal tensors and metadata give the same bytes on every machine. Tensors
/// are stored in order of their names, without gaps.
///
/// @param file  values of F16 tensors are rounded to the nearest half-precision number; values of 65520 and
///              above become infinite
/// @throws InvalidArgument  the number of values is not the product of the shape; a shape has more than 8
///                          dimensions or a negative one; a tensor's name is `__metadata__`; a name or a text
///                          is not UTF-8; the header is over 100 MB
[[nodiscard]] inline std::string safetensors_bytes(const TensorFile& file) {
    const std::string header = detail::header_text(file);
    std::string bytes;
    detail::append_little_endian(bytes, header.size(), detail::kLengthBytes);
    bytes += header;
    for (const auto& [name, tensor] : file.tensors) {
        const bool half = tensor.type == ElementType::kF16;
        for (const float value : tensor.values)
            detail::append_little_endian(
                bytes, half ? detail::half_of_float(value) : std::bit_cast<std::uint32_t>(value),
                detail::size_of(tensor.type));
    }
    return bytes;
}

/// Writes a safetensors file (see safetensors_bytes()), completely or not at all (see write_whole_file()).
///
/// @throws InvalidArgument  see safetensors_bytes(); nothing is written
/// @throws std::filesystem::filesystem_error  the file cannot be written; contains the path and the reason
inline void write_safetensors(const std::filesystem::path& path, const TensorFile& file) {
    write_whole_file(path, safetensors_bytes(file));
}

} // namespace fgagt
