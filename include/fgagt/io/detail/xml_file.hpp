#pragma once

#include <fgagt/core/detail/numbers.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/detail/utf8.hpp>
#include <fgagt/io/mot_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <pugixml.hpp>
#include <sstream>
#include <string>
#include <string_view>

/// @file
/// XML for the readers of annotations. Errors have line numbers. Nesting is limited, and memory use is at
/// most a small multiple of the file's size, whatever the file contains. Entities defined in a file are not
/// expanded.
namespace fgagt::detail {

/// The text without surrounding blanks and line ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view kSpace = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// A parsed XML text.
class XmlFile {
public:
    static constexpr std::size_t kLargest = std::size_t{1} << 30; ///< bytes
    static constexpr int kDeepest = 64;                           ///< nested elements

    /// @param text  contents of the file; must outlive this object
    /// @param name  name of the file, for error messages; must outlive this object
    /// @throws ParseError  the text is not XML in UTF-8, is larger than 1 GiB, or is nested more than 64 deep
    XmlFile(std::string_view text, const std::string& name) : text_(text), name_(name) {
        if (text.size() > kLargest)
            throw ParseError(name, 0, 0,
                             "expected at most " + std::to_string(kLargest) + " bytes, found " +
                                 std::to_string(text.size()) + "; split the file");
        if (const std::size_t wrong = first_not_utf8(text); wrong < text.size())
            fail_at(wrong, "expected XML in UTF-8, found an invalid byte");
        if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
            fail_at(zero, "expected XML, found a zero byte");
        const pugi::xml_parse_result result = document_.load_buffer(
            text.data(), text.size(), (pugi::parse_default | pugi::parse_ws_pcdata_single) & ~pugi::parse_eol,
            pugi::encoding_utf8);
        if (!result)
            fail_at(static_cast<std::size_t>(std::max<std::ptrdiff_t>(result.offset, 0)),
                    "expected XML, found an error: " + std::string(result.description()));
        expect_shallow();
    }
    XmlFile(const XmlFile&) = delete;
    XmlFile& operator=(const XmlFile&) = delete;

    /// The root element, which must have this name.
    [[nodiscard]] pugi::xml_node root(const char* element) const {
        const pugi::xml_node node = document_.child(element);
        if (!node) fail_at(0, "expected an element <" + std::string(element) + ">, found none");
        return node;
    }

    /// @throws ParseError  with the line of `node`
    template <class... Parts>
    [[noreturn]] void fail(pugi::xml_node node, const Parts&... parts) const {
        std::ostringstream text;
        (text << ... << parts);
        fail_at(static_cast<std::size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0)), text.str());
    }

    /// The child element with this name.
    /// @throws ParseError  there is none
    [[nodiscard]] pugi::xml_node need_child(pugi::xml_node node, const char* element) const {
        const pugi::xml_node child = node.child(element);
        if (!child) fail(node, "expected <", element, "> in <", node.name(), ">, found none");
        return child;
    }

    [[nodiscard]] std::string_view need_attribute(pugi::xml_node node, const char* attribute) const {
        const pugi::xml_attribute found = node.attribute(attribute);
        if (!found) fail(node, "expected the attribute ", attribute, " of <", node.name(), ">, found none");
        return found.value();
    }

    /// A number that is finite as a float.
    [[nodiscard]] double number(pugi::xml_node node, std::string_view what, std::string_view text) const {
        const std::optional<double> value = parse_number(trimmed(text));
        if (!value || !detail::is_finite(to_float(*value)))
            fail(node, "expected a number that fits a float as ", what, ", found ", detail::quoted(text));
        return *value;
    }
    [[nodiscard]] double number(pugi::xml_node node, const char* attribute) const {
        return number(node, attribute, need_attribute(node, attribute));
    }

    /// An integer.
    [[nodiscard]] std::int64_t integer(pugi::xml_node node, std::string_view what, std::string_view text,
                                       std::int64_t least, std::int64_t most) const {
        const std::optional<std::int64_t> value = whole_number(trimmed(text));
        if (!value || *value < least || *value > most)
            fail(node, "expected a whole number from ", least, " to ", most, " as ", what, ", found ",
                 detail::quoted(text));
        return *value;
    }
    [[nodiscard]] std::int64_t integer(pugi::xml_node node, const char* attribute, std::int64_t least,
                                       std::int64_t most) const {
        return integer(node, attribute, need_attribute(node, attribute), least, most);
    }

private:
    [[noreturn]] void fail_at(std::size_t position, std::string_view message) const {
        const auto lines_before = std::ranges::count(text_.substr(0, position), '\n');
        throw ParseError(name_, 1 + static_cast<std::size_t>(lines_before), 0, message);
    }

    void expect_shallow() const {
        int depth = 0;
        pugi::xml_node node = document_;
        while (true) {
            if (depth > kDeepest) fail(node, "expected at most ", kDeepest, " nested elements, found more");
            if (const pugi::xml_node child = node.first_child()) {
                node = child;
                ++depth;
                continue;
            }
            while (depth > 0 && !node.next_sibling()) {
                node = node.parent();
                --depth;
            }
            if (depth == 0) return;
            node = node.next_sibling();
        }
    }

    std::string_view text_;
    const std::string& name_;
    pugi::xml_document document_;
};

/// Throws InvalidArgument if XML cannot represent the text.
inline void expect_xml_text(const std::string& text, const char* function) {
    if (text.find('\0') != std::string::npos || first_not_utf8(text) < text.size())
        throw_invalid(function, ": expected names and texts in UTF-8 without zero bytes, got ",
                      detail::quoted(text), "; rename it");
}

/// Adds `<element>text</element>` to a node.
inline pugi::xml_node add_text(pugi::xml_node node, const char* element, const std::string& text) {
    pugi::xml_node child = node.append_child(element);
    if (!text.empty()) child.text().set(text.c_str());
    return child;
}

/// Adds `<element>` with any UTF-8 text to a node.
inline void add_checked_text(pugi::xml_node node, const char* element, const std::string& text,
                             const char* function) {
    expect_xml_text(text, function);
    add_text(node, element, text);
}

[[nodiscard]] inline std::string xml_text(const pugi::xml_document& document) {
    std::ostringstream text;
    document.save(text, " ", pugi::format_default, pugi::encoding_utf8);
    return text.str();
}

} // namespace fgagt::detail
