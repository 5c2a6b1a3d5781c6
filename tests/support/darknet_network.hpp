#pragma once

#include "support/temporary_folder.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace fgagt::test {

/// Writes small Darknet networks whose weights all have the same value, so that a cell of the last layer is a
/// weighted sum of the pixels below it, with the largest weights in the middle.
class DarknetNetwork {
public:
    /// @param size  input size that the file declares, pixels
    DarknetNetwork(int width, int height)
        : layout_("[net]\nwidth=" + std::to_string(width) + "\nheight = " + std::to_string(height) +
                  "\nchannels=3\n\n") {}

    /// A convolution with `channels` outputs; padded so that stride 1 keeps the size.
    DarknetNetwork& convolution(int channels, int kernel, int stride, float weight = 0.1F) {
        const auto count = static_cast<std::size_t>(channels * depth_ * kernel * kernel);
        numbers_.insert(numbers_.end(), static_cast<std::size_t>(channels), 0.0F); // biases come first
        numbers_.insert(numbers_.end(), count, weight);
        depth_ = channels;
        layout_ += "[convolutional]\nfilters=" + std::to_string(channels) +
                   "\nsize=" + std::to_string(kernel) + "\nstride=" + std::to_string(stride) +
                   "\npad=1\nactivation=linear\n\n";
        return *this;
    }

    /// Mean over the whole map; the output is not a map.
    DarknetNetwork& mean() {
        layout_ += "[avgpool]\n\n";
        return *this;
    }

    /// Maximum of 2 x 2 cells.
    DarknetNetwork& maximum() {
        layout_ += "[maxpool]\nsize=2\nstride=2\n\n";
        return *this;
    }

    /// Doubles the number of cells along each axis.
    DarknetNetwork& upsampled() {
        layout_ += "[upsample]\nstride=2\n\n";
        return *this;
    }

    /// Writes NAME.cfg and NAME.weights, and returns the path of the weights.
    [[nodiscard]] std::filesystem::path write(const TemporaryFolder& folder, const std::string& name) const {
        folder.file(name + ".cfg", layout_);
        constexpr std::array<int, 5> kHeader{0, 2, 0, 0, 0}; // version 0.2, then 8 bytes: images seen
        std::string bytes(sizeof(kHeader) + numbers_.size() * sizeof(float), '\0');
        std::memcpy(bytes.data(), kHeader.data(), sizeof(kHeader));
        std::memcpy(bytes.data() + sizeof(kHeader), numbers_.data(), numbers_.size() * sizeof(float));
        return folder.file(name + ".weights", bytes);
    }

private:
    std::string layout_;
    std::vector<float> numbers_;
    int depth_ = 3;
};

} // namespace fgagt::test
