#pragma once

#include "shell_words.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/io/text_file.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// One sequence to track.
struct BatchItem {
    std::size_t line;               ///< line in the list, from 1
    std::string name;               ///< unique name of the output, without extension
    std::vector<std::string> words; ///< source and options, as for mot_track
};

/// Whether a command line contains an option, as `--name value` or `--name=value`.
[[nodiscard]] inline bool has_option(const std::vector<std::string>& words, const std::string& name) {
    return std::ranges::any_of(
        words, [&](const std::string& word) { return word == name || word.starts_with(name + '='); });
}

/// The name of a folder, or of a file without its extension.
[[nodiscard]] inline std::string name_of_source(const std::filesystem::path& source) {
    std::filesystem::path path = source.lexically_normal();
    if (!path.has_filename()) path = path.parent_path(); // "sequence/"
    std::error_code ignored;
    return (std::filesystem::is_directory(path, ignored) ? path.filename() : path.stem()).string();
}

/// Renames items with duplicate names to the first unused NAME-2, NAME-3, ...
inline void make_names_distinct(std::vector<BatchItem>& items) {
    std::set<std::string> own, taken;
    for (const BatchItem& item : items)
        own.insert(item.name);
    std::map<std::string, int> last;
    for (BatchItem& item : items) {
        if (taken.insert(item.name).second) continue;
        int& number = last.try_emplace(item.name, 1).first->second;
        std::string name;
        do {
            name = item.name + '-' + std::to_string(++number);
        } while (own.contains(name));
        item.name = std::move(name);
    }
}

/// Reads a list of sequences to track: one per line, first the source and then its options, split into words
/// by `shell_words`. The output names depend only on the order of the list and on which sources are folders.
///
/// @param path  relative sources in the list are relative to the list's folder
/// @throws ParseError  the file cannot be read, has no items or has a malformed line
[[nodiscard]] inline std::vector<BatchItem> read_batch_list(const std::filesystem::path& path) {
    const std::string text = fgagt::read_whole_file(path), name = path.string();
    const std::filesystem::path folder = std::filesystem::absolute(path).parent_path();
    std::vector<BatchItem> items;
    for (fgagt::TextFile file(text, name); file.next();) {
        std::optional<std::vector<std::string>> words = shell_words(file.line());
        if (!words) file.fail(0, "expected a closing quote, found the end of the line");
        if (words->empty()) continue; // a comment
        const std::string& source = words->front();
        if (source.starts_with('-')) file.fail(0, "expected a source first, found the option '", source, "'");
        if (has_option(*words, "--output"))
            file.fail(0, "expected no --output; mot_batch's own --output sets the folder for results");
        items.push_back({file.number(), name_of_source(folder / source), std::move(*words)});
    }
    if (items.empty()) throw ParseError(name, 0, 0, "expected a source in every line, found an empty list");
    make_names_distinct(items);
    return items;
}

} // namespace fgagt::examples
