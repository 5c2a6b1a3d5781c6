#pragma once

#include <fgagt/annotations/annotations.hpp>
#include <fgagt/core/errors.hpp>
#include <fgagt/io/atomic_file.hpp>
#include <fgagt/io/detail/path_text.hpp>
#include <fgagt/io/detail/text_fields.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

/// @file
/// Formats with one file per image: finds the frame of each file, and combines the files into one sequence.
namespace fgagt::detail {

/// Contents of files, by name.
using FileTexts = std::map<std::string, std::string>;

/// The last number in a name; empty if there is none that can be a frame.
[[nodiscard]] inline std::optional<std::int64_t> number_in(std::string_view name) {
    constexpr std::string_view kDigits = "0123456789";
    const std::size_t last = name.find_last_of(kDigits);
    if (last == std::string_view::npos) return std::nullopt;
    name = name.substr(0, last + 1);
    const std::size_t before = name.find_last_not_of(kDigits);
    name.remove_prefix(before == std::string_view::npos ? 0 : before + 1);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error != std::errc() || number >= kLastFrame) return std::nullopt;
    return number;
}

/// The frame of each file, from its name without folder and extension: the last number in the name, plus one
/// if some file has the number 0. If a name has no number, or two have the same, frames count from 1 in order
/// of the names.
[[nodiscard]] inline std::vector<std::int64_t> frames_of(const std::vector<std::string>& names) {
    std::vector<std::int64_t> frames;
    std::set<std::int64_t> different;
    for (const std::string& name : names)
        if (const auto number = number_in(name)) {
            frames.push_back(*number);
            different.insert(*number);
        }
    if (different.size() < names.size()) {
        frames.clear();
        for (std::size_t k = 1; k <= names.size(); ++k)
            frames.push_back(static_cast<std::int64_t>(k));
    } else if (different.contains(0)) {
        for (std::int64_t& frame : frames)
            ++frame;
    }
    return frames;
}

/// A file name without folders and extension.
[[nodiscard]] inline std::string stem_of(const std::string& file) {
    return detail::utf8_of(detail::path_of(file).stem());
}

/// The frame number with at least six digits.
[[nodiscard]] inline std::string frame_text(std::int64_t frame) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%06lld", static_cast<long long>(frame));
    return buffer.data();
}

/// The name of an image's annotation file, without extension: the name of the image, or its frame.
[[nodiscard]] inline std::string stem_of(const AnnotatedImage& image) {
    const std::string stem = stem_of(image.file);
    return stem.empty() || stem == "." || stem == ".." ? frame_text(image.frame) : stem;
}

/// Reports frames that change because the file names contain other numbers.
inline void add_frame_losses(std::vector<std::string>& losses, const Annotations& annotations) {
    std::map<std::string, std::int64_t> frames;
    for (const AnnotatedImage& image : images_of(annotations))
        frames.emplace(stem_of(image), image.frame);
    std::vector<std::string> names;
    names.reserve(frames.size());
    for (const auto& [name, frame] : frames)
        names.push_back(name);
    const std::vector<std::int64_t> found = frames_of(names);
    std::size_t k = 0;
    add_loss(
        losses, frames, [&](const auto& entry) { return entry.second != found[k++]; },
        "images have file names whose numbers differ from their frames: the numbers in the names are used");
}

/// The files with this ending in a folder, or a single file.
[[nodiscard]] inline std::vector<std::filesystem::path> files_at(const std::filesystem::path& path,
                                                                 const std::string& ending) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored)) return {path};
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(path))
        if (detail::utf8_of(entry.path().filename()).ends_with(ending) && entry.is_regular_file())
            files.push_back(entry.path());
    if (files.empty())
        throw ParseError(detail::utf8_of(path), 0, 0,
                         "expected a folder with files that end in " + ending + ", found none");
    std::ranges::sort(files);
    return files;
}

/// Combines images that are read one by one.
class ImageCollector {
public:
    ImageCollector() : find_class_(result_.classes) {}
    ImageCollector(const ImageCollector&) = delete;
    ImageCollector& operator=(const ImageCollector&) = delete;

    /// @param one    annotations in one file
    /// @param frame  frame of its image
    /// @param file   name of the file
    void add(Annotations one, std::int64_t frame, const std::string& file) {
        std::vector<std::size_t> classes;
        for (const AnnotationClass& c : one.classes)
            classes.push_back(find_class_(c.name));
        for (AnnotatedImage& image : one.images) {
            image.frame = frame;
            result_.images.push_back(std::move(image));
        }
        for (AnnotatedObject& object : one.objects) {
            object.frame = frame;
            object.class_index = classes[object.class_index];
            result_.objects.push_back(std::move(object));
        }
        for (const std::string& sentence : one.left_out)
            result_.left_out.push_back(std::string(file).append(": ").append(sentence));
    }

    [[nodiscard]] Annotations take() {
        sort_images(result_);
        return std::move(result_);
    }

private:
    Annotations result_;
    ClassFinder find_class_;
};

/// Reads the files of a folder.
///
/// @param read  function from the path of a file to the annotations of one image
template <class Read>
[[nodiscard]] Annotations read_image_files(std::vector<std::filesystem::path> files,
                                           const std::string& ending, Read read) {
    std::vector<std::string> names;
    for (const std::filesystem::path& file : files) {
        const std::string name = detail::utf8_of(file.filename());
        names.push_back(name.ends_with(ending) ? name.substr(0, name.size() - ending.size()) : stem_of(name));
    }
    const std::vector<std::int64_t> frames = frames_of(names);
    ImageCollector images;
    for (std::size_t k = 0; k < files.size(); ++k)
        images.add(read(files[k]), frames[k], detail::utf8_of(files[k].filename()));
    return images.take();
}

/// The file of each image.
///
/// @param text  function from an image and its objects to the contents of its file
/// @throws InvalidArgument  two images have the same name
template <class Text>
[[nodiscard]] FileTexts image_texts(const Annotations& annotations, const std::string& ending,
                                    const char* function, Text text) {
    const auto objects = objects_by_frame(annotations);
    static const std::vector<const AnnotatedObject*> nothing;
    FileTexts files;
    for (const AnnotatedImage& image : images_of(annotations)) {
        const std::string name = stem_of(image) + ending;
        const auto found = objects.find(image.frame);
        if (!files.try_emplace(name, text(image, found == objects.end() ? nothing : found->second)).second)
            throw_invalid(function, ": expected images with different names, got another ",
                          detail::quoted(name), " in frame ", image.frame, "; rename one of them");
    }
    return files;
}

/// Writes files to a folder, which is created if missing; files with other names stay.
inline void write_files(const std::filesystem::path& folder, const FileTexts& files) {
    std::filesystem::create_directories(folder);
    for (const auto& [name, text] : files)
        write_whole_file(folder / name, text);
}

} // namespace fgagt::detail
