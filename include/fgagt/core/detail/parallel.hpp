#pragma once

#include <fgagt/core/detail/language.hpp>

#include <opencv2/core/utility.hpp>

#include <algorithm>
#include <cstddef>

/// @file
/// Parallel loops on OpenCV's own threads, as many as cv::setNumThreads allows.
namespace fgagt::detail {

/// The number of parts to split `count` items into: one per thread, with at least `least` items each, and at
/// least one part.
[[nodiscard]] inline std::size_t parts_of(std::size_t count, std::size_t least) {
    const std::size_t worth = count / least;
    if (worth <= 1) return 1;
    return std::min(worth, static_cast<std::size_t>(std::max(cv::getNumThreads(), 1)));
}

/// The loop body for OpenCV. Unlike a std::function it allocates no memory.
template <class Work>
class PartsBody final : public cv::ParallelLoopBody {
public:
    PartsBody(std::size_t count, std::size_t parts, const Work& work)
        : count_(count),
          parts_(parts),
          work_(work) {}

    void operator()(const cv::Range& range) const override {
        for (auto part = static_cast<std::size_t>(range.start); part < static_cast<std::size_t>(range.end);
             ++part)
            work_(part, count_ * part / parts_, count_ * (part + 1) / parts_);
    }

private:
    std::size_t count_, parts_;
    const Work& work_;
};

/// Calls `work(part, first, last)` once for each part, with its items [first, last) of [0, count). A single
/// part runs directly on the caller's thread.
///
/// @param parts  from parts_of, >= 1
/// @param work   may be called from several threads at once; must write only to memory of its own part
template <class Work>
void in_parts(std::size_t count, std::size_t parts, const Work& work) {
    if (parts == 1)
        work(std::size_t{0}, std::size_t{0}, count);
    else
        cv::parallel_for_(cv::Range(0, static_cast<int>(parts)), PartsBody<Work>(count, parts, work),
                          static_cast<double>(parts));
}

} // namespace fgagt::detail
