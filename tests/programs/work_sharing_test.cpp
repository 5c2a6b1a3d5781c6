#include "support/catch.hpp"
#include "support/local_workers.hpp"
#include "support/work_sharing.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <latch>
#include <string>
#include <thread>
#include <vector>

using namespace fgagt::examples;

namespace {

std::vector<std::string> numbers(std::size_t count) {
    std::vector<std::string> texts;
    for (std::size_t k = 0; k < count; ++k)
        texts.push_back(std::to_string(k));
    return texts;
}

bool not_stopped() {
    return false;
}

} // namespace

TEST_CASE("every piece is processed once and returned with its index") {
    for (const std::size_t threads : {1U, 2U, 7U}) {
        CAPTURE(threads);
        std::vector<int> results(100, 0);
        ThreadSharing().run(
            threads, numbers(100), [](const std::string& piece) { return "did " + piece; },
            [&](const Parcel& result) {
                CHECK(result.text == "did " + std::to_string(result.index));
                ++results.at(result.index);
            },
            not_stopped);
        CHECK(std::ranges::all_of(results, [](int count) { return count == 1; }));
    }
}

TEST_CASE("as many pieces run at once as there are threads") {
    std::atomic<int> now = 0, most = 0;
    std::latch all_there(3);
    ThreadSharing().run(
        3, numbers(3),
        [&](const std::string& piece) {
            all_there.arrive_and_wait(); // hangs if fewer work at once
            return piece;
        },
        [](const Parcel&) {}, not_stopped);
    ThreadSharing().run(
        3, numbers(200),
        [&](const std::string& piece) {
            const int here = ++now;
            for (int before = most; here > before && !most.compare_exchange_weak(before, here);) {
            }
            --now;
            return piece;
        },
        [](const Parcel&) {}, not_stopped);
    CHECK(most <= 3);
}

TEST_CASE("results are reported in the caller's thread") {
    const auto caller = std::this_thread::get_id();
    ThreadSharing().run(
        2, numbers(10), [](const std::string& piece) { return piece; },
        [&](const Parcel&) { CHECK(std::this_thread::get_id() == caller); }, not_stopped);
}

TEST_CASE("stopped work finishes its current pieces and starts no more") {
    std::atomic<int> begun = 0;
    int reported = 0;
    ThreadSharing().run(
        2, numbers(100),
        [&](const std::string& piece) {
            ++begun;
            return piece;
        },
        [&](const Parcel&) { ++reported; }, [&] { return reported >= 5; });
    CHECK(reported == begun);
    CHECK((reported >= 5 && reported <= 6)); // one more may have been in progress
}

TEST_CASE("empty work ends at once") {
    ThreadSharing().run(
        2, {}, [](const std::string& piece) { return piece; },
        [](const Parcel&) { FAIL("no work was done"); }, not_stopped);
}
