#pragma once

#include "latency_histogram.hpp"
#include "system/thread_priority.hpp"

#include <fgagt/core/errors.hpp>

#include <opencv2/core.hpp>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// A frame on its way from a stream's reader to its tracker.
struct StreamFrame {
    cv::Mat image;           ///< its pixels, not shared
    std::int64_t number = 0; ///< number in its stream, from 1; dropped frames count too
    std::chrono::steady_clock::time_point arrived{}; ///< when the frame became available
};

/// One camera, described by two functions.
struct PoolStream {
    /// Gets the next frame; returns false after the last one. It is called in the stream's own thread, so it
    /// may block, but it should return soon after a stop request.
    std::function<bool(StreamFrame&, const std::stop_token&)> read;
    /// Tracks a frame. It is called in a thread of the pool, in order, and never twice at once for one
    /// stream.
    std::function<void(const StreamFrame&)> track;
};

/// What happens when a stream's queue is full and a new frame arrives.
enum class FullQueue : std::uint8_t {
    kWait,       ///< the reader waits: for files, where every frame counts
    kDropOldest, ///< the oldest frame is dropped: for cameras, which do not wait
};

/// Options of a StreamPool.
struct StreamPoolOptions {
    std::size_t workers = 1;                ///< tracking threads, >= 1
    std::size_t queue = 4;                  ///< capacity of each stream's queue in frames, >= 1
    FullQueue when_full = FullQueue::kWait; ///< whether a stream waits or drops frames
    /// How long the readers may take to end; slower readers are detached.
    std::chrono::milliseconds patience{2000};
};

/// The outcome of a stream.
struct StreamEnd {
    std::int64_t tracked = 0; ///< number of tracked frames
    std::int64_t dropped = 0; ///< number of untracked frames before the last tracked one
    double seconds = 0;       ///< from the start of the pool to the last tracked frame
    LatencyHistogram latency; ///< from a frame's arrival to the end of its tracking
    /// Why it ended early; empty if it did not, or if the pool was stopped.
    std::string error;
};

/// Tracks many streams with few threads.
///
/// Each stream has a reader thread, which mostly waits, and a queue of a few frames. The trackers share the
/// pool's workers. Streams with a waiting frame form a line: a worker takes the first stream, tracks one of
/// its frames, and puts the stream back at the end of the line if it has more. So every stream gets its turn,
/// however many frames the others have. A stream that is slow to read delays no other stream, and one that is
/// slow to track occupies at most one worker. A stream that throws ends without affecting the others.
class StreamPool {
public:
    /// @throws InvalidArgument  there are no workers, or the queues have no capacity
    explicit StreamPool(const StreamPoolOptions& options) : options_(options) {
        if (options.workers == 0 || options.queue == 0)
            throw InvalidArgument("StreamPool: expected at least one worker and room for one frame, got " +
                                  std::to_string(options.workers) + " and " + std::to_string(options.queue) +
                                  "; increase both above zero");
    }

    /// Returns when all streams have ended, or soon after `stop()` returns true. The calling thread calls
    /// `stop()` about twenty times a second. Frames that are still waiting then are not tracked. No thread
    /// remains, except for a reader that does not end in time; the functions of its stream must stay
    /// callable.
    [[nodiscard]] std::vector<StreamEnd> run(std::vector<PoolStream> streams,
                                             const std::function<bool()>& stop) const {
        const auto line = std::make_shared<Line>(std::move(streams), options_);
        std::vector<std::jthread> readers;
        {
            std::vector<std::jthread> workers;
            const StopAtEnd stopping{*line}; // runs in every case, before the workers are joined
            for (std::size_t k = 0; k < options_.workers; ++k)
                workers.emplace_back([&line] { line->work(); });
            for (std::size_t k = 0; k < line->size(); ++k)
                readers.emplace_back([line, k] { line->read(k); });
            line->wait(stop);
        }
        return line->end(readers, options_.patience);
    }

private:
    using Clock = std::chrono::steady_clock;

    /// A stream and its waiting frames.
    struct Lane {
        explicit Lane(PoolStream its_stream) : stream(std::move(its_stream)) {}

        PoolStream stream;
        std::deque<StreamFrame> queue;
        std::condition_variable room;
        std::stop_source stop;
        bool in_line = false;  // or being tracked by a worker
        bool closed = false;   // accepts no more frames
        bool returned = false; // whether the reader has returned
        std::int64_t last_number = 0;
        StreamEnd end;

        [[nodiscard]] bool ended() const { return closed && queue.empty() && !in_line; }
        void close() {
            closed = true;
            stop.request_stop();
            room.notify_all();
        }
        void fail(const std::string& error) {
            if (end.error.empty()) end.error = error;
            queue.clear();
            close();
        }
    };

    /// The line of streams that wait for a worker. Shared, so that it outlives a reader that never returns.
    class Line {
    public:
        Line(std::vector<PoolStream> streams, const StreamPoolOptions& options) : options_(options) {
            for (PoolStream& stream : streams)
                lanes_.push_back(std::make_unique<Lane>(std::move(stream)));
        }

        [[nodiscard]] std::size_t size() const { return lanes_.size(); }

        /// Runs in a reader's thread.
        void read(std::size_t k) {
            // If the processor is overloaded, decoding frames that will be dropped would waste time that the
            // trackers need. Readers of cameras therefore get a lower priority, so that they skip frames.
            if (options_.when_full == FullQueue::kDropOldest) lower_thread_priority();
            Lane& lane = *lanes_[k];
            std::string error;
            try {
                for (StreamFrame frame; lane.stream.read(frame, lane.stop.get_token()); frame = {})
                    if (!put(k, std::move(frame))) break;
            } catch (const std::exception& failure) {
                error = message_of(failure);
            }
            const std::scoped_lock lock(mutex_);
            if (lane.end.error.empty()) lane.end.error = error; // frames read before are still tracked
            lane.close();
            lane.returned = true;
            something_ended_.notify_all();
        }

        /// Runs in a worker's thread.
        void work() {
            for (std::unique_lock lock(mutex_);;) {
                someone_waits_.wait(lock, [&] { return stopped_ || !line_.empty(); });
                if (stopped_) return;
                const std::size_t k = line_.front();
                line_.pop_front();
                Lane& lane = *lanes_[k];
                StreamFrame frame = std::move(lane.queue.front());
                lane.queue.pop_front();
                lane.room.notify_one();
                lock.unlock();
                const std::string error = track(lane.stream, frame);
                frame.image.release();
                lock.lock();
                error.empty() ? note(lane, frame) : lane.fail(error);
                lane.in_line = false;
                stand_in_line(k);
                if (lane.ended()) something_ended_.notify_all();
            }
        }

        /// Waits until all streams have ended or `stop()` returns true.
        void wait(const std::function<bool()>& stop) {
            for (std::unique_lock lock(mutex_);;) {
                const bool over = something_ended_.wait_for(lock, std::chrono::milliseconds(50), [&] {
                    return std::ranges::all_of(lanes_, [](const auto& lane) { return lane->ended(); });
                });
                lock.unlock();
                if (stop() || over) return;
                lock.lock();
            }
        }

        /// Starts no new work.
        void stop() {
            const std::scoped_lock lock(mutex_);
            stopped_ = true;
            someone_waits_.notify_all();
            for (const auto& lane : lanes_)
                lane->close();
        }

        /// Waits for the readers for a limited time and returns the outcomes of the streams.
        [[nodiscard]] std::vector<StreamEnd> end(std::vector<std::jthread>& readers,
                                                 std::chrono::milliseconds patience) {
            std::unique_lock lock(mutex_);
            something_ended_.wait_for(lock, patience, [&] {
                return std::ranges::all_of(lanes_, [](const auto& lane) { return lane->returned; });
            });
            std::vector<StreamEnd> ends;
            for (std::size_t k = 0; k < lanes_.size(); ++k) {
                Lane& lane = *lanes_[k];
                if (!lane.returned && lane.end.error.empty()) lane.end.error = "its reader does not return";
                ends.push_back(lane.end);
                lane.returned ? readers[k].join()
                              : readers[k].detach(); // a reader that has returned needs no lock
            }
            return ends;
        }

    private:
        /// Queues a frame; returns false if no more frames are accepted.
        [[nodiscard]] bool put(std::size_t k, StreamFrame frame) {
            Lane& lane = *lanes_[k];
            std::unique_lock lock(mutex_);
            const auto has_room = [&] { return lane.queue.size() < options_.queue; };
            if (options_.when_full == FullQueue::kWait)
                lane.room.wait(lock, [&] { return lane.closed || has_room(); });
            if (lane.closed) return false;
            if (!has_room()) lane.queue.pop_front();
            lane.queue.push_back(std::move(frame));
            stand_in_line(k);
            return true;
        }

        void stand_in_line(std::size_t k) {
            Lane& lane = *lanes_[k];
            if (lane.in_line || lane.queue.empty()) return;
            lane.in_line = true;
            line_.push_back(k);
            someone_waits_.notify_one();
        }

        /// @return  an error message, or empty
        [[nodiscard]] static std::string track(const PoolStream& stream, const StreamFrame& frame) {
            try {
                stream.track(frame);
            } catch (const std::exception& error) {
                return message_of(error);
            }
            return "";
        }

        [[nodiscard]] static std::string message_of(const std::exception& error) {
            return *error.what() == '\0' ? "failed" : error.what();
        }

        void note(Lane& lane, const StreamFrame& frame) const {
            const Clock::time_point now = Clock::now();
            ++lane.end.tracked;
            lane.end.dropped += frame.number - lane.last_number - 1;
            lane.last_number = frame.number;
            lane.end.seconds = std::chrono::duration<double>(now - begin_).count();
            lane.end.latency.add(std::chrono::duration<double, std::micro>(now - frame.arrived).count());
        }

        StreamPoolOptions options_;
        std::vector<std::unique_ptr<Lane>> lanes_;
        std::mutex mutex_; // guards all mutable members
        std::condition_variable someone_waits_, something_ended_;
        std::deque<std::size_t> line_;
        bool stopped_ = false;
        Clock::time_point begin_ = Clock::now();
    };

    struct StopAtEnd {
        Line& line;
        ~StopAtEnd() { line.stop(); }
    };

    StreamPoolOptions options_;
};

} // namespace fgagt::examples
