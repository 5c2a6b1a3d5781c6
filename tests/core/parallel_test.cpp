#include "support/catch.hpp"
#include "support/opencv_threads.hpp"

#include <fgagt/core/detail/parallel.hpp>

#include <cstddef>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace fgagt::detail;
using fgagt::test::OpenCvThreads;

TEST_CASE("all work is done once, in the requested number of parts") {
    const OpenCvThreads threads(4);
    for (const std::size_t count : {0U, 1U, 2U, 7U, 100U})
        for (const std::size_t parts : {1U, 2U, 3U, 4U}) {
            std::vector<int> visits(count, 0);
            std::vector<int> calls(parts, 0);
            in_parts(count, parts, [&](std::size_t part, std::size_t first, std::size_t last) {
                ++calls[part];
                for (std::size_t k = first; k < last; ++k)
                    ++visits[k];
            });
            CHECK(visits == std::vector<int>(count, 1));
            CHECK(calls == std::vector<int>(parts, 1));
        }
}

TEST_CASE("there are as many parts as threads, unless parts would be too small") {
    {
        const OpenCvThreads threads(3);
        CHECK(parts_of(0, 8) == 1);
        CHECK(parts_of(15, 8) == 1);
        CHECK(parts_of(16, 8) == 2);
        CHECK(parts_of(1000, 8) == 3);
    }
    const OpenCvThreads one(1);
    CHECK(parts_of(1000, 8) == 1);
}

TEST_CASE("a single part runs in the calling thread") {
    std::thread::id thread;
    in_parts(5, 1, [&](std::size_t, std::size_t, std::size_t) { thread = std::this_thread::get_id(); });
    CHECK(thread == std::this_thread::get_id());
}

TEST_CASE("exceptions of a part reach the caller") {
    const OpenCvThreads threads(2);
    for (const std::size_t parts : {1U, 2U})
        CHECK_THROWS_AS(in_parts(10, parts,
                                 [](std::size_t, std::size_t, std::size_t last) {
                                     if (last == 10) throw std::out_of_range("the last one");
                                 }),
                        std::out_of_range);
}
