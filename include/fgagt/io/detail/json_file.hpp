#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/mot_text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

/// @file
/// JSON for the readers of annotations. Every value has its line number. Nesting is limited, and memory use
/// is at most a small multiple of the file's size, whatever the file contains.
namespace fgagt::detail {

/// Maximum size of a file, bytes; larger ones are rejected.
inline constexpr std::size_t kLargestDocument = std::size_t{1} << 30;
/// Maximum nesting of lists and objects.
inline constexpr std::size_t kDeepestNesting = 64;

/// The kind of a JSON value.
enum class JsonKind : std::uint8_t { kNull, kBoolean, kInteger, kNumber, kString, kList, kObject };

/// A JSON value. The values that it contains follow it.
struct JsonNode {
    JsonKind kind = JsonKind::kNull;
    std::uint32_t line = 0;      ///< from 1
    std::uint32_t end = 0;       ///< index of the first value after this one and its contents
    std::uint32_t key_begin = 0; ///< start of its name in the texts
    std::uint32_t key_size = 0;  ///< bytes
    std::uint32_t text_size = 0; ///< for a string, bytes
    union {
        std::int64_t integer = 0; ///< for an integer or a boolean
        double number;            ///< for a non-integer number
        std::uint64_t text_begin; ///< for a string, its start in the texts
    };
};

class JsonFile;

/// A value in a JsonFile. The file must outlive it.
class JsonValue {
public:
    /// Iterates over the values in a list or an object.
    class Iterator {
    public:
        // NOLINTBEGIN(readability-identifier-naming): names required by the standard library
        using iterator_category = std::input_iterator_tag;
        using value_type = JsonValue;
        using difference_type = std::ptrdiff_t;
        using pointer = const JsonValue*;
        using reference = JsonValue;
        // NOLINTEND(readability-identifier-naming)

        Iterator(const JsonFile& file, std::size_t index) : file_(&file), index_(index) {}
        JsonValue operator*() const { return {*file_, index_}; }
        Iterator& operator++();
        friend bool operator==(const Iterator& a, const Iterator& b) { return a.index_ == b.index_; }

    private:
        const JsonFile* file_;
        std::size_t index_;
    };

    JsonValue(const JsonFile& file, std::size_t index) : file_(&file), index_(index) {}

    [[nodiscard]] JsonKind kind() const;
    [[nodiscard]] std::string_view key() const; ///< its name in the enclosing object
    [[nodiscard]] Iterator begin() const { return {*file_, index_ + 1}; }
    [[nodiscard]] Iterator end() const;

    /// The value with this name in an object; empty if it is missing or null.
    [[nodiscard]] std::optional<JsonValue> find(std::string_view key) const;
    /// Likewise, but throws ParseError if there is none.
    [[nodiscard]] JsonValue need(std::string_view key) const;

    /// This value, checked to be of that kind; `what` describes it in error messages.
    [[nodiscard]] JsonValue as_object(std::string_view what) const;
    [[nodiscard]] JsonValue as_list(std::string_view what) const;
    [[nodiscard]] std::string_view text(std::string_view what) const;
    [[nodiscard]] double number(std::string_view what) const; ///< finite as a float
    [[nodiscard]] std::int64_t
    integer(std::string_view what, std::int64_t least = std::numeric_limits<std::int64_t>::min(),
            std::int64_t most = std::numeric_limits<std::int64_t>::max()) const; ///< accepts "7.0"
    [[nodiscard]] bool flag(std::string_view what) const; ///< true or false, or a number (0 is false)

    /// A string as is, or a number or boolean as JSON text; empty for all other kinds.
    [[nodiscard]] std::optional<std::string> scalar_text() const;

    /// @throws ParseError  with this value's line
    template <class... Parts>
    [[noreturn]] void fail(const Parts&... parts) const;

private:
    [[nodiscard]] const JsonNode& node() const;
    void expect(JsonKind kind, std::string_view what) const;

    const JsonFile* file_;
    std::size_t index_;
};

/// A parsed JSON text.
class JsonFile {
public:
    /// @param text        the JSON text
    /// @param name        name of the file, for error messages; must outlive this object
    /// @param first_line  line of the file on which the text starts
    /// @throws ParseError  the text is not JSON, is larger than 1 GiB, or is nested more than 64 deep
    JsonFile(std::string_view text, const std::string& name, std::size_t first_line = 1)
        : name_(name),
          reader_(text, name, first_line) {
        if (text.size() > kLargestDocument)
            throw ParseError(name, 0, 0,
                             "expected at most " + std::to_string(kLargestDocument) + " bytes, found " +
                                 std::to_string(text.size()) + "; split the file");
        if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
            // The parser would take it as the end of the text.
            reader_.fail_at(zero, "expected JSON, found a zero byte");
        const char* at = text.data();
        const auto begin = ReportingIterator(text.data(), at);
        const auto end = ReportingIterator(text.data() + text.size(), at);
        reader_.watch(at);
        nlohmann::json::sax_parse(begin, end, &reader_);
    }

    [[nodiscard]] JsonValue root() const { return {*this, 0}; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const JsonNode& node(std::size_t index) const { return reader_.nodes()[index]; }
    [[nodiscard]] std::string_view text(std::uint64_t begin, std::size_t size) const {
        return std::string_view(reader_.texts()).substr(begin, size);
    }

private:
    /// Iterates over a text and reports its position.
    class ReportingIterator {
    public:
        // NOLINTBEGIN(readability-identifier-naming): names required by the standard library
        using iterator_category = std::forward_iterator_tag;
        using value_type = char;
        using difference_type = std::ptrdiff_t;
        using pointer = const char*;
        using reference = const char&;
        // NOLINTEND(readability-identifier-naming)

        ReportingIterator(const char* position, const char*& reported)
            : position_(position),
              reported_(&reported) {}
        reference operator*() const { return *position_; }
        ReportingIterator& operator++() {
            *reported_ = ++position_;
            return *this;
        }
        friend bool operator==(const ReportingIterator& a, const ReportingIterator& b) {
            return a.position_ == b.position_;
        }

    private:
        const char* position_;
        const char** reported_;
    };

    /// Receives the values from the parser.
    class Reader {
    public:
        Reader(std::string_view text, const std::string& name, std::size_t first_line)
            : text_(text),
              name_(name),
              line_(first_line) {}

        /// @param at  the parser's position in the text
        void watch(const char* const& at) { at_ = &at; }
        [[nodiscard]] const std::vector<JsonNode>& nodes() const noexcept { return nodes_; }
        [[nodiscard]] const std::string& texts() const noexcept { return texts_; }

        bool null() { return add(JsonKind::kNull); }
        bool boolean(bool value) {
            add(JsonKind::kBoolean);
            nodes_.back().integer = value ? 1 : 0;
            return true;
        }
        bool number_integer(std::int64_t value) {
            add(JsonKind::kInteger, 1);
            nodes_.back().integer = value;
            return true;
        }
        bool number_unsigned(std::uint64_t value) {
            if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
                return number_integer(static_cast<std::int64_t>(value));
            return number_float(static_cast<double>(value), {});
        }
        bool number_float(double value, const std::string&) {
            add(JsonKind::kNumber, 1);
            nodes_.back().number = value;
            return true;
        }
        bool string(const std::string& value) {
            add(JsonKind::kString);
            nodes_.back().text_begin = texts_.size();
            nodes_.back().text_size = static_cast<std::uint32_t>(value.size());
            texts_ += value;
            return true;
        }
        bool start_object(std::size_t) { return open(JsonKind::kObject); }
        bool start_array(std::size_t) { return open(JsonKind::kList); }
        bool end_object() { return close(); }
        bool end_array() { return close(); }
        bool key(const std::string& value) {
            key_begin_ = static_cast<std::uint32_t>(texts_.size());
            key_size_ = static_cast<std::uint32_t>(value.size());
            texts_ += value;
            return true;
        }
        bool binary(const nlohmann::json::binary_t&) { return false; } // not part of JSON
        bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) {
            fail_at(std::min(position == 0 ? 0 : position - 1, text_.size()),
                    "expected valid JSON in UTF-8 with numbers in the range of a double");
        }

        [[noreturn]] void fail_at(std::size_t position, std::string_view message) const {
            const auto lines =
                std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                           text_.begin() + static_cast<std::ptrdiff_t>(std::max(position, counted_)), '\n');
            throw ParseError(name_, line_ + static_cast<std::size_t>(lines), 0, message);
        }

    private:
        /// @param ahead  number of bytes that the parser has read beyond the value
        bool add(JsonKind kind, std::size_t ahead = 0) {
            const auto position = static_cast<std::size_t>(*at_ - text_.data());
            for (; counted_ + ahead < position; ++counted_)
                if (text_[counted_] == '\n') ++line_;
            JsonNode node;
            node.kind = kind;
            node.line = static_cast<std::uint32_t>(line_);
            node.key_begin = key_begin_;
            node.key_size = key_size_;
            nodes_.push_back(node);
            nodes_.back().end = static_cast<std::uint32_t>(nodes_.size());
            key_size_ = 0;
            return true;
        }
        bool open(JsonKind kind) {
            add(kind);
            if (open_.size() == kDeepestNesting)
                throw ParseError(name_, line_, 0,
                                 "expected at most " + std::to_string(kDeepestNesting) +
                                     " nested lists and objects, found more");
            open_.push_back(nodes_.size() - 1);
            return true;
        }
        bool close() {
            nodes_[open_.back()].end = static_cast<std::uint32_t>(nodes_.size());
            open_.pop_back();
            return true;
        }

        std::string_view text_;
        const std::string& name_;
        const char* const* at_ = nullptr;
        std::size_t counted_ = 0; ///< bytes whose line ends are included in line_
        std::size_t line_;
        std::uint32_t key_begin_ = 0, key_size_ = 0; ///< of the next value
        std::vector<std::size_t> open_;              ///< lists and objects that enclose the next value
        std::vector<JsonNode> nodes_;
        std::string texts_;
    };

    const std::string& name_;
    Reader reader_;
};

[[nodiscard]] inline std::string_view name_of(JsonKind kind) noexcept {
    switch (kind) {
    case JsonKind::kNull:
        return "null";
    case JsonKind::kBoolean:
        return "true or false";
    case JsonKind::kInteger:
    case JsonKind::kNumber:
        return "a number";
    case JsonKind::kString:
        return "a string";
    case JsonKind::kList:
        return "a list";
    case JsonKind::kObject:
        break;
    }
    return "an object";
}

inline const JsonNode& JsonValue::node() const {
    return file_->node(index_);
}
inline JsonValue::Iterator& JsonValue::Iterator::operator++() {
    index_ = file_->node(index_).end;
    return *this;
}
inline JsonKind JsonValue::kind() const {
    return node().kind;
}
inline std::string_view JsonValue::key() const {
    return file_->text(node().key_begin, node().key_size);
}
inline JsonValue::Iterator JsonValue::end() const {
    return {*file_, node().end};
}

template <class... Parts>
void JsonValue::fail(const Parts&... parts) const {
    std::ostringstream text;
    (text << ... << parts);
    throw ParseError(file_->name(), node().line, 0, text.str());
}

inline void JsonValue::expect(JsonKind kind, std::string_view what) const {
    if (node().kind != kind) fail("expected ", name_of(kind), " as ", what, ", found ", name_of(node().kind));
}

inline std::optional<JsonValue> JsonValue::find(std::string_view key) const {
    std::optional<JsonValue> found;
    if (kind() != JsonKind::kObject) return found;
    for (const JsonValue value : *this) {
        if (value.key() != key) continue;
        if (found) value.fail("the name ", detail::quoted(key), " appears twice; remove one of them");
        found = value;
    }
    if (found && found->kind() == JsonKind::kNull) found.reset();
    return found;
}

inline JsonValue JsonValue::need(std::string_view key) const {
    const std::optional<JsonValue> found = find(key);
    if (!found) fail("expected an object with ", detail::quoted(key), ", found none");
    return *found;
}

inline JsonValue JsonValue::as_object(std::string_view what) const {
    expect(JsonKind::kObject, what);
    return *this;
}
inline JsonValue JsonValue::as_list(std::string_view what) const {
    expect(JsonKind::kList, what);
    return *this;
}
inline std::string_view JsonValue::text(std::string_view what) const {
    expect(JsonKind::kString, what);
    return file_->text(node().text_begin, node().text_size);
}

inline double JsonValue::number(std::string_view what) const {
    if (node().kind != JsonKind::kInteger) expect(JsonKind::kNumber, what);
    const double value =
        node().kind == JsonKind::kInteger ? static_cast<double>(node().integer) : node().number;
    if (!detail::is_finite(to_float(value))) fail("expected a number that fits a float as ", what);
    return value;
}

inline std::int64_t JsonValue::integer(std::string_view what, std::int64_t least, std::int64_t most) const {
    constexpr double kExact = 9007199254740992.0; // 2^53
    std::int64_t value = node().integer;
    if (node().kind == JsonKind::kNumber && std::abs(node().number) <= kExact &&
        node().number == std::trunc(node().number))
        value = static_cast<std::int64_t>(node().number);
    else if (node().kind != JsonKind::kInteger)
        fail("expected a whole number as ", what, ", found ",
             node().kind == JsonKind::kNumber ? "a fraction" : name_of(node().kind));
    if (value < least || value > most)
        fail("expected a ", what, " from ", least, " to ", most, ", found ", value);
    return value;
}

inline bool JsonValue::flag(std::string_view what) const {
    if (node().kind == JsonKind::kNumber) return node().number != 0;
    if (node().kind != JsonKind::kInteger) expect(JsonKind::kBoolean, what);
    return node().integer != 0;
}

inline std::optional<std::string> JsonValue::scalar_text() const {
    switch (node().kind) {
    case JsonKind::kString:
        return std::string(text("text"));
    case JsonKind::kBoolean:
        return node().integer != 0 ? "true" : "false";
    case JsonKind::kInteger:
        return std::to_string(node().integer);
    case JsonKind::kNumber:
        return nlohmann::json(node().number).dump();
    case JsonKind::kNull:
    case JsonKind::kList:
    case JsonKind::kObject:
        break;
    }
    return std::nullopt;
}

/// A number or a boolean if the text is one in the form of scalar_text(), else a string.
[[nodiscard]] inline nlohmann::ordered_json json_scalar(const std::string& text) {
    if (text == "true" || text == "false") return text == "true";
    constexpr std::string_view kNumbers = "-0123456789";
    constexpr std::size_t kLongest = 32;
    if (text.empty() || text.size() > kLongest || kNumbers.find(text.front()) == std::string_view::npos)
        return text;
    auto number = nlohmann::ordered_json::parse(text, nullptr, false);
    if (!number.is_number() || number.dump() != text) return text;
    return number;
}

/// JSON as text.
///
/// @param indent  spaces per level; -1: all on one line
/// @throws InvalidArgument  a string is not UTF-8
[[nodiscard]] inline std::string json_document(const nlohmann::ordered_json& json, const char* function,
                                               int indent = 1) {
    try {
        return json.dump(indent) + '\n';
    } catch (const nlohmann::json::type_error&) {
        throw_invalid(function, ": expected names and texts in UTF-8; rename the others");
    }
}

} // namespace fgagt::detail
