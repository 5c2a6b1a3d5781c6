#pragma once

#include <fgagt/core/errors.hpp>
#include <fgagt/io/atomic_file.hpp>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// The state of training at one validation.
struct LogRow {
    std::int64_t step = 0; ///< steps taken
    /// Mean since the previous row; in the first row, the loss of the first step.
    float loss = 0;
    float validation_loss = 0; ///< on the validation samples
    float accuracy = 0;        ///< on the validation samples, [0, 1]
};

/// A number with enough digits to restore it exactly.
template <class Number>
[[nodiscard]] std::string exact_text(Number number) {
    std::array<char, 64> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    return {buffer.data(), end};
}

/// Reads a number from the start of a text and removes it.
/// @throws ParseError  there is none, or it is not followed by `after`
template <class Number>
[[nodiscard]] Number take_number(std::string_view& text, char after, const std::string& file) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end == text.data() + text.size() || *end != after)
        throw ParseError(file, 0, 0,
                         "expected a training log, found '" + std::string(text.substr(0, 20)) +
                             "'; remove the file to start again");
    text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
    return number;
}

inline constexpr std::string_view kLogHeader = "step,loss,validation_loss,accuracy\n";

/// The log as CSV.
[[nodiscard]] inline std::string csv_of(std::span<const LogRow> rows) {
    std::string text(kLogHeader);
    for (const LogRow& row : rows)
        text += exact_text(row.step) + ',' + exact_text(row.loss) + ',' + exact_text(row.validation_loss) +
                ',' + exact_text(row.accuracy) + '\n';
    return text;
}

/// Parses the log that csv_of() writes, exactly.
/// @throws ParseError  the text is malformed; names the file
[[nodiscard]] inline std::vector<LogRow> rows_of(std::string_view text, const std::string& file) {
    std::vector<LogRow> rows;
    text.remove_prefix(text.starts_with(kLogHeader) ? kLogHeader.size() : 0);
    while (!text.empty()) {
        LogRow row;
        row.step = take_number<std::int64_t>(text, ',', file);
        row.loss = take_number<float>(text, ',', file);
        row.validation_loss = take_number<float>(text, ',', file);
        row.accuracy = take_number<float>(text, '\n', file);
        rows.push_back(row);
    }
    return rows;
}

/// The row with the lowest validation loss, the first of several.
[[nodiscard]] inline std::size_t best_row(std::span<const LogRow> rows) {
    return static_cast<std::size_t>(std::ranges::min_element(rows, {}, &LogRow::validation_loss) -
                                    rows.begin());
}

/// Draws one curve over the steps, with labelled axes.
class Panel {
public:
    /// @param area   of the image, title and labels included
    /// @param title  above the panel
    Panel(cv::Mat image, cv::Rect area, const std::string& title)
        : image_(std::move(image)),
          plot_(area.x + kLeft, area.y + kTop, area.width - kLeft - kRight, area.height - kTop - kBottom) {
        write(title, {plot_.x, area.y + 20}, 0.55, kInk);
    }

    /// @param points  (step, value), in order of their steps, at least one
    /// @param colour  of the curve, BGR
    void draw(std::span<const cv::Point2d> points, const cv::Scalar& colour) {
        fit(points);
        draw_ticks();
        std::vector<cv::Point> line;
        for (const cv::Point2d& point : points)
            line.push_back(place(point));
        cv::polylines(image_, line, false, colour, 2, cv::LINE_AA);
        for (const cv::Point& point : line)
            cv::circle(image_, point, 3, colour, cv::FILLED, cv::LINE_AA);
    }

    /// Marks a point of the curve and describes it above the panel.
    void mark(const cv::Point2d& point, const std::string& text) {
        cv::circle(image_, place(point), 7, kInk, 1, cv::LINE_AA);
        const int width = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, 0.45, 1, nullptr).width;
        write(text, {plot_.x + plot_.width - width, plot_.y - 12}, 0.45, kInk);
    }

private:
    static constexpr int kLeft = 75, kRight = 25, kTop = 32, kBottom = 42;
    inline static const cv::Scalar kInk{60, 60, 60}, kGrid{225, 225, 225};

    void write(const std::string& text, cv::Point origin, double size, const cv::Scalar& colour) {
        cv::putText(image_, text, origin, cv::FONT_HERSHEY_SIMPLEX, size, colour, 1, cv::LINE_AA);
    }

    /// Sets the axes to cover all points, with a small margin above and below.
    void fit(std::span<const cv::Point2d> points) {
        const auto [low, high] = std::ranges::minmax(points, {}, &cv::Point2d::y);
        const double room = std::max(0.08 * (high.y - low.y), 1e-3 * std::max(std::abs(high.y), 1e-3));
        low_ = {points.front().x, low.y - room};
        high_ = {std::max(points.back().x, points.front().x + 1), high.y + room};
    }

    [[nodiscard]] cv::Point place(const cv::Point2d& point) const {
        const double x = (point.x - low_.x) / (high_.x - low_.x), y = (point.y - low_.y) / (high_.y - low_.y);
        return {plot_.x + cvRound(x * plot_.width), plot_.y + plot_.height - cvRound(y * plot_.height)};
    }

    /// 1, 2 or 5 times a power of ten, for at most `count` steps.
    static double tick_step(double range, int count) {
        const double power = std::pow(10, std::floor(std::log10(range / count)));
        for (const double factor : {1.0, 2.0, 5.0})
            if (range / (factor * power) <= count) return factor * power;
        return 10 * power;
    }

    /// The multiples of a step in [low, high].
    static std::vector<double> ticks(double low, double high, double step) {
        std::vector<double> result;
        for (int k = cvCeil(low / step); k * step <= high; ++k)
            result.push_back(k * step);
        return result;
    }

    static std::string label(double value, double step) {
        char text[32];
        const int digits = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
        std::snprintf(text, sizeof text, "%.*f", digits, value);
        return text;
    }

    void draw_ticks() {
        const double step_x = std::max(tick_step(high_.x - low_.x, 8), 1.0);
        for (const double x : ticks(low_.x, high_.x, step_x)) {
            const cv::Point foot = place({x, low_.y});
            cv::line(image_, foot, {foot.x, plot_.y}, kGrid);
            write_centred(label(x, step_x), {foot.x, foot.y + 18});
        }
        const double step_y = tick_step(high_.y - low_.y, 6);
        for (const double y : ticks(low_.y, high_.y, step_y)) {
            const cv::Point foot = place({low_.x, y});
            cv::line(image_, foot, {plot_.x + plot_.width, foot.y}, kGrid);
            const std::string text = label(y, step_y);
            const int width = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, 0.42, 1, nullptr).width;
            write(text, {foot.x - width - 8, foot.y + 5}, 0.42, kInk);
        }
        cv::rectangle(image_, plot_, kInk);
        write_centred("step", {plot_.x + plot_.width / 2, plot_.y + plot_.height + 36});
    }

    void write_centred(const std::string& text, cv::Point middle) {
        const int width = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, 0.42, 1, nullptr).width;
        write(text, {middle.x - width / 2, middle.y}, 0.42, kInk);
    }

    cv::Mat image_;
    cv::Rect plot_;
    cv::Point2d low_, high_;
};

/// The curves of both losses and of the accuracy, one above the other.
///
/// @param rows  at least one
[[nodiscard]] inline cv::Mat plot_of(std::span<const LogRow> rows) {
    constexpr int kWidth = 900, kHeight = 270;
    cv::Mat image(3 * kHeight, kWidth, CV_8UC3, cv::Scalar::all(255));
    const auto curve = [&](double factor, float LogRow::*value) {
        std::vector<cv::Point2d> points;
        for (const LogRow& row : rows)
            points.emplace_back(static_cast<double>(row.step), factor * static_cast<double>(row.*value));
        return points;
    };
    const std::size_t best = best_row(rows);
    Panel(image, {0, 0, kWidth, kHeight}, "loss (training, mean since the previous point)")
        .draw(curve(1, &LogRow::loss), {40, 110, 215});
    const auto losses = curve(1, &LogRow::validation_loss);
    Panel loss(image, {0, kHeight, kWidth, kHeight}, "loss (validation)");
    loss.draw(losses, {40, 110, 215});
    loss.mark(losses[best], "lowest at step " + exact_text(rows[best].step));
    const auto accuracies = curve(100, &LogRow::accuracy);
    Panel accuracy(image, {0, 2 * kHeight, kWidth, kHeight}, "association accuracy (validation), %");
    accuracy.draw(accuracies, {170, 110, 20});
    char text[64];
    std::snprintf(text, sizeof text, "%.2f %% with the selected weights", accuracies[best].y);
    accuracy.mark(accuracies[best], text);
    return image;
}

/// Writes plot_of() as a PNG, whole or not at all.
inline void write_plot(const std::filesystem::path& path, std::span<const LogRow> rows) {
    std::vector<unsigned char> bytes;
    cv::imencode(".png", plot_of(rows), bytes);
    write_whole_file(path, std::string(bytes.begin(), bytes.end()));
}

} // namespace fgagt::examples
