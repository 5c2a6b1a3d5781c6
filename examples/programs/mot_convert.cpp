// Converts annotations and results between MOTChallenge text, other data sets and annotation tools, and
// reports what the target format cannot store.

#include "mot_convert/formats.hpp"
#include "support/parse_command_line.hpp"
#include "support/print_error.hpp"

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/io/text_file.hpp>
#include <fgagt/version.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <exception>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using fgagt::Annotations;
using fgagt::examples::Arguments;
using fgagt::examples::Format;
using fgagt::examples::formats;

const Format* format_of(const std::string& name) {
    const auto found = std::ranges::find(formats(), name, &Format::name);
    return found == formats().end() ? nullptr : &*found;
}

std::string format_list() {
    std::string text = "Formats:";
    for (const Format& format : formats())
        text.append("\n  ").append(format.name).append(": ").append(format.what);
    return text;
}

/// The lines of a file that are not blank.
std::vector<std::string> names_in(const std::string& path) {
    const std::string text = fgagt::read_whole_file(path);
    fgagt::TextFile file(text, path);
    std::vector<std::string> names;
    while (file.next())
        names.emplace_back(file.line());
    return names;
}

/// Parses "1920x1080".
std::optional<std::pair<int, int>> size_of(std::string_view text) {
    const std::size_t cross = text.find('x');
    if (cross == std::string_view::npos) return std::nullopt;
    const auto pixels = [](std::string_view part) -> int {
        int value = 0;
        const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
        return error == std::errc() && end == part.data() + part.size() ? value : 0;
    };
    const std::pair<int, int> size{pixels(text.substr(0, cross)), pixels(text.substr(cross + 1))};
    return size.first > 0 && size.second > 0 ? std::optional(size) : std::nullopt;
}

/// Adds what the arguments specify and the file does not contain.
void complete(Annotations& annotations, const Arguments& arguments) {
    if (!arguments.class_file.empty()) set_classes(annotations, arguments.classes);
    if (arguments.width > 0) {
        annotations.width = arguments.width;
        annotations.height = arguments.height;
    }
    if (arguments.frames > 0) annotations.frame_count = arguments.frames;
}

void run(Arguments& arguments) {
    if (!arguments.class_file.empty()) arguments.classes = names_in(arguments.class_file);
    const Format& from = *format_of(arguments.from);
    const Format& to = *format_of(arguments.to);
    Annotations annotations = from.read(arguments.input, arguments);
    complete(annotations, arguments);
    to.write(arguments.output, annotations);
    for (const std::string& sentence : annotations.left_out)
        fgagt::examples::print_error("mot_convert: " + arguments.input + ": left out: " + sentence);
    for (const std::string& sentence : to.losses(annotations))
        fgagt::examples::print_error("mot_convert: lost: " + sentence);
}

} // namespace

int main(int argc, char** argv) {
    constexpr int kFailed = 1;
    Arguments arguments;
    std::string size;
    CLI::App app("Converts annotations between data sets and annotation tools. Reports on standard error "
                 "what the target format cannot store.");
    app.set_version_flag("--version", "mot_convert " + std::string(fgagt::kVersion));
    app.footer(format_list());
    app.add_option("IN", arguments.input, "input: a file, or a folder with one file per image")->required();
    app.add_option("OUT", arguments.output, "output, likewise")->required();
    std::vector<std::string> names;
    for (const Format& format : formats())
        names.emplace_back(format.name);
    app.add_option("--from", arguments.from, "format of IN")->required()->check(CLI::IsMember(names));
    app.add_option("--to", arguments.to, "format of OUT")->required()->check(CLI::IsMember(names));
    app.add_option("--classes", arguments.class_file,
                   "names of the classes, one per line; they are numbered from 1 in this order")
        ->type_name("FILE");
    app.add_option("--size", size, "size of the images if the input does not contain it")
        ->type_name("WxH")
        ->check([](const std::string& text) {
            return size_of(text) ? std::string() : "expected a size as 1920x1080, got " + text;
        });
    app.add_option("--frames", arguments.frames, "length of the sequence if the input does not contain it")
        ->type_name("N")
        ->check(CLI::Range(std::int64_t{1}, fgagt::kLastFrame));
    const auto require_size = [&] {
        if (arguments.from == "yolo" && size.empty())
            throw CLI::ValidationError(
                "--from yolo needs --size WxH: its boxes are fractions of the image size");
    };
    if (const auto code = fgagt::examples::parse_command_line(app, argc, argv, require_size)) return *code;
    if (const auto pixels = size_of(size)) std::tie(arguments.width, arguments.height) = *pixels;
    try {
        run(arguments);
    } catch (const fgagt::InvalidArgument& error) {
        fgagt::examples::print_error(std::string("mot_convert: ") + error.what() +
                                     "\n(use --size WxH for sizes, --classes FILE for classes)");
        return kFailed;
    } catch (const std::exception& error) {
        fgagt::examples::print_error(std::string("mot_convert: ") + error.what());
        return kFailed;
    }
    return 0;
}
