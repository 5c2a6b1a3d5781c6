#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/opencv_threads.hpp"
#include "support/stream_pool.hpp"

#include <fgagt/core/errors.hpp>
#include <fgagt/fgagt.hpp>
#include <fgagt/io/frame_source.hpp>
#include <fgagt/io/mot_text.hpp>
#include <fgagt/io/synthetic_scene.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <iterator>
#include <latch>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <utility>
#include <vector>

using namespace fgagt;
using namespace fgagt::examples;
using namespace fgagt::test;

// Streams whose speed the tests control by making them wait for each other.

namespace {

bool never() {
    return false;
}

/// Reads frames without pixels, numbered from 1 to `count`. Each read first calls `before`.
auto counting(
    std::int64_t count, std::function<void(std::int64_t)> before = [](std::int64_t) {}) {
    return [count, before = std::move(before), next = std::int64_t{1}](StreamFrame& frame,
                                                                       const std::stop_token&) mutable {
        before(next);
        if (next > count) return false;
        frame.number = next++;
        frame.arrived = std::chrono::steady_clock::now();
        return true;
    };
}

/// A log of what streams did, in chronological order.
class Turns {
public:
    void add(std::size_t stream) {
        const std::scoped_lock lock(mutex_);
        turns_.push_back(stream);
    }
    [[nodiscard]] const std::vector<std::size_t>& all() const { return turns_; }

private:
    std::mutex mutex_;
    std::vector<std::size_t> turns_;
};

std::size_t threads_of_this_process() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator("/proc/self/task"), {}));
}

/// A thread that waits throughout its lifetime: when a program starts its first thread, the sanitizer may
/// start one too, which would count as one of the pool's.
class FirstThread {
public:
    FirstThread() = default;
    ~FirstThread() { over_.count_down(); }
    FirstThread(const FirstThread&) = delete;
    FirstThread& operator=(const FirstThread&) = delete;

private:
    std::latch over_{1};
    std::jthread thread_{[this] { over_.wait(); }};
};

/// The boxes and IDs of a result, as numbers.
std::vector<double> numbers_of(const FrameResult& result) {
    std::vector<double> numbers{static_cast<double>(result.tracks.size())};
    for (const Track& track : result.tracks)
        for (const double number : {static_cast<double>(track.id), static_cast<double>(track.box.left),
                                    static_cast<double>(track.box.top), static_cast<double>(track.box.width),
                                    static_cast<double>(track.box.height), static_cast<double>(track.score)})
            numbers.push_back(number);
    return numbers;
}

/// Frames and their detections, in memory.
struct Sequence {
    std::vector<cv::Mat> frames;
    std::vector<std::vector<Detection>> detections;
};

using Results = std::vector<std::vector<double>>;

Results tracked_alone(const Sequence& sequence) {
    Tracker<> tracker;
    Results results;
    for (std::size_t k = 0; k < sequence.frames.size(); ++k)
        results.push_back(numbers_of(tracker.update(sequence.frames[k], sequence.detections[k])));
    return results;
}

PoolStream stream_of(const Sequence& sequence, Results& results) {
    return {.read =
                [&sequence, next = std::size_t{0}](StreamFrame& frame, const std::stop_token&) mutable {
                    if (next == sequence.frames.size()) return false;
                    frame.image = sequence.frames[next].clone();
                    frame.number = static_cast<std::int64_t>(++next);
                    return true;
                },
            .track =
                [&sequence, &results, tracker = std::make_shared<Tracker<>>()](const StreamFrame& frame) {
                    results.push_back(numbers_of(tracker->update(
                        frame.image, sequence.detections[static_cast<std::size_t>(frame.number - 1)])));
                }};
}

/// Tracks the sequences all at once, several times each, and separately.
void check_same_as_alone(const std::vector<Sequence>& sequences) {
    const OpenCvThreads one(1);
    constexpr std::size_t kStreams = 7;
    std::vector<Results> results(kStreams);
    std::vector<PoolStream> streams;
    for (std::size_t k = 0; k < kStreams; ++k)
        streams.push_back(stream_of(sequences[k % sequences.size()], results[k]));
    const auto ends = StreamPool({.workers = 3, .queue = 2}).run(std::move(streams), never);
    for (std::size_t k = 0; k < kStreams; ++k) {
        CAPTURE(k);
        CHECK(ends[k].error.empty());
        CHECK(results[k] == tracked_alone(sequences[k % sequences.size()]));
    }
}

} // namespace

TEST_CASE("streams with frames take turns, one frame each") {
    constexpr std::size_t kStreams = 5;
    const std::vector<std::int64_t> lengths{40, 3, 40, 7, 1};
    std::latch all_read(kStreams);
    Turns turns;
    std::vector<PoolStream> streams;
    for (std::size_t k = 0; k < kStreams; ++k)
        streams.push_back({.read = counting(lengths[k],
                                            [&, k](std::int64_t next) {
                                                if (next == lengths[k] + 1) all_read.count_down();
                                            }),
                           .track = [&, k](const StreamFrame&) {
                               all_read.wait(); // now all frames are in line
                               turns.add(k);
                           }});
    const auto ends = StreamPool({.workers = 1, .queue = 40}).run(std::move(streams), never);
    REQUIRE(turns.all().size() == 91);
    std::vector<std::int64_t> left = lengths;
    for (auto turn = turns.all().begin(); turn != turns.all().end();) {
        const auto waiting = std::ranges::count_if(left, [](std::int64_t count) { return count > 0; });
        std::vector<std::size_t> round(turn, turn + waiting);
        std::ranges::sort(round);
        CHECK(std::ranges::adjacent_find(round) == round.end()); // each stream once
        for (const std::size_t k : round)
            --left[k];
        turn += waiting;
    }
    for (std::size_t k = 0; k < kStreams; ++k) {
        CHECK(ends[k].tracked == lengths[k]);
        CHECK(ends[k].dropped == 0);
    }
}

TEST_CASE("frames of a stream are tracked in order and one at a time") {
    struct Counts {
        std::atomic<int> now = 0;
        std::int64_t last = 0;
        bool alone = true, in_order = true;
    };
    std::vector<Counts> counts(3);
    std::vector<PoolStream> streams;
    for (Counts& count : counts)
        streams.push_back({.read = counting(500), .track = [&count](const StreamFrame& frame) {
                               count.alone = count.alone && ++count.now == 1;
                               count.in_order = count.in_order && frame.number == ++count.last;
                               --count.now;
                           }});
    static_cast<void>(StreamPool({.workers = 4, .queue = 3}).run(std::move(streams), never));
    for (const Counts& count : counts) {
        CHECK(count.alone);
        CHECK(count.in_order);
        CHECK(count.last == 500);
    }
}

TEST_CASE("a stream that is slow to track does not delay the others") {
    std::latch others_done(2);
    std::vector<PoolStream> streams;
    streams.push_back({.read = counting(3), .track = [&](const StreamFrame&) { others_done.wait(); }});
    for (int k = 0; k < 2; ++k)
        streams.push_back({.read = counting(50), .track = [&](const StreamFrame& frame) {
                               if (frame.number == 50) others_done.count_down();
                           }});
    const auto ends = StreamPool({.workers = 2, .queue = 1}).run(std::move(streams), never);
    CHECK(ends[0].tracked == 3);
    CHECK(ends[1].tracked == 50);
    CHECK(ends[2].tracked == 50);
}

TEST_CASE("a stream whose reader never returns delays neither the others nor the end") {
    const FirstThread first;
    const std::size_t threads = threads_of_this_process();
    const auto release = std::make_shared<std::latch>(1);
    const auto released = std::make_shared<std::latch>(1);
    std::atomic<int> done = 0;
    std::vector<PoolStream> streams;
    streams.push_back({.read =
                           [release, released](StreamFrame&, const std::stop_token&) {
                               release->wait();
                               released->count_down();
                               return false;
                           },
                       .track = [](const StreamFrame&) {}});
    for (int k = 0; k < 2; ++k)
        streams.push_back({.read = counting(50), .track = [&done](const StreamFrame& frame) {
                               done += frame.number == 50 ? 1 : 0;
                           }});
    const auto ends = StreamPool({.workers = 1, .queue = 2, .patience = std::chrono::milliseconds(1)})
                          .run(std::move(streams), [&] { return done == 2; });
    CHECK(ends[0].error == "its reader does not return");
    CHECK(ends[0].tracked == 0);
    CHECK(ends[1].tracked == 50);
    CHECK(ends[2].tracked == 50);
    CHECK(threads_of_this_process() == threads + 1);
    release->count_down();
    released->wait();
    while (threads_of_this_process() > threads) // otherwise the test hangs
        std::this_thread::yield();
}

TEST_CASE("a failing stream ends with its reason without affecting the others") {
    const auto fail_at = [](std::int64_t number) {
        return [number](std::int64_t next) {
            if (next == number) throw std::runtime_error("no frame " + std::to_string(number));
        };
    };
    const auto nothing = [](const StreamFrame&) {};
    std::vector<PoolStream> streams;
    streams.push_back({.read = counting(100, fail_at(1)), .track = nothing});
    streams.push_back({.read = counting(100, fail_at(31)), .track = nothing});
    streams.push_back({.read = counting(100), .track = [](const StreamFrame& frame) {
                           if (frame.number == 20) throw std::runtime_error("cannot track");
                       }});
    streams.push_back({.read = counting(100), .track = [](const StreamFrame& frame) {
                           if (frame.number == 20) throw std::runtime_error("");
                       }});
    streams.push_back({.read = counting(100), .track = nothing});
    for (const FullQueue when_full : {FullQueue::kWait, FullQueue::kDropOldest}) {
        const bool waits = when_full == FullQueue::kWait;
        const auto ends =
            StreamPool({.workers = 2, .queue = 100, .when_full = when_full}).run(streams, never);
        CHECK(ends[0].error == "no frame 1");
        CHECK(ends[0].tracked == 0);
        CHECK(ends[1].error == "no frame 31");
        CHECK(ends[1].tracked == 30); // all frames that were read
        CHECK(ends[2].error == "cannot track");
        CHECK(ends[2].tracked == 19);
        CHECK(ends[3].error == "failed");
        CHECK(ends[4].error.empty());
        CHECK(ends[4].tracked == 100);
        CHECK((waits || ends[4].dropped == 0)); // the queue had room for all frames
    }
}

TEST_CASE("a reader waits while its stream's queue is full") {
    constexpr std::int64_t kQueue = 4;
    std::latch full(1);
    std::atomic<std::int64_t> tracked = 0;
    bool too_many = false;
    std::vector<PoolStream> streams;
    // One frame is being tracked, some are in the queue, and the reader is about to add one more.
    streams.push_back({.read = counting(200,
                                        [&](std::int64_t next) {
                                            if (next == kQueue + 2) full.count_down();
                                            too_many = too_many || next - 1 - tracked > kQueue + 1;
                                        }),
                       .track = [&](const StreamFrame&) {
                           full.wait();
                           ++tracked;
                       }});
    const auto ends =
        StreamPool({.workers = 1, .queue = static_cast<std::size_t>(kQueue)}).run(std::move(streams), never);
    CHECK_FALSE(too_many);
    CHECK(ends[0].tracked == 200);
    CHECK(ends[0].dropped == 0);
}

TEST_CASE("a camera's oldest frames are dropped for new ones and counted") {
    std::latch begun(1), all_read(1);
    std::vector<std::int64_t> numbers;
    std::vector<PoolStream> streams;
    streams.push_back({.read = counting(100,
                                        [&](std::int64_t next) {
                                            // The first frame is being tracked.
                                            if (next == 2) begun.wait();
                                            if (next == 101) all_read.count_down();
                                        }),
                       .track = [&](const StreamFrame& frame) {
                           if (frame.number == 1) begun.count_down();
                           all_read.wait();
                           numbers.push_back(frame.number);
                       }});
    const auto ends = StreamPool({.workers = 1, .queue = 4, .when_full = FullQueue::kDropOldest})
                          .run(std::move(streams), never);
    CHECK(numbers == std::vector<std::int64_t>{1, 97, 98, 99, 100});
    CHECK(ends[0].tracked == 5);
    CHECK(ends[0].dropped == 95);
}

TEST_CASE("readers of cameras run at a lower priority, those of files do not") {
    const int own = getpriority(PRIO_PROCESS, 0);
    for (const auto& [when_full, expected] :
         {std::pair(FullQueue::kWait, own), {FullQueue::kDropOldest, std::min(own + 10, 19)}}) {
        int reader = -1, tracker = -1;
        std::vector<PoolStream> streams;
        streams.push_back({.read = counting(1, [&](std::int64_t) { reader = getpriority(PRIO_PROCESS, 0); }),
                           .track = [&](const StreamFrame&) { tracker = getpriority(PRIO_PROCESS, 0); }});
        static_cast<void>(StreamPool({.workers = 1, .when_full = when_full}).run(std::move(streams), never));
        CHECK(reader == expected);
        CHECK(tracker == own);
    }
}

TEST_CASE("a stopped pool with full queues ends within a frame and leaves no thread") {
    const FirstThread first;
    const std::size_t threads = threads_of_this_process();
    constexpr std::size_t kStreams = 4;
    std::atomic<std::size_t> full = 0;
    std::atomic<std::int64_t> tracked = 0;
    std::vector<std::stop_token> tokens(kStreams);
    std::vector<PoolStream> streams;
    for (std::size_t k = 0; k < kStreams; ++k)
        streams.push_back(
            {.read =
                 [&, k, read = counting(1'000'000)](StreamFrame& frame, const std::stop_token& stop) mutable {
                     if (!tokens[k].stop_possible()) tokens[k] = stop; // once, before the first frame
                     const bool any = read(frame, stop);
                     full += frame.number == 5 ? 1U : 0U; // four frames are in the queue or further on
                     return any;
                 },
             .track =
                 [&, k](const StreamFrame&) {
                     while (!tokens[k].stop_requested()) // otherwise the test hangs
                         std::this_thread::yield();
                     ++tracked;
                 }});
    const auto ends =
        StreamPool({.workers = 2, .queue = 4}).run(std::move(streams), [&] { return full == kStreams; });
    CHECK(tracked <= 2); // the frames that the workers were tracking
    std::int64_t reported = 0;
    for (const StreamEnd& end : ends) {
        reported += end.tracked;
        CHECK(end.error.empty());
    }
    CHECK(reported == tracked); // no result was lost
    CHECK(threads_of_this_process() == threads);
}

TEST_CASE("a reader that waits for its next frame gets a stop request") {
    std::atomic<bool> waits = false;
    std::vector<PoolStream> streams;
    streams.push_back({.read =
                           [&](StreamFrame&, const std::stop_token& stop) {
                               std::latch told(1);
                               const std::stop_callback callback(stop, [&] { told.count_down(); });
                               waits = true;
                               told.wait();
                               return false;
                           },
                       .track = [](const StreamFrame&) {}});
    const auto ends = StreamPool({.workers = 1}).run(std::move(streams), [&] { return waits.load(); });
    CHECK(ends[0].error.empty());
}

TEST_CASE("a pool without streams ends at once, and invalid options are errors") {
    CHECK(StreamPool({.workers = 1}).run({}, never).empty());
    CHECK_THROWS_AS(StreamPool({.workers = 0}), InvalidArgument);
    CHECK_THROWS_AS(StreamPool({.workers = 1, .queue = 0}), InvalidArgument);
}

TEST_CASE("each stream has the same results as when tracked alone") {
    std::vector<Sequence> sequences;
    for (const unsigned seed : {1U, 2U, 3U}) {
        const SyntheticScene scene({.frames = 25, .objects = 8, .seed = seed});
        Sequence& sequence = sequences.emplace_back();
        for (int k = 0; k < scene.frame_count(); ++k) {
            sequence.frames.push_back(scene.frame(k));
            sequence.detections.push_back(scene.detections(k));
        }
    }
    check_same_as_alone(sequences);
}

TEST_CASE("each stream of real frames has the same results as when tracked alone (needs FGAGT_DATA)") {
    const auto folder = real_data("mot/TUD-Campus");
    if (!folder) return;
    const auto rows = read_detections(*folder / "det" / "det.txt");
    const auto frames = open_frames(*folder);
    Sequence sequence;
    for (cv::Mat frame; frames->read(frame) && sequence.frames.size() < 40;) {
        sequence.frames.push_back(frame.clone());
        std::vector<Detection>& detections = sequence.detections.emplace_back();
        for (const DetectionRow& row : rows.frame(static_cast<std::int64_t>(sequence.frames.size())))
            detections.push_back({.box = row.box, .score = row.score});
    }
    check_same_as_alone({sequence});
}
