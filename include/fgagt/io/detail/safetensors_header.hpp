#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/tensor_file.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// @file
/// The header of a safetensors file: parses its JSON and checks the tensors' positions.
namespace fgagt::detail {

inline constexpr std::string_view kMetadataName = "__metadata__";
inline constexpr std::uint64_t kLengthBytes = 8;
inline constexpr std::uint64_t kLongestHeader = 100'000'000; // as in other readers of the format
inline constexpr std::size_t kLargestRank = 8;

[[nodiscard]] inline std::uint64_t size_of(ElementType type) noexcept {
    return type == ElementType::kF32 ? 4 : 2;
}
[[nodiscard]] inline std::string_view name_of(ElementType type) noexcept {
    return type == ElementType::kF32 ? "F32" : "F16";
}

template <class... Parts>
[[noreturn]] void throw_unreadable(const std::string& file, const Parts&... parts) {
    std::ostringstream text;
    (text << ... << parts);
    throw ParseError(file, 0, 0, text.str());
}

/// "[2, 3]"
[[nodiscard]] inline std::string text_of_shape(const std::vector<std::int64_t>& shape) {
    std::string text;
    for (const std::int64_t size : shape)
        text += (text.empty() ? "" : ", ") + std::to_string(size);
    return "[" + text + "]";
}

/// Size of a tensor in bytes; empty if a size is negative or the product does not fit 63 bits.
[[nodiscard]] inline std::optional<std::uint64_t> byte_count(const std::vector<std::int64_t>& shape,
                                                             ElementType type) noexcept {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    std::uint64_t bytes = size_of(type);
    for (const std::int64_t size : shape) {
        if (size < 0) return std::nullopt;
        const auto factor = static_cast<std::uint64_t>(size);
        if (factor != 0 && bytes > kMost / factor) return std::nullopt;
        bytes *= factor;
    }
    return bytes;
}

/// The header's entry for one tensor.
struct TensorEntry {
    std::optional<ElementType> type;
    std::optional<std::vector<std::int64_t>> shape;
    std::optional<std::vector<std::int64_t>> offsets; ///< of its first byte, and one past its last
};

/// Receives a header from the JSON parser piece by piece. At each point it tracks what may come next and
/// rejects everything else at once. Nothing outside the format is nested or stored, whatever a file contains.
class HeaderReader {
public:
    explicit HeaderReader(const std::string& file) : file_(file) {}

    [[nodiscard]] std::map<std::string, TensorEntry>& tensors() noexcept { return tensors_; }
    [[nodiscard]] std::map<std::string, std::string>& metadata() noexcept { return metadata_; }

    bool start_object(std::size_t) {
        if (expected_ == Expected::kTensor)
            expected_ = Expected::kField;
        else if (expected_ == Expected::kMetadata)
            expected_ = Expected::kNote;
        else if (expected_ == Expected::kHeader)
            expected_ = Expected::kName;
        else
            refuse("an object");
        return true;
    }

    bool key(std::string& text) {
        if (expected_ == Expected::kName)
            begin_entry(text);
        else if (expected_ == Expected::kField)
            begin_field(text);
        else
            begin_note(text);
        return true;
    }

    bool end_object() {
        if (expected_ == Expected::kField) end_tensor();
        expected_ = Expected::kName;
        return true;
    }

    bool start_array(std::size_t) {
        if (expected_ != Expected::kList) refuse("a list");
        expected_ = Expected::kNumber;
        return true;
    }

    bool end_array() {
        if (numbers_ == &entry_->offsets && numbers_->value().size() != 2)
            fail("expected two data_offsets, found ", numbers_->value().size(), kRemedy);
        expected_ = Expected::kField;
        return true;
    }

    bool number_unsigned(std::uint64_t value) {
        if (expected_ != Expected::kNumber) refuse("a number");
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            fail("expected sizes and offsets below 2^63, found ", value, kRemedy);
        if (numbers_->value().size() == kLargestRank)
            fail("expected at most ", kLargestRank, " numbers in a list; merge dimensions of the tensor");
        numbers_->value().push_back(static_cast<std::int64_t>(value));
        return true;
    }

    bool string(std::string& text) {
        if (expected_ == Expected::kType)
            set_type(text);
        else if (expected_ == Expected::kText)
            end_note(text);
        else
            refuse("a string");
        return true;
    }

    // Not part of the format.
    bool number_integer(std::int64_t value) { refuse("the number " + std::to_string(value)); }
    bool number_float(double, const std::string& text) { refuse("the number " + detail::quoted(text)); }
    bool null() { refuse("null"); }
    bool boolean(bool) { refuse("true or false"); }
    bool binary(nlohmann::json::binary_t&) { refuse("binary data"); }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
        throw_unreadable(file_, "expected a header of JSON in UTF-8, found an error at byte ",
                         kLengthBytes + position, kRemedy);
    }

private:
    enum class Expected : std::uint8_t {
        kHeader,   ///< the outermost object
        kName,     ///< the name of a tensor, or __metadata__
        kTensor,   ///< the object of a tensor
        kField,    ///< the name dtype, shape or data_offsets
        kType,     ///< the value of dtype
        kList,     ///< the value of shape or data_offsets
        kNumber,   ///< a number in that list
        kMetadata, ///< the object of __metadata__
        kNote,     ///< a name in it
        kText,     ///< the value of that name
    };
    static constexpr std::string_view kRemedy = "; the file is damaged; download or write it again";

    template <class... Parts>
    [[noreturn]] void fail(const Parts&... parts) const {
        throw_unreadable(file_, "tensor ", detail::quoted(*name_), ": ", parts...);
    }

    [[noreturn]] void refuse(const std::string& found) const {
        if (expected_ == Expected::kMetadata || expected_ == Expected::kText)
            throw_unreadable(file_, "expected __metadata__ to be an object of strings, found ", found,
                             "; write numbers as text");
        if (expected_ == Expected::kTensor)
            fail("expected an object with dtype, shape and data_offsets, found ", found, kRemedy);
        if (expected_ == Expected::kType) fail("expected a string as dtype, found ", found, kRemedy);
        if (expected_ == Expected::kList)
            fail("expected a list as shape and as data_offsets, found ", found, kRemedy);
        fail("expected whole numbers >= 0 in shape and data_offsets, found ", found, kRemedy);
    }

    void begin_entry(const std::string& name) {
        const bool is_metadata = name == kMetadataName;
        const auto [entry, is_new] = tensors_.try_emplace(name);
        name_ = &entry->first;
        entry_ = &entry->second;
        if (!is_new) fail("the name appears twice; rename one of them");
        expected_ = is_metadata ? Expected::kMetadata : Expected::kTensor;
    }

    void begin_field(const std::string& field) {
        if (field == "dtype") {
            if (entry_->type) fail("has two dtype entries", kRemedy);
            expected_ = Expected::kType;
        } else if (field == "shape" || field == "data_offsets") {
            numbers_ = field == "shape" ? &entry_->shape : &entry_->offsets;
            if (*numbers_) fail("has two ", field, " entries", kRemedy);
            numbers_->emplace();
            expected_ = Expected::kList;
        } else {
            fail("expected dtype, shape and data_offsets, found ", detail::quoted(field), kRemedy);
        }
    }

    void set_type(const std::string& text) {
        if (text != "F32" && text != "F16")
            fail("expected dtype F32 or F16, found ", detail::quoted(text),
                 "; convert the tensor to one of them");
        entry_->type = text == "F32" ? ElementType::kF32 : ElementType::kF16;
        expected_ = Expected::kField;
    }

    void end_tensor() const {
        if (!entry_->type) fail("has no dtype", kRemedy);
        if (!entry_->shape) fail("has no shape", kRemedy);
        if (!entry_->offsets) fail("has no data_offsets", kRemedy);
    }

    void begin_note(const std::string& name) {
        const auto [note, is_new] = metadata_.try_emplace(name);
        if (!is_new)
            throw_unreadable(file_, "__metadata__ has ", detail::quoted(name), " twice; rename one of them");
        note_ = &note->second;
        expected_ = Expected::kText;
    }

    void end_note(std::string& text) {
        *note_ = std::move(text);
        expected_ = Expected::kNote;
    }

    const std::string& file_;
    std::map<std::string, TensorEntry> tensors_;
    std::map<std::string, std::string> metadata_;
    Expected expected_ = Expected::kHeader;
    const std::string* name_ = nullptr;                           ///< name of the current entry
    TensorEntry* entry_ = nullptr;                                ///< current entry
    std::optional<std::vector<std::int64_t>>* numbers_ = nullptr; ///< current list
    std::string* note_ = nullptr;                                 ///< current text of the metadata
};

/// The tensors and the metadata of a header.
[[nodiscard]] inline HeaderReader parsed_header(std::string_view header, const std::string& file) {
    HeaderReader reader(file);
    nlohmann::json::sax_parse(header.begin(), header.end(), &reader);
    reader.tensors().erase(std::string(kMetadataName));
    return reader;
}

/// Checks the position of one tensor on its own.
inline void check_place(const std::string& file, const std::string& name, const TensorEntry& entry,
                        std::uint64_t data_size) {
    const std::int64_t begin = (*entry.offsets)[0];
    const std::int64_t end = (*entry.offsets)[1];
    const std::optional<std::uint64_t> expected = byte_count(*entry.shape, *entry.type);
    const std::string subject = "tensor " + detail::quoted(name) + ": ";
    if (!expected)
        throw_unreadable(file, subject, "expected a shape whose size in bytes fits 63 bits, found ",
                         text_of_shape(*entry.shape), "; the file is damaged; download or write it again");
    if (begin > end)
        throw_unreadable(file, subject, "expected data_offsets in order, found ",
                         text_of_shape(*entry.offsets), "; the file is damaged; download or write it again");
    if (static_cast<std::uint64_t>(end - begin) != *expected)
        throw_unreadable(file, subject, "expected ", *expected, " bytes for ", name_of(*entry.type), " ",
                         text_of_shape(*entry.shape), ", found data_offsets ", text_of_shape(*entry.offsets),
                         "; the file is damaged; download or write it again");
    if (static_cast<std::uint64_t>(end) > data_size)
        throw_unreadable(file, subject, "expected data up to offset ", end, ", found the end of the file at ",
                         data_size, "; the file is truncated; download or write it again");
}

/// Checks that the tensors cover every byte of the data exactly once.
inline void check_cover(const std::string& file, const std::map<std::string, TensorEntry>& tensors,
                        std::uint64_t data_size) {
    std::vector<std::pair<std::vector<std::int64_t>, std::string_view>> places;
    places.reserve(tensors.size());
    for (const auto& [name, entry] : tensors)
        places.emplace_back(*entry.offsets, name);
    std::ranges::sort(places);
    std::int64_t covered = 0;
    for (const auto& [offsets, name] : places) {
        if (offsets[0] != covered)
            throw_unreadable(file, "tensor ", detail::quoted(name), ": expected data from offset ", covered,
                             ", found ", offsets[0],
                             offsets[0] < covered ? ", inside another tensor" : ", after a gap",
                             "; write the file again without overlaps and gaps");
        covered = offsets[1];
    }
    if (static_cast<std::uint64_t>(covered) != data_size)
        throw_unreadable(file, "expected the end of the file after ", covered, " bytes of data, found ",
                         data_size, "; remove everything after the last tensor, or write the file again");
}

} // namespace fgagt::detail
