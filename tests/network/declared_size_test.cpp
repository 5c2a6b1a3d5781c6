#include "fuzz/declared_size_target.hpp"
#include "support/catch.hpp"
#include "support/corpus.hpp"
#include "support/data.hpp"
#include "support/temporary_folder.hpp"

#include <fgagt/network/declared_size.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace fgagt;
using namespace fgagt::test;

namespace {

std::string number(std::uint64_t value) {
    std::string bytes;
    for (; value >= 0x80; value >>= 7U)
        bytes += static_cast<char>(0x80U | (value & 0x7FU));
    return bytes += static_cast<char>(value);
}

/// A field of a protobuf message that contains another message.
std::string message(unsigned field, std::string_view contents) {
    return number(field << 3U | 2U) + number(contents.size()) + std::string(contents);
}

std::string value(unsigned field, std::uint64_t whole) {
    return number(field << 3U) + number(whole);
}

/// An input with these lengths; 0 means a free dimension.
std::string input(const std::string& name, const std::vector<std::uint64_t>& lengths) {
    std::string shape;
    for (const std::uint64_t length : lengths)
        shape += message(1, length == 0 ? message(2, "open") : value(1, length));
    return message(11, message(1, name) + message(2, message(1, value(1, 1) + message(2, shape))));
}

std::string model(const std::string& inputs) {
    const std::string node = message(1, message(1, "image") + message(2, "out") + message(4, "Relu"));
    return value(1, 7) + message(2, "maker") + message(7, node + message(2, "graph") + inputs + node) +
           message(8, value(2, 11));
}

std::optional<cv::Size> size_of(const TemporaryFolder& folder, const std::string& name,
                                std::string_view bytes) {
    return declared_input_size(folder.file(name, bytes));
}

} // namespace

TEST_CASE("an ONNX file declares its input size") {
    const TemporaryFolder folder;
    CHECK(size_of(folder, "a.onnx", model(input("image", {1, 3, 416, 640}))) == cv::Size(640, 416));
    // The first input that is an image counts; weights may also be inputs.
    CHECK(size_of(folder, "b.onnx", model(input("weight", {8, 16}) + input("image", {1, 3, 32, 64}))) ==
          cv::Size(64, 32));
    CHECK(size_of(folder, "c.onnx", model(input("image", {0, 3, 224, 224}))) == cv::Size(224, 224));
}

TEST_CASE("a model file with a free input size declares none") {
    const TemporaryFolder folder;
    CHECK_FALSE(size_of(folder, "a.onnx", model(input("image", {1, 3, 0, 0}))));
    CHECK_FALSE(size_of(folder, "b.onnx", model(input("image", {1, 416, 416, 3}))));
    CHECK_FALSE(size_of(folder, "c.onnx", model(input("image", {1, 3, 1ULL << 40U, 416}))));
    CHECK_FALSE(size_of(folder, "d.onnx", model(input("clip", {1, 3, 8, 416, 416}))));
    CHECK_FALSE(size_of(folder, "e.pb", model(input("image", {1, 3, 416, 416}))));
    CHECK_FALSE(declared_input_size(folder.path() / "none.onnx"));
    CHECK_FALSE(size_of(folder, "empty.onnx", ""));
}

TEST_CASE("a truncated or altered ONNX file gives a size or none") {
    const TemporaryFolder folder;
    const std::string whole = model(input("image", {1, 3, 416, 640}));
    for (std::size_t length = 0; length < whole.size(); ++length) {
        const auto size = size_of(folder, "cut.onnx", whole.substr(0, length));
        CHECK((!size || size == cv::Size(640, 416)));
        std::string altered = whole;
        altered[length] = static_cast<char>(~altered[length]);
        const auto other = size_of(folder, "altered.onnx", altered);
        CHECK((!other || (other->width >= 1 && other->height >= 1)));
    }
}

TEST_CASE("a Darknet layout declares its input size") {
    const TemporaryFolder folder;
    CHECK(size_of(folder, "a.cfg",
                  "# made by hand\n[net]\nbatch=1\n width = 320\r\nheight=192\n[convolutional]\nwidth=7\n") ==
          cv::Size(320, 192));
    CHECK_FALSE(size_of(folder, "b.cfg", "[net]\nwidth=320\n[convolutional]\nheight=7\n"));
    CHECK_FALSE(size_of(folder, "c.cfg", "[net]\nwidth=-4\nheight=no\n"));
}

TEST_CASE("real models declare their input sizes") {
    const auto models = real_data("models");
    if (!models) return;
    CHECK(declared_input_size(*models / "yolox_nano_416x416.onnx") == cv::Size(416, 416));
    CHECK(declared_input_size(*models / "light_person_detector_192x192.onnx") == cv::Size(192, 192));
    CHECK(declared_input_size(*models / "osnet_x0_25_msmt17.onnx") == cv::Size(128, 256));
    CHECK(declared_input_size(*models / "FastestDet.onnx") == cv::Size(352, 352));
    CHECK(declared_input_size(*models / "nanodet_m_416.onnx") == cv::Size(416, 416));
    CHECK(declared_input_size(*models / "yolo-fastest-1.1_body.cfg") == cv::Size(320, 320));
}

TEST_CASE("the corpus of model files is read as its file names specify") {
    replay_corpus("declared_size", check_declared_size);
}
