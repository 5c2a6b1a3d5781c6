#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/annotations/detail/annotation_folder.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/simplest_number.hpp>
#include <fgagt/io/detail/text_fields.hpp>
#include <fgagt/io/detail/utf8.hpp>
#include <fgagt/io/mot_text.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// @file
/// YOLO text, as written by LabelImg: a folder with a file per image, a line `class x y width height` per
/// object, and `classes.txt` with the names of the classes. Detectors add `score`, trackers add `score id`.
///
/// | YOLO | Annotations |
/// |---|---|
/// | class, from 0 | the index in the list of classes; their numbers are one higher |
/// | x, y of the centre, width, height, as fractions of the image size | the box, in pixels |
/// | file name | the name of the image file, without extension; the last number in it is the frame |
///
/// The image size must be known. If a file name has the number 0, all frames are one higher. If a number is
/// missing or appears twice, frames count from 1 in order of the names.
namespace fgagt {

/// What YOLO text can store.
inline constexpr AnnotationFormat kYoloFormat{
    .name = "YOLO text", .class_list = true, .common_size = true, .empty_images = true, .scores = true};

/// Information that a folder of YOLO text does not contain.
struct YoloOptions {
    int width = 0;  ///< width of the images, pixels, > 0
    int height = 0; ///< height of the images, pixels, > 0
    /// Names of the classes; empty: read from `classes.txt` in the folder or its parent folder.
    std::vector<std::string> classes;
};

namespace detail {

inline constexpr std::string_view kYoloClassFile = "classes.txt";

inline void expect_sound(const YoloOptions& options) {
    if (options.width <= 0 || options.height <= 0)
        throw_invalid("parse_yolo: expected the size of the images, got ", options.width, " x ",
                      options.height, "; set YoloOptions::width and height");
}

/// The lines of a file that are not blank.
[[nodiscard]] inline std::vector<std::string> yolo_class_names(std::string_view text,
                                                               const std::string& name) {
    TextFile file(text, name);
    std::vector<std::string> names;
    while (file.next()) {
        if (first_not_utf8(file.line()) < file.line().size())
            file.fail(0, "expected a class name in UTF-8, found ", detail::quoted(file.line()));
        names.emplace_back(file.line());
    }
    return names;
}

/// The names in the `classes.txt` of a folder or its parent folder.
[[nodiscard]] inline std::vector<std::string> read_yolo_class_names(const std::filesystem::path& folder) {
    std::error_code ignored;
    for (const std::filesystem::path& place : {folder, folder / ".."})
        if (const auto path = place / kYoloClassFile; std::filesystem::is_regular_file(path, ignored))
            return yolo_class_names(read_whole_file(path), detail::utf8_of(path));
    throw ParseError(detail::utf8_of(folder / kYoloClassFile), 0, 0,
                     "expected a file with the names of the classes, one per line, found none; or set "
                     "YoloOptions::classes");
}

[[nodiscard]] inline AnnotatedObject yolo_object(const TextFile& file, const TextRow& row,
                                                 const YoloOptions& options) {
    AnnotatedObject object;
    const std::int64_t index = row.integer(1, "class", 0);
    if (static_cast<std::uint64_t>(index) >= options.classes.size())
        file.fail(1, "expected a class below ", options.classes.size(), ", found ", index,
                  "; the list of classes belongs to other files");
    object.class_index = static_cast<std::size_t>(index);
    for (std::size_t column = 2; column <= row.columns() && column <= 6; ++column)
        static_cast<void>(finite_float(file, row, column));
    object.box.width = row.finite(4) * options.width;
    object.box.height = row.finite(5) * options.height;
    object.box.left = row.finite(2) * options.width - object.box.width / 2;
    object.box.top = row.finite(3) * options.height - object.box.height / 2;
    if (row.columns() >= 6) object.score = row.finite(6);
    if (row.columns() == 7) object.id = row.integer(7, "id");
    if (!is_sound(object)) file.fail(2, "expected a box whose edges and size fit a float");
    return object;
}

/// A size as a fraction, and a centre as a fraction, that give back the size and the near edge.
[[nodiscard]] inline double yolo_size(double size, double whole) {
    return simplest_number(size / whole, [&](double share) { return share * whole == size; });
}
[[nodiscard]] inline double yolo_centre(double near, double size, double whole) {
    const double read_size = yolo_size(size, whole) * whole;
    return simplest_number((near + size / 2) / whole,
                           [&](double share) { return share * whole - read_size / 2 == near; });
}

[[nodiscard]] inline std::string yolo_line(const AnnotatedImage& image, const AnnotatedObject& object) {
    const MotBox& box = object.box;
    std::string line = std::to_string(object.class_index);
    for (const double share :
         {yolo_centre(box.left, box.width, image.width), yolo_centre(box.top, box.height, image.height),
          yolo_size(box.width, image.width), yolo_size(box.height, image.height)})
        line += ' ' + number_text(share);
    if (object.score) line += ' ' + number_text(*object.score);
    if (object.score && object.id) line += ' ' + std::to_string(*object.id);
    return line + '\n';
}

/// The names of the classes, one per line.
[[nodiscard]] inline std::string yolo_class_text(const Annotations& annotations) {
    std::string text;
    for (const AnnotationClass& c : annotations.classes)
        text += c.name + '\n';
    if (yolo_class_names(text, "").size() != annotations.classes.size())
        throw_invalid("yolo_texts: expected class names of one line each, got others; rename them");
    return text;
}

} // namespace detail

/// Reads the text of one image's file. The frame is 1.
///
/// @param text     contents of the file
/// @param name     name of the file, for error messages
/// @param options  the image size and the names of the classes
/// @throws InvalidArgument  the size is unknown
/// @throws ParseError       a line does not have 5 to 7 columns (outlines are not supported); a field is not
///                          a finite number; a class is not in the list
[[nodiscard]] inline Annotations parse_yolo(std::string_view text, const std::string& name,
                                            const YoloOptions& options) {
    detail::expect_sound(options);
    TextFile file(text, name);
    detail::TextRow row(file);
    Annotations annotations;
    for (const std::string& class_name : options.classes)
        annotations.classes.push_back(
            {class_name, static_cast<std::int64_t>(annotations.classes.size()) + 1});
    annotations.images.push_back({1, detail::stem_of(name), options.width, options.height});
    while (file.next()) {
        row.split_at_blanks();
        row.expect_columns(5, 7);
        annotations.objects.push_back(detail::yolo_object(file, row, options));
    }
    return annotations;
}

/// Reads a folder of YOLO text, or one image's file.
///
/// @throws InvalidArgument  see parse_yolo()
/// @throws ParseError       a file cannot be read or is malformed, see parse_yolo(); there is no list of
///                          classes
[[nodiscard]] inline Annotations read_yolo(const std::filesystem::path& path, YoloOptions options) {
    detail::expect_sound(options);
    std::vector<std::filesystem::path> files = detail::files_at(path, ".txt");
    std::erase_if(files, [](const auto& file) { return file.filename() == detail::kYoloClassFile; });
    if (options.classes.empty())
        options.classes =
            detail::read_yolo_class_names(std::filesystem::is_directory(path) ? path : path.parent_path());
    Annotations annotations = detail::read_image_files(std::move(files), ".txt", [&](const auto& file) {
        return parse_yolo(read_whole_file(file), detail::utf8_of(file), options);
    });
    if (annotations.classes.empty()) // no image, or duplicate names
        annotations.classes = parse_yolo("", "", options).classes;
    return annotations;
}

/// The parts of some annotations that a folder of YOLO text cannot store.
[[nodiscard]] inline std::vector<std::string> yolo_losses(const Annotations& annotations) {
    AnnotationFormat format = kYoloFormat;
    format.files = true;
    std::vector<std::string> losses = annotation_losses(annotations, format);
    detail::add_frame_losses(losses, annotations);
    detail::add_loss(
        losses, detail::images_of(annotations),
        [](const AnnotatedImage& i) { return i.file != detail::stem_of(i.file); },
        "images have a file name with folders or an extension: YOLO text keeps only the name");
    detail::add_loss(
        losses, annotations.objects, [](const AnnotatedObject& o) { return o.id && !o.score; },
        "objects have a track ID but no score: YOLO text has IDs only after scores");
    return losses;
}

/// The files of a folder of YOLO text, by file name. Reading them gives the same annotations, except for
/// yolo_losses() and the last digit of a box.
///
/// @throws InvalidArgument  the size of an image is unknown; a class name is not one line in UTF-8; a frame
///                          is < 1; a class is not in the list; a number does not fit a float; two images
///                          have the same name
[[nodiscard]] inline std::map<std::string, std::string> yolo_texts(const Annotations& annotations) {
    detail::expect_sound(annotations, "yolo_texts");
    const auto text = [](const AnnotatedImage& image, const std::vector<const AnnotatedObject*>& objects) {
        if (image.width == 0 || image.height == 0)
            detail::throw_invalid("yolo_texts: expected the size of each image, got none for frame ",
                                  image.frame, "; set Annotations::width and height");
        std::string lines;
        for (const AnnotatedObject* object : objects)
            lines += detail::yolo_line(image, *object);
        return lines;
    };
    auto files = detail::image_texts(annotations, ".txt", "yolo_texts", text);
    if (!files.try_emplace(std::string(detail::kYoloClassFile), detail::yolo_class_text(annotations)).second)
        detail::throw_invalid(
            "yolo_texts: expected images with names other than 'classes'; rename the image");
    return files;
}

/// Writes a folder of YOLO text (see yolo_texts()), each file completely or not at all (see
/// write_whole_file()). Files with other names stay.
///
/// @throws InvalidArgument  see yolo_texts(); nothing is written
/// @throws std::filesystem::filesystem_error  a file cannot be written; contains the path and the reason
inline void write_yolo(const std::filesystem::path& folder, const Annotations& annotations) {
    detail::write_files(folder, yolo_texts(annotations));
}

} // namespace fgagt
