#include "support/catch.hpp"

#include <fgagt/io/detail/decimal.hpp>

#include <charconv>
#include <clocale>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

using namespace fgagt;

namespace {

/// Checks that std::from_chars and its replacement parse a text alike.
void check_same(std::string_view text) {
    double expected = 7, value = 7;
    const auto [expected_end, expected_error] =
        std::from_chars(text.data(), text.data() + text.size(), expected);
    const auto [end, error] = detail::parse_by_strtod(text, value);
    INFO("'" << text << "'");
    CHECK(error == expected_error);
    CHECK(end - text.data() == expected_end - text.data());
    const bool both_nan = std::isnan(expected) && std::isnan(value);
    CHECK((both_nan || value == expected));
    CHECK(std::signbit(value) == std::signbit(expected));
}

} // namespace

TEST_CASE("numbers are parsed alike with and without std::from_chars") {
    for (const char* const text : {"",
                                   "-",
                                   ".",
                                   "-.",
                                   "1.",
                                   ".5",
                                   "-.5",
                                   "1e",
                                   "1e+",
                                   "1e+5",
                                   "1E-5",
                                   "+1",
                                   " 1",
                                   "1 ",
                                   "1,5",
                                   "0x10",
                                   "1e999",
                                   "-1e999",
                                   "1e-999",
                                   "5e-324",
                                   "2e-324",
                                   "-0",
                                   "-0.0",
                                   "inf",
                                   "-INF",
                                   "nan",
                                   "infinit",
                                   "Infinity",
                                   "-nan",
                                   "in",
                                   "1.7976931348623157e308",
                                   "1.7976931348623159e308",
                                   "2.2250738585072011e-308",
                                   "9007199254740993"})
        check_same(text);
    check_same(std::string(400, '1'));
    check_same("0." + std::string(400, '0') + "1");

    std::mt19937 random(11);
    const std::string_view characters = "0123456789.eE+-";
    for (int k = 0; k < 20'000; ++k) {
        std::string text;
        for (std::size_t length = random() % 12; text.size() < length;)
            text += characters[random() % (random() % 3 == 0 ? characters.size() : 10)];
        check_same(text);
    }
}

TEST_CASE("numbers are read with a decimal point in every locale") {
    const std::string before = std::setlocale(LC_NUMERIC, nullptr);
    for (const char* const name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C"})
        if (std::setlocale(LC_NUMERIC, name) != nullptr) break;
    double value = 0;
    CHECK(detail::parse_by_strtod("1.25", value).ec == std::errc());
    CHECK(value == 1.25);
    std::setlocale(LC_NUMERIC, before.c_str());
}
