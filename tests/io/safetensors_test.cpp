#include "fuzz/safetensors_target.hpp"
#include "io/allocation_watch.hpp"
#include "io/parse_failure.hpp"
#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"
#include "support/unusual_numbers.hpp"

#include <fgagt/io/safetensors.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace fgagt;
using test::kInfinity;
using namespace fgagt::test;

namespace {

/// A file of a header and data; the length field is the header's length unless another one is given.
std::string file_of(std::string_view header, std::string_view data = {}, std::uint64_t length = 0) {
    if (length == 0) length = header.size();
    std::string bytes;
    for (int byte = 0; byte < 8; ++byte)
        bytes += static_cast<char>(length >> (8 * byte) & 0xFF);
    return bytes.append(header).append(data);
}

/// An entry of a header; F32 with two numbers unless specified otherwise.
std::string entry_of(const std::string& name, const std::string& fields) {
    return '"' + name + "\":{" + fields + '}';
}
const std::string kTwo = R"("dtype":"F32","shape":[2],"data_offsets":[0,8])";
const std::string kEight(8, '\0');

ParseFailure failure_in(std::string_view bytes) {
    return failure_of([&] { return parse_safetensors(bytes, "some.file"); });
}

/// The failure for a file with one tensor 'a' and eight bytes of data.
ParseFailure failure_of_fields(const std::string& fields) {
    return failure_in(file_of('{' + entry_of("a", fields) + '}', kEight));
}

/// Checks that the failure names the file, has no line, and contains all of `texts`.
void check_failure(const ParseFailure& failure, std::initializer_list<std::string> texts) {
    INFO(failure.message);
    CHECK(failure.line == 0);
    CHECK(failure.column == 0);
    CHECK(failure.says("some.file: "));
    CHECK(failure.says("; ")); // a remedy
    for (const std::string& text : texts)
        CHECK_THAT(failure.message, contains(text));
}

std::filesystem::path golden_file(const std::string& name) {
    return golden("safetensors/" + name + ".safetensors");
}

/// The values of `matrix` in golden/safetensors.py: k / 8 - 1 at element k.
std::vector<float> ramp(int count) {
    std::vector<float> values;
    for (int k = 0; k < count; ++k)
        values.push_back(static_cast<float>(k) / 8 - 1);
    return values;
}

/// The contents that golden/safetensors.py stores, with F16 rounded by hand.
TensorFile golden_tensors(ElementType type) {
    const bool half = type == ElementType::kF16;
    const float least = half ? 0x1p-24F : 6e-8F;
    TensorFile file;
    file.tensors["special"] = {
        type,
        {9},
        {0, -0.0F, 1, -2.5F, 65504, least, kInfinity, -kInfinity, std::numeric_limits<float>::quiet_NaN()}};
    file.tensors["matrix"] = {type, {3, 5}, ramp(15)};
    file.tensors["cube"] = {type, {2, 1, 3}, std::vector<float>(6, 1)};
    file.tensors["scalar"] = {type, {}, {half ? 0x1.998p-4F : 0.1F}};
    file.tensors["nothing"] = {type, {0, 7}, {}};
    file.tensors["q\"\\\n/\u00fc\u6f22"] = {type, {1}, {7}};
    file.metadata["made by"] = "Python \u00e9\t";
    return file;
}

} // namespace

TEST_CASE("files written by Python are read exactly and rewritten byte by byte") {
    for (const auto& [name, type] : {std::pair{"f32", ElementType::kF32}, {"f16", ElementType::kF16}}) {
        INFO(name);
        const TensorFile file = read_safetensors(golden_file(name));
        CHECK(identical(file, golden_tensors(type)));
        CHECK(safetensors_bytes(file) == contents_of(golden_file(name)));
    }
    CHECK(read_safetensors(golden_file("empty")) == TensorFile{});
    CHECK(safetensors_bytes({}) == contents_of(golden_file("empty")));
}

TEST_CASE("a file with both types written by Python is read") {
    TensorFile expected = golden_tensors(ElementType::kF32);
    expected.tensors["half"] = {ElementType::kF16, {1, 3}, ramp(3)};
    expected.metadata["made by"] = "Python";
    CHECK(identical(read_safetensors(golden_file("mixed")), expected));
}

TEST_CASE("the bytes follow the format") {
    TensorFile file;
    file.tensors["b"] = {ElementType::kF16, {2, 1}, {1, -2}};
    file.tensors["a"] = {ElementType::kF32, {}, {1}};
    file.metadata["k"] = "v";
    const std::string header =
        R"({"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},)"
        R"("b":{"dtype":"F16","shape":[2,1],"data_offsets":[4,8]}})";
    const std::string padded = header + std::string(7 - (header.size() + 7) % 8, ' ');
    CHECK(padded.size() % 8 == 0);
    CHECK(safetensors_bytes(file) == file_of(padded, {"\x00\x00\x80\x3F\x00\x3C\x00\xC0", 8}));
}

TEST_CASE("tensors may be in any order, in the header and in the data") {
    const std::string b = R"("dtype":"F16","shape":[1],"data_offsets":[0,2])";
    const std::string a = R"("data_offsets" : [2, 6], "shape":[], "dtype":"F32")";
    const std::string data("\x00\x3C\x00\x00\x00\x40", 6);
    TensorFile expected;
    expected.tensors["a"] = {ElementType::kF32, {}, {2}};
    expected.tensors["b"] = {ElementType::kF16, {1}, {1}};
    const std::string first = entry_of("a", a), second = entry_of("b", b);
    CHECK(parse_safetensors(file_of('{' + first + ", \n" + second + "}\t ", data), "") == expected);
    CHECK(parse_safetensors(file_of('{' + second + ',' + first + '}', data), "") == expected);
}

TEST_CASE("empty tensors take no space") {
    const std::string none = R"("dtype":"F32","shape":[0,9000000000000],"data_offsets":[8,8])";
    const TensorFile file = parse_safetensors(
        file_of('{' + entry_of("b", none) + ',' + entry_of("a", kTwo) + ',' + entry_of("c", none) + '}',
                kEight),
        "");
    CHECK(file.tensors.at("a").values.size() == 2);
    CHECK(file.tensors.at("b").shape == std::vector<std::int64_t>{0, 9000000000000});
    CHECK(file.tensors.at("c").values.empty());
}

TEST_CASE("what is written is read again, and halves are rounded") {
    std::mt19937 random(seed_of("what is written is read again, and halves are rounded"));
    TensorFile file;
    for (std::int64_t size = 0; size < 40; ++size) {
        Tensor tensor{size % 2 == 0 ? ElementType::kF32 : ElementType::kF16, {size, 1, 2}};
        for (std::int64_t i = 0; i < 2 * size; ++i)
            tensor.values.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(random())));
        file.tensors["tensor " + std::to_string(size)] = tensor;
    }
    file.metadata = {{"", ""}, {"a", "\u6f22\"\\\n\x01"}, {std::string("zero\0", 5), "b"}};
    const TemporaryFolder folder;
    write_safetensors(folder.path() / "file", file);
    for (auto& [name, tensor] : file.tensors)
        if (tensor.type == ElementType::kF16)
            for (float& value : tensor.values)
                value = fgagt::detail::float_of_half(fgagt::detail::half_of_float(value));
    CHECK(identical(read_safetensors(folder.path() / "file"), file));
    CHECK(safetensors_bytes(file) == contents_of(folder.path() / "file"));
}

TEST_CASE("an invalid safetensors file is an error") {
    check_failure(failure_in(""), {"0 bytes"});
    check_failure(failure_in("1234567"), {"7 bytes"});
    check_failure(failure_in("<!DOCTYPE html><html>"), {"at most 100000000", "check the path"});
    check_failure(failure_in(file_of("{}", "", 100'000'001)), {"at most 100000000 bytes, found 100000001"});
    check_failure(failure_in(file_of("{}", "", 100'000'000)),
                  {"100000000 bytes, found the end of the file after 2"});
    check_failure(failure_in(file_of("{}", "", 3)), {"header of 3 bytes", "after 2"});
    check_failure(failure_in(file_of("{}", "", ~std::uint64_t{0})), {"18446744073709551615"});
    check_failure(failure_in(file_of(" {}")), {"starts with {, found ' '"});
    check_failure(failure_in(std::string(8, '\0')), {"starts with {, found ''"});
    check_failure(failure_in(file_of("[]")), {"starts with {"});
    check_failure(failure_in(file_of("\xEF\xBB\xBF{}")), {"starts with {", "'?'"});
}

TEST_CASE("a header with invalid JSON is an error with its position") {
    check_failure(failure_in(file_of("{\"a\"}")), {"JSON in UTF-8", "byte 13"});
    for (const std::string header :
         {"{", "{}}", "{},", "{} x", "{'a':1}", "{\"a\":", R"({"a":{"dtype")", R"({"a":{"shape":[1,])",
          "{\"a", "{/**/}", "{,}", R"({"a":{"shape":[01]}})", R"({"\ud800":{}})", "{\"\n\":{}}"})
        check_failure(failure_in(file_of(header)), {"JSON in UTF-8"});
    for (const std::string bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe6\xbc"}) {
        check_failure(failure_in(file_of("{\"" + bad + "\":{}}")), {"JSON in UTF-8"});
        check_failure(failure_in(file_of(R"({"__metadata__":{"a":")" + bad + "\"}}")), {"JSON in UTF-8"});
        check_failure(failure_in(file_of("{}" + bad)), {"JSON in UTF-8"});
    }
    for (const std::string& rest : {std::string(1, '\0'), std::string("\0anything", 9)})
        check_failure(failure_in(file_of("{}" + rest)), {"zero at byte 11", "spaces"});
}

TEST_CASE("duplicate names are errors") {
    const std::string two = entry_of("a", kTwo);
    check_failure(failure_in(file_of('{' + two + ',' + two + '}', kEight)), {"tensor 'a'", "twice"});
    const std::string escaped = entry_of("\\u0061", kTwo);
    check_failure(failure_in(file_of('{' + two + ',' + escaped + '}', kEight)), {"tensor 'a'", "twice"});
    for (const std::string field : {R"("dtype":"F32")", R"("shape":[2])", R"("data_offsets":[0,8])"})
        check_failure(failure_of_fields(kTwo + ',' + field), {"tensor 'a'", "has two", "entries"});
    check_failure(failure_in(file_of(R"({"__metadata__":{},"__metadata__":{}})")), {"__metadata__", "twice"});
    check_failure(failure_in(file_of(R"({"__metadata__":{"k":"1","k":"1"}})")), {"'k' twice"});
}

TEST_CASE("a tensor has three fields of the right types") {
    check_failure(failure_of_fields(R"("shape":[2],"data_offsets":[0,8])"), {"'a'", "no dtype"});
    check_failure(failure_of_fields(R"("dtype":"F32","data_offsets":[0,8])"), {"'a'", "no shape"});
    check_failure(failure_of_fields(R"("dtype":"F32","shape":[2])"), {"'a'", "no data_offsets"});
    check_failure(failure_of_fields(""), {"'a'", "no dtype"});
    check_failure(failure_of_fields(kTwo + R"(,"stride":[1])"), {"'a'", "'stride'"});
    for (const std::string type : {"I32", "BF16", "F64", "f32", "", "F32 "})
        check_failure(failure_of_fields(R"("dtype":")" + type + R"(","shape":[2],"data_offsets":[0,8])"),
                      {"'a'", "F32 or F16", '\'' + type + '\'', "convert"});
    for (const std::string value : {"1", "null", "true", "[1]", "{}", "-1", "1.5"})
        check_failure(failure_of_fields(R"("dtype":)" + value), {"'a'", "string as dtype"});
    for (const std::string field : {R"("shape":)", R"("data_offsets":)"})
        for (const std::string value : {"1", "null", "false", "\"2\"", "{}", "-1", "1.5"})
            check_failure(failure_of_fields(field + value), {"'a'", "expected a list"});
    for (const std::string value : {"1", "null", "true", "\"F32\"", "[]", "-1", "1.5"})
        check_failure(failure_in(file_of("{\"a\":" + value + '}')), {"'a'", "an object with dtype"});
}

TEST_CASE("shapes and offsets are integers in range") {
    for (const std::string field : {R"("shape":[)", R"("data_offsets":[)"}) {
        for (const std::string value :
             {"-1", "-0", "1.5", "2.0", "1e3", "99999999999999999999", "null", "true", "\"2\"", "[2]", "{}"})
            check_failure(failure_of_fields(field + value + ']'), {"'a'", "whole numbers >= 0"});
        for (const std::string value : {"9223372036854775808", "18446744073709551615"})
            check_failure(failure_of_fields(field + value + ']'), {"'a'", "below 2^63", value});
        check_failure(failure_of_fields(field + "1,1,1,1,1,1,1,1,1]"), {"'a'", "at most 8"});
    }
    for (const std::string offsets : {"", "0", "0,8,8", "0,0,0,0,0,0,0,0"})
        check_failure(failure_of_fields(R"("data_offsets":[)" + offsets + ']'), {"'a'", "two data_offsets"});
    for (const std::string shape :
         {"9223372036854775807", "2305843009213693952", "4294967296,4294967296", "4294967296,4294967296,0",
          "65536,65536,65536,65536", "9223372036854775807,9223372036854775807"})
        check_failure(failure_of_fields(R"("dtype":"F32","data_offsets":[0,8],"shape":[)" + shape + ']'),
                      {"'a'", "fits 63 bits"});
    const TensorFile deep = parse_safetensors(
        file_of('{' + entry_of("a", R"("dtype":"F16","shape":[1,1,2,1,1,2,1,1],"data_offsets":[0,8])") + '}',
                kEight),
        "");
    CHECK(deep.tensors.at("a").shape.size() == 8);
}

TEST_CASE("offsets must fit the shape and the file") {
    const auto with_offsets = [](const std::string& offsets) {
        return failure_of_fields(R"("dtype":"F32","shape":[2],"data_offsets":)" + offsets);
    };
    check_failure(with_offsets("[8,0]"), {"'a'", "in order", "[8, 0]"});
    check_failure(with_offsets("[0,4]"), {"'a'", "8 bytes for F32 [2]", "[0, 4]"});
    check_failure(with_offsets("[0,0]"), {"'a'", "8 bytes"});
    check_failure(with_offsets("[0,9223372036854775807]"), {"'a'", "8 bytes"});
    check_failure(with_offsets("[1,9]"), {"'a'", "up to offset 9", "at 8", "truncated"});
    check_failure(with_offsets("[9223372036854775799,9223372036854775807]"), {"'a'", "truncated"});
    check_failure(failure_of_fields(R"("dtype":"F16","shape":[2],"data_offsets":[0,8])"),
                  {"4 bytes for F16 [2]"});
    check_failure(failure_of_fields(R"("dtype":"F32","shape":[],"data_offsets":[0,8])"),
                  {"4 bytes for F32 []"});
}

TEST_CASE("the tensors cover the data, each byte once") {
    const auto place = [](const std::string& name, int begin, int end) {
        return entry_of(name, R"("dtype":"F32","shape":[)" + std::to_string((end - begin) / 4) +
                                  R"(],"data_offsets":[)" + std::to_string(begin) + ',' +
                                  std::to_string(end) + ']');
    };
    const auto failure = [&](const std::string& a, const std::string& b) {
        return failure_in(file_of('{' + a + ',' + b + '}', kEight));
    };
    CHECK(failure(place("a", 0, 4), place("b", 4, 8)).says("no error"));
    check_failure(failure(place("a", 0, 8), place("b", 4, 8)),
                  {"'b'", "from offset 8, found 4", "inside another"});
    check_failure(failure(place("a", 0, 8), place("b", 0, 8)), {"'b'", "inside another"});
    check_failure(failure(place("a", 0, 8), place("b", 4, 4)), {"'b'", "inside another"});
    check_failure(failure(place("a", 0, 4), place("b", 8, 8)), {"'b'", "from offset 4, found 8", "a gap"});
    check_failure(failure(place("a", 4, 8), place("b", 4, 4)), {"'b'", "from offset 0, found 4", "a gap"});
    check_failure(failure(place("a", 0, 4), place("b", 4, 4)), {"after 4 bytes of data, found 8"});
    check_failure(failure_in(file_of("{}", "x")), {"after 0 bytes of data, found 1"});
}

TEST_CASE("metadata is text") {
    for (const std::string value : {"1", "null", "true", "\"text\"", "[]", "-1", "1.5"})
        check_failure(failure_in(file_of(R"({"__metadata__":)" + value + '}')), {"__metadata__", "string"});
    for (const std::string value : {"1", "null", "true", "[]", "{}", "-1", "1.5"})
        check_failure(failure_in(file_of(R"({"__metadata__":{"k":)" + value + "}}")),
                      {"__metadata__", "string"});
    CHECK(parse_safetensors(file_of(R"({"__metadata__":{}})"), "") == TensorFile{});
}

TEST_CASE("deep nesting is refused at once") {
    constexpr std::size_t kDepth = 1'000'000;
    for (const std::string start :
         {"{\"a\":", R"({"a":{"shape":[)", R"({"__metadata__":)", R"({"a":{"dtype":)"})
        for (const char* open : {"[", "{\"\":"}) {
            std::string header = start;
            for (std::size_t i = 0; i < kDepth; ++i)
                header += open;
            CHECK(failure_in(file_of(header)).message.size() < 300);
        }
}

TEST_CASE("a small file takes little memory, whatever sizes it declares") {
    const std::string huge = R"("dtype":"F32","shape":[1000000,1000000],"data_offsets":[0,4000000000000])";
    const std::string files[] = {
        file_of("{}", "", ~std::uint64_t{0}),
        file_of("{}", "", 99'999'999),
        file_of('{' + entry_of("a", huge) + '}', kEight),
        file_of('{' + entry_of("a", R"("dtype":"F32","shape":[1000000000],"data_offsets":[0,8])") + '}',
                kEight),
        file_of('{' + entry_of("a", R"("dtype":"F16","shape":[0,1000000000],"data_offsets":[0,0])") + '}'),
    };
    for (const std::string& file : files) {
        const AllocationWatch watch;
        static_cast<void>(failure_in(file));
        CHECK(watch.largest() < 4096);
    }
    const AllocationWatch watch;
    const std::vector<float> seen(10'000); // checks that the watch works
    CHECK(watch.largest() == 40'000);
}

TEST_CASE("control characters in names are not printed") {
    const std::string name = "\\u001b[2J" + std::string(1000, 'x');
    const ParseFailure failure = failure_in(file_of('{' + entry_of(name, "") + '}'));
    check_failure(failure, {"?[2Jxx", "...'"});
    CHECK(!failure.says("\x1b"));
    CHECK(failure.message.size() < 200);
}

TEST_CASE("a missing file and a folder as file are errors that name the path") {
    const TemporaryFolder folder;
    const ParseFailure missing = failure_of([&] { return read_safetensors(folder.path() / "none"); });
    CHECK((missing.line == 0 && missing.says("none: ") && missing.says("No such file")));
    CHECK(failure_of([&] { return read_safetensors(folder.path()); }).says("folder"));
    const auto bad = folder.file("bad.safetensors", "x");
    CHECK(failure_of([&] { return read_safetensors(bad); }).says(bad.string() + ": "));
}

TEST_CASE("tensors that could not be read again are refused before writing") {
    const TemporaryFolder folder;
    const auto path = folder.file("file", "old");
    const auto complaint = [&](const std::string& name, const Tensor& tensor, const std::string& note = "") {
        TensorFile file;
        file.tensors[name] = tensor;
        if (!note.empty()) file.metadata[note] = note;
        try {
            write_safetensors(path, file);
        } catch (const InvalidArgument& error) {
            return std::string(error.what());
        }
        return std::string("no error");
    };
    const ElementType type = ElementType::kF32;
    CHECK_THAT(complaint("a", {type, {2}, {1}}), contains("got 1 for [2] in tensor 'a'"));
    CHECK_THAT(complaint("a", {type, {}, {}}), contains("got 0 for []"));
    CHECK_THAT(complaint("a", {type, {-1}, {}}), contains("[-1]"));
    CHECK_THAT(complaint("a", {type, {0, -1}, {}}), contains("[0, -1]"));
    CHECK_THAT(complaint("a", {type, {std::int64_t{1} << 62, 4}, {}}), contains("got 0 for"));
    CHECK_THAT(complaint("a", {type, std::vector<std::int64_t>(9, 1), {1}}),
               contains("at most 8 dimensions"));
    CHECK_THAT(complaint("__metadata__", {type, {}, {1}}), contains("metadata"));
    for (const std::string bad : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xe6\xbc"}) {
        CHECK_THAT(complaint(bad, {type, {}, {1}}), contains("UTF-8"));
        CHECK_THAT(complaint("a", {type, {}, {1}}, bad), contains("UTF-8"));
    }
    CHECK(contents_of(path) == "old");
    CHECK(complaint("a", {type, {}, {1}}, "note") == "no error");
}

TEST_CASE("a file with any byte changed or cut off is an error or a file") {
    const std::string whole = contents_of(golden_file("f16"));
    std::mt19937 random(seed_of("a file with any byte changed or cut off is an error or a file"));
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string changed = whole;
        changed[i] = static_cast<char>(random() & 0xFF);
        CHECK_NOTHROW(check_safetensors(changed));
        CHECK(!check_safetensors(std::string_view(whole).substr(0, i)));
    }
}
