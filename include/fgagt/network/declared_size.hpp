#pragma once

#include <fgagt/core/detail/language.hpp>

#include <opencv2/core.hpp>

#include <array>
#include <cctype>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <istream>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace fgagt {

namespace detail {

/// Walks through a protobuf message in a file, field by field, and skips the fields that are not requested.
class ProtobufReader {
public:
    /// @param end  end of the message, in bytes from the start of the file
    ProtobufReader(std::istream& file, std::uint64_t end) : file_(file), end_(end) {}

    /// Goes to the next field. Returns false at the end of the message, or if the message is malformed.
    [[nodiscard]] bool next() {
        if (!skip_contents()) return false;
        std::uint64_t key = 0;
        if (position() >= end_ || !read_number(key)) return false;
        field_ = key >> 3U;
        const std::uint64_t type = key & 7U;
        length_ = 0;
        value_ = 0;
        switch (type) {
        case 0:
            return read_number(value_);
        case 1:
            length_ = 8;
            break;
        case 2:
            if (!read_number(length_)) return false;
            break;
        case 5:
            length_ = 4;
            break;
        default:
            return false;
        }
        contents_end_ = position() + length_;
        return length_ <= end_ && contents_end_ <= end_;
    }

    [[nodiscard]] std::uint64_t field() const noexcept { return field_; } ///< number in the message
    [[nodiscard]] std::uint64_t value() const noexcept { return value_; } ///< if an integer

    /// The message in the current field.
    [[nodiscard]] ProtobufReader message() { return {file_, contents_end_}; }

private:
    [[nodiscard]] std::uint64_t position() { return static_cast<std::uint64_t>(file_.tellg()); }

    [[nodiscard]] bool skip_contents() {
        if (length_ != 0) file_.seekg(static_cast<std::streamoff>(contents_end_));
        return file_.good();
    }

    [[nodiscard]] bool read_number(std::uint64_t& value) {
        value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const int byte = file_.get();
            if (byte == std::istream::traits_type::eof()) return false;
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if ((byte & 0x80) == 0) return true;
        }
        return false;
    }

    std::istream& file_;
    std::uint64_t end_;
    std::uint64_t field_ = 0, value_ = 0, length_ = 0, contents_end_ = 0;
};

/// The size if a network's input can have it; otherwise empty.
[[nodiscard]] inline std::optional<cv::Size> size_in_range(std::uint64_t width, std::uint64_t height) {
    constexpr std::uint64_t kLargest = 16'384;
    for (const std::uint64_t length : {width, height})
        if (length < 1 || length > kLargest) return std::nullopt;
    return cv::Size(static_cast<int>(width), static_cast<int>(height));
}

/// Height and width of an input [N x 3 x height x width], if both are given as numbers.
[[nodiscard]] inline std::optional<cv::Size> size_of_onnx_input(ProtobufReader shape) {
    std::array<std::uint64_t, 4> lengths{};
    std::size_t count = 0;
    while (shape.next()) {
        if (shape.field() != 1) continue; // TensorShapeProto.dim
        if (count == lengths.size()) return std::nullopt;
        ProtobufReader dimension = shape.message();
        while (dimension.next())
            if (dimension.field() == 1) lengths[count] = dimension.value();
        ++count;
    }
    if (count != lengths.size() || lengths[1] != 3) return std::nullopt;
    return size_in_range(lengths[3], lengths[2]);
}

/// Calls `found` with a reader of each submessage at the end of this path of fields, until it returns true.
template <class Found>
bool each_at(ProtobufReader message, std::span<const std::uint64_t> path, const Found& found) {
    if (path.empty()) return found(message);
    while (message.next())
        if (message.field() == path.front() && each_at(message.message(), path.subspan(1), found))
            return true;
    return false;
}

/// @param bytes  size of the whole file
[[nodiscard]] inline std::optional<cv::Size> size_in_onnx(std::istream& file, std::uint64_t bytes) {
    // ModelProto.graph, GraphProto.input, ValueInfoProto.type, TypeProto.tensor_type, Tensor.shape
    constexpr std::array<std::uint64_t, 5> kPath{7, 11, 2, 1, 2};
    std::optional<cv::Size> size;
    each_at(ProtobufReader(file, bytes), kPath, [&](const ProtobufReader& shape) {
        size = size_of_onnx_input(shape);
        return size.has_value();
    });
    return size;
}

/// `width=` and `height=` in the first section of a Darknet .cfg file.
[[nodiscard]] inline std::optional<cv::Size> size_in_darknet(std::istream& file) {
    std::uint64_t width = 0, height = 0;
    int sections = 0;
    for (std::string line; std::getline(file, line);) {
        std::erase_if(line, [](unsigned char letter) { return std::isspace(letter) != 0; });
        sections += line.starts_with('[') ? 1 : 0;
        if (sections > 1) break;
        for (const auto& [name, length] : {std::pair<std::string_view, std::uint64_t*>{"width=", &width},
                                           std::pair<std::string_view, std::uint64_t*>{"height=", &height}})
            if (line.starts_with(name))
                std::from_chars(line.data() + name.size(), line.data() + line.size(), *length);
    }
    return size_in_range(width, height);
}

} // namespace detail

/// The input size that a model file declares: the first input [N x 3 x height x width] of an .onnx file, or
/// the width and height of a Darknet .cfg file. Empty if the file does not fix the size, cannot be read, or
/// is of another kind.
[[nodiscard]] inline std::optional<cv::Size> declared_input_size(const std::filesystem::path& model) {
    std::error_code error;
    const std::uintmax_t bytes = std::filesystem::file_size(model, error);
    std::ifstream file(model, std::ios::binary);
    if (error || !file) return std::nullopt;
    if (model.extension() == ".onnx") return detail::size_in_onnx(file, bytes);
    if (model.extension() == ".cfg") return detail::size_in_darknet(file);
    return std::nullopt;
}

} // namespace fgagt
