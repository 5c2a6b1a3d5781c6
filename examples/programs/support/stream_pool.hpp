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
    cv::Mat image;           ///< its pixels, nobody else's
    std::int64_t number = 0; ///< in its stream, from 1; those that are not tracked count as well
    std::chrono::steady_clock::time_point arrived{}; ///< when there was something to read
};

/// One camera, as two functions.
struct PoolStream {
    /// Gets the next frame; false after the last one. Called in a thread of the stream's own, so it may take
    /// its time; when the token says so, it should end soon.
    std::function<bool(StreamFrame&, const std::stop_token&)> read;
    /// Tracks a frame. Called in some thread of the pool, in order, and never twice at once for one stream.
    std::function<void(const StreamFrame&)> track;
};

/// What happens to a stream's frame that comes when its queue is full.
enum class FullQueue : std::uint8_t {
    kWait,       ///< its reader waits: for files, of which every frame counts
    kDropOldest, ///< the oldest one makes room: for cameras, which do not wait
};

/// Options of a StreamPool.
struct StreamPoolOptions {
    std::size_t workers = 1;                ///< threads that track, >= 1
    std::size_t queue = 4;                  ///< frames that may wait in each stream, >= 1
    FullQueue when_full = FullQueue::kWait; ///< whether a stream waits or loses frames
    /// How long readers may take to end when all is over; who takes longer is left to itself.
    std::chrono::milliseconds patience{2000};
};

/// What became of a stream.
struct StreamEnd {
    std::int64_t tracked = 0; ///< frames
    std::int64_t dropped = 0; ///< frames before the last tracked one that were not tracked
    double seconds = 0;       ///< from the beginning of all to its last tracked frame
    LatencyHistogram latency; ///< from a frame's arrival until it was tracked
    std::string error;        ///< why it ended early; empty: it did not, or everything was stopped
};

/// Tracks many streams with few threads.
///
/// Each stream has a thread that reads, where it mostly waits, and a queue of a few frames. The trackers
/// share the pool's workers: streams that have a frame stand in line, a worker takes the one in front, tracks
/// one frame of it, and puts it to the end of the line if it has more. So every stream gets its turn, however
/// many frames the others have; a stream that is slow to read holds up nobody, and one that is slow to track
/// holds one worker at most. A stream that throws ends alone.
class StreamPool {
public:
    /// @throws InvalidArgument  no workers, or no room in the queues
    explicit StreamPool(const StreamPoolOptions& options) : options_(options) {
        if (options.workers == 0 || options.queue == 0)
            throw InvalidArgument("StreamPool: expected at least one worker and room for one frame, got " +
                                  std::to_string(options.workers) + " and " + std::to_string(options.queue) +
                                  "; give more than zero");
    }

    /// Returns when all streams have ended, or soon after `stop()` has turned true, which is asked in the
    /// calling thread some twenty times a second. Frames that still wait then are not tracked. No thread is
    /// left, except for a reader that does not end in time: its stream's functions must stay callable.
    [[nodiscard]] std::vector<StreamEnd> run(std::vector<PoolStream> streams,
                                             const std::function<bool()>& stop) const {
        const auto line = std::make_shared<Line>(std::move(streams), options_);
        std::vector<std::jthread> readers;
        {
            std::vector<std::jthread> workers;
            const StopAtEnd stopping{*line}; // whatever happens, before the workers are waited for
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

    /// A stream and its frames that wait.
    struct Lane {
        explicit Lane(PoolStream its_stream) : stream(std::move(its_stream)) {}

        PoolStream stream;
        std::deque<StreamFrame> queue;
        std::condition_variable room;
        std::stop_source stop;
        bool in_line = false;  // or with a worker
        bool closed = false;   // takes no more frames
        bool returned = false; // its reader
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

    /// The streams that stand in line for a worker. Shared, so that it outlives a reader that never returns.
    class Line {
    public:
        Line(std::vector<PoolStream> streams, const StreamPoolOptions& options) : options_(options) {
            for (PoolStream& stream : streams)
                lanes_.push_back(std::make_unique<Lane>(std::move(stream)));
        }

        [[nodiscard]] std::size_t size() const { return lanes_.size(); }

        /// What a reader's thread does.
        void read(std::size_t k) {
            // Where there is more to do than the processor can, frames should not be decoded for nothing
            // while trackers wait: readers of cameras stand back, so that they skip frames.
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
            if (lane.end.error.empty()) lane.end.error = error; // what it has read before is still tracked
            lane.close();
            lane.returned = true;
            something_ended_.notify_all();
        }

        /// What a worker does.
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

        /// Waits until all streams have ended, or it is time to stop.
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

        /// Nothing new begins.
        void stop() {
            const std::scoped_lock lock(mutex_);
            stopped_ = true;
            someone_waits_.notify_all();
            for (const auto& lane : lanes_)
                lane->close();
        }

        /// Waits for the readers, but not for ever, and says what became of the streams.
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
                lane.returned ? readers[k].join() : readers[k].detach(); // who has returned needs no lock
            }
            return ends;
        }

    private:
        /// Takes in a frame; false when no more are wanted.
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

        /// @return  what went wrong
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
        std::mutex mutex_; // over all that changes
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
