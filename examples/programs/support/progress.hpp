#pragma once

#include "system/terminal.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

namespace fgagt::examples {

/// A progress bar on the last line of a terminal. Prints nothing if standard error is not a terminal.
///
///     Progress progress(frames, quiet);
///     while (...) { ...; progress.advance(); }
class Progress {
public:
    /// @param total  number of steps, 0 when unknown
    /// @param quiet  prints nothing
    /// @param unit   name of the steps
    explicit Progress(std::int64_t total, bool quiet = false, std::string unit = "frames")
        : total_(total),
          unit_(std::move(unit)),
          shown_(!quiet && errors_go_to_terminal()) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress() { finish(); }

    /// Sets the text at the end of the line.
    void note(std::string text) { note_ = std::move(text); }

    /// Counts one or more steps. Redraws at most ten times per second.
    void advance(std::int64_t steps = 1) {
        done_ += steps;
        const Clock::time_point now = Clock::now();
        if (!shown_ || now - drawn_ < std::chrono::milliseconds(100)) return;
        drawn_ = now;
        draw(now);
    }

    /// Draws the final state and ends the line. Nothing is drawn after that; the destructor calls it.
    void finish() {
        if (!shown_) return;
        if (done_ > 0) {
            draw(Clock::now());
            std::fputc('\n', stderr);
        }
        shown_ = false;
    }

private:
    using Clock = std::chrono::steady_clock;

    static std::string clock_text(double seconds) {
        const auto whole = std::llround(seconds);
        char text[32];
        std::snprintf(text, sizeof text, "%lld:%02d", static_cast<long long>(whole / 60),
                      static_cast<int>(whole % 60));
        return text;
    }

    void draw(Clock::time_point now) const {
        constexpr int kBarWidth = 30;
        const double seconds = std::chrono::duration<double>(now - start_).count();
        const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
        std::string line;
        char text[96];
        if (total_ > 0) {
            const double share =
                done_ < total_ ? static_cast<double>(done_) / static_cast<double>(total_) : 1;
            const auto filled = static_cast<std::size_t>(share * kBarWidth);
            line = '[' + std::string(filled, '=') + std::string(kBarWidth - filled, ' ') + ']';
            std::snprintf(text, sizeof text, " %3.0f %%  %lld/%lld", 100 * share,
                          static_cast<long long>(done_), static_cast<long long>(total_));
            line += text;
        } else {
            line = std::to_string(done_);
        }
        std::snprintf(text, sizeof text, "  %.1f ", rate);
        line += text + unit_ + "/s";
        if (done_ < total_ && rate > 0)
            line += "  " + clock_text(static_cast<double>(total_ - done_) / rate) + " left";
        else
            line += "  in " + clock_text(seconds);
        if (!note_.empty()) line += "  " + note_;
        std::fprintf(stderr, "\r%s\033[K", line.c_str()); // clears the rest of a longer line
        std::fflush(stderr);
    }

    std::int64_t total_;
    std::int64_t done_ = 0;
    std::string unit_, note_;
    bool shown_;
    Clock::time_point start_ = Clock::now();
    Clock::time_point drawn_ = start_;
};

} // namespace fgagt::examples
