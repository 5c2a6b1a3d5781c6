#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/io/image_folder.hpp>
#include <fgagt/learning/cropped_object.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fgagt::examples {

/// The images of a folder of crops, grouped by identity. All images in a sub-folder show the same identity;
/// images directly in the folder show the same identity if their names match up to `_cam`.
///
/// @throws ParseError  the folder cannot be listed, has no images, or has an image without an identity
[[nodiscard]] inline std::map<std::string, std::vector<std::filesystem::path>>
crops_by_identity(const std::filesystem::path& folder) {
    constexpr std::string_view kCamera = "_cam";
    std::map<std::string, std::vector<std::filesystem::path>> identities;
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const std::filesystem::path& path = entry.path();
        if (entry.is_directory()) {
            identities[path.filename().string() + '/'] = images_in(path);
        } else if (is_image_file(path)) {
            const std::string name = path.filename().string();
            const std::size_t camera = name.rfind(kCamera);
            if (camera == std::string::npos)
                throw ParseError(
                    path.string(), 0, 0,
                    "expected a name such as car_0001_cam1.jpg, or the crops of each identity in "
                    "a separate folder");
            identities[name.substr(0, camera)].push_back(path);
        }
    }
    if (error) throw ParseError(folder.string(), 0, 0, "cannot be listed: " + error.message());
    if (identities.empty())
        throw ParseError(folder.string(), 0, 0, "expected crops or folders of crops here, found none");
    for (auto& [identity, files] : identities)
        std::ranges::sort(files, numbered_before);
    return identities;
}

/// Reads the crops of a folder in alphabetical order of their identities; see crops_by_identity().
///
/// @throws ParseError  as crops_by_identity(), or an image cannot be read
[[nodiscard]] inline std::vector<CroppedObject> read_crops(const std::filesystem::path& folder) {
    std::vector<CroppedObject> objects;
    for (const auto& [identity, files] : crops_by_identity(folder)) {
        std::vector<cv::Mat> crops;
        for (const std::filesystem::path& file : files) {
            crops.push_back(cv::imread(file.string(), cv::IMREAD_COLOR));
            if (crops.back().empty()) throw ParseError(file.string(), 0, 0, "cannot be read as an image");
        }
        objects.emplace_back(crops);
    }
    return objects;
}

} // namespace fgagt::examples
