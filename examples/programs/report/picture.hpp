#pragma once

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace fgagt::examples {

/// "#rrggbb".
inline std::string css_colour(const cv::Scalar& bgr) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "#%02x%02x%02x", cv::saturate_cast<unsigned char>(bgr[2]),
                  cv::saturate_cast<unsigned char>(bgr[1]), cv::saturate_cast<unsigned char>(bgr[0]));
    return text.data();
}

/// Escapes text for HTML and XML, also within quotes.
inline std::string escaped(const std::string& text) {
    std::string result;
    for (const char letter : text)
        switch (letter) {
        case '&':
            result += "&amp;";
            break;
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '"':
            result += "&quot;";
            break;
        case '\'':
            result += "&#39;";
            break;
        default:
            result += letter;
        }
    return result;
}

/// A plot as a list of shapes, from which both an SVG and a PNG can be made. Coordinates are in pixels from
/// the upper left corner; text is ASCII.
class Picture {
public:
    enum class Align { kLeft, kMiddle, kRight };

    Picture(double width, double height) : width_(width), height_(height) {}

    /// Filled rectangles that form one object.
    /// @param tip   tooltip; none if empty
    /// @param kind  class in the SVG; none if empty
    void bars(std::vector<cv::Rect2d> parts, const cv::Scalar& colour, std::string tip = "",
              std::string kind = "") {
        shapes_.emplace_back(Bars{std::move(parts), colour, std::move(tip), std::move(kind)});
    }
    void line(std::vector<cv::Point2d> points, const cv::Scalar& colour, double thickness) {
        shapes_.emplace_back(Line{std::move(points), colour, thickness});
    }
    void text(cv::Point2d place, std::string words, Align align = Align::kLeft, double size = 11) {
        shapes_.emplace_back(Text{place, std::move(words), align, size});
    }
    /// A triangle with its tip downwards at `tip_place`.
    void mark(cv::Point2d tip_place, double size, const cv::Scalar& colour, std::string tip,
              std::string kind) {
        shapes_.emplace_back(Mark{tip_place, size, colour, std::move(tip), std::move(kind)});
    }

    /// @param standalone  a separate file rather than part of an HTML page
    [[nodiscard]] std::string svg(bool standalone) const {
        const std::string size = number(width_) + ' ' + number(height_);
        std::string text = "<svg viewBox=\"0 0 " + size + "\" width=\"" + number(width_) + "\" height=\"" +
                           number(height_) + R"(" font-family="sans-serif")" +
                           (standalone ? " xmlns=\"http://www.w3.org/2000/svg\"" : "") + ">\n";
        if (standalone) text += "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
        for (const Shape& shape : shapes_)
            text += std::visit([](const auto& each) { return svg_of(each); }, shape) + '\n';
        return text + "</svg>\n";
    }

    /// CV_8UC3, at twice the SVG's resolution unless that is too large.
    [[nodiscard]] cv::Mat raster() const {
        constexpr double kMostPixels = 16000; // per side
        const double scale = std::min(2., kMostPixels / std::max(width_, height_));
        cv::Mat image(std::max(1, cvRound(height_ * scale)), std::max(1, cvRound(width_ * scale)), CV_8UC3,
                      cv::Scalar::all(255));
        for (const Shape& shape : shapes_)
            std::visit([&](const auto& each) { paint(image, scale, each); }, shape);
        return image;
    }

private:
    struct Bars {
        std::vector<cv::Rect2d> parts;
        cv::Scalar colour;
        std::string tip, kind;
    };
    struct Line {
        std::vector<cv::Point2d> points;
        cv::Scalar colour;
        double thickness;
    };
    struct Text {
        cv::Point2d place; ///< on the baseline
        std::string words;
        Align align;
        double size;
    };
    struct Mark {
        cv::Point2d place;
        double size;
        cv::Scalar colour;
        std::string tip, kind;
    };
    using Shape = std::variant<Bars, Line, Text, Mark>;

    static std::string number(double value) {
        std::array<char, 48> text{};
        std::snprintf(text.data(), text.size(), "%.2f", value);
        return text.data();
    }

    static std::string path(const std::string& outline, const cv::Scalar& colour, const std::string& kind,
                            const std::string& tip) {
        const std::string attribute = kind.empty() ? "" : " class=\"" + escaped(kind) + '"';
        const std::string title = tip.empty() ? "" : "<title>" + escaped(tip) + "</title>";
        return "<path" + attribute + " fill=\"" + css_colour(colour) + "\" d=\"" + outline + "\">" + title +
               "</path>";
    }

    static std::string svg_of(const Bars& bars) {
        std::string outline;
        for (const cv::Rect2d& part : bars.parts)
            outline += 'M' + number(part.x) + ' ' + number(part.y) + 'h' + number(part.width) + 'v' +
                       number(part.height) + 'h' + number(-part.width) + 'z';
        return path(outline, bars.colour, bars.kind, bars.tip);
    }
    static std::string svg_of(const Line& line) {
        std::string points;
        for (const cv::Point2d& point : line.points)
            points += number(point.x) + ',' + number(point.y) + ' ';
        return R"(<polyline fill="none" stroke=")" + css_colour(line.colour) + "\" stroke-width=\"" +
               number(line.thickness) + "\" points=\"" + points + "\"/>";
    }
    static std::string svg_of(const Text& text) {
        const char* const anchor = text.align == Align::kLeft     ? "start"
                                   : text.align == Align::kMiddle ? "middle"
                                                                  : "end";
        return "<text x=\"" + number(text.place.x) + "\" y=\"" + number(text.place.y) + "\" text-anchor=\"" +
               anchor + "\" font-size=\"" + number(text.size) + R"(" fill="#333">)" + escaped(text.words) +
               "</text>";
    }
    static std::string svg_of(const Mark& mark) {
        const double half = mark.size / 2;
        return path('M' + number(mark.place.x) + ' ' + number(mark.place.y) + 'l' + number(-half) + ' ' +
                        number(-mark.size) + 'h' + number(mark.size) + 'z',
                    mark.colour, mark.kind, mark.tip);
    }

    static void paint(cv::Mat& image, double scale, const Bars& bars) {
        for (const cv::Rect2d& part : bars.parts) {
            const cv::Point from(cvRound(part.x * scale), cvRound(part.y * scale));
            const cv::Point to(cvRound((part.x + part.width) * scale),
                               cvRound((part.y + part.height) * scale));
            cv::rectangle(image, from, {std::max(from.x, to.x - 1), std::max(from.y, to.y - 1)}, bars.colour,
                          cv::FILLED);
        }
    }
    static void paint(cv::Mat& image, double scale, const Line& line) {
        std::vector<cv::Point> points;
        for (const cv::Point2d& point : line.points)
            points.emplace_back(cvRound(point.x * scale), cvRound(point.y * scale));
        cv::polylines(image, points, false, line.colour, std::max(1, cvRound(line.thickness * scale)),
                      cv::LINE_AA);
    }
    static void paint(cv::Mat& image, double scale, const Text& text) {
        const double size = text.size * scale / 30;
        int below = 0;
        const int width = cv::getTextSize(text.words, cv::FONT_HERSHEY_SIMPLEX, size, 1, &below).width;
        const int shift = text.align == Align::kLeft ? 0 : text.align == Align::kMiddle ? width / 2 : width;
        cv::putText(image, text.words, {cvRound(text.place.x * scale) - shift, cvRound(text.place.y * scale)},
                    cv::FONT_HERSHEY_SIMPLEX, size, cv::Scalar::all(50), 1, cv::LINE_AA);
    }
    static void paint(cv::Mat& image, double scale, const Mark& mark) {
        const cv::Point2d tip = mark.place * scale;
        const double side = mark.size * scale;
        const std::vector<cv::Point> corners{tip, tip + cv::Point2d(-side / 2, -side),
                                             tip + cv::Point2d(side / 2, -side)};
        cv::fillConvexPoly(image, corners, mark.colour, cv::LINE_AA);
    }

    double width_, height_;
    std::vector<Shape> shapes_;
};

} // namespace fgagt::examples
