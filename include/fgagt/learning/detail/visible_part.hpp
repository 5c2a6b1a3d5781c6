#pragma once

#include <fgagt/core/geometry.hpp>
#include <fgagt/core/types.hpp>

#include <algorithm>
#include <array>
#include <vector>

namespace fgagt::detail {

/// The part of a box that is left when other boxes are cut out of it, as disjoint pieces.
class VisiblePart {
public:
    /// Begins with a whole box; with nothing if it is not usable.
    void begin(const Box& box) {
        pieces_.clear();
        if (is_usable(box)) pieces_.push_back({box.left, box.top, box.right(), box.bottom()});
    }

    /// Keeps what lies in the image.
    void clip(cv::Size image) {
        for (Piece& piece : pieces_) {
            piece.left = std::max(piece.left, 0.0);
            piece.top = std::max(piece.top, 0.0);
            piece.right = std::min(piece.right, static_cast<double>(image.width));
            piece.bottom = std::min(piece.bottom, static_cast<double>(image.height));
        }
        std::erase_if(pieces_, [](const Piece& p) { return p.left >= p.right || p.top >= p.bottom; });
    }

    /// Removes what another box covers, if that box is usable.
    void cut(const Box& box) {
        if (!is_usable(box)) return;
        const Piece hole{box.left, box.top, box.right(), box.bottom()};
        rest_.clear();
        for (const Piece& piece : pieces_) {
            const double top = std::clamp(hole.top, piece.top, piece.bottom);
            const double bottom = std::clamp(hole.bottom, piece.top, piece.bottom);
            const double left = std::clamp(hole.left, piece.left, piece.right);
            const double right = std::clamp(hole.right, piece.left, piece.right);
            if (left >= right || top >= bottom) {
                rest_.push_back(piece);
                continue;
            }
            for (const Piece& part :
                 {Piece{piece.left, piece.top, piece.right, top},
                  Piece{piece.left, bottom, piece.right, piece.bottom}, Piece{piece.left, top, left, bottom},
                  Piece{right, top, piece.right, bottom}})
                if (part.left < part.right && part.top < part.bottom) rest_.push_back(part);
        }
        pieces_.swap(rest_);
    }

    /// Square pixels.
    [[nodiscard]] double area() const {
        double sum = 0;
        for (const Piece& piece : pieces_)
            sum += (piece.right - piece.left) * (piece.bottom - piece.top);
        return sum;
    }

    /// The smallest box around it; empty if nothing is left.
    [[nodiscard]] Box hull() const {
        if (pieces_.empty()) return {};
        Piece all = pieces_.front();
        for (const Piece& piece : pieces_) {
            all.left = std::min(all.left, piece.left);
            all.top = std::min(all.top, piece.top);
            all.right = std::max(all.right, piece.right);
            all.bottom = std::max(all.bottom, piece.bottom);
        }
        return {static_cast<float>(all.left), static_cast<float>(all.top),
                static_cast<float>(all.right - all.left), static_cast<float>(all.bottom - all.top)};
    }

private:
    struct Piece {
        double left, top, right, bottom;
    };

    std::vector<Piece> pieces_, rest_;
};

} // namespace fgagt::detail
