#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace fgagt::examples {

/// A piece of work or its result, as text that can be sent to another process.
struct Parcel {
    std::size_t index; ///< index of the piece of work
    std::string text;  ///< the work or its result
};

/// Does a piece of work; called by several threads at once; does not throw.
using Work = std::function<std::string(const std::string&)>;

/// Worker threads of this process. Only the thread that created this object may call its members.
class LocalWorkers {
public:
    /// @param count  number of threads, >= 1
    LocalWorkers(std::size_t count, Work work) : work_(std::move(work)) {
        for (std::size_t k = 0; k < count; ++k)
            threads_.emplace_back([this](const std::stop_token& stop) { work_on(stop); });
    }

    /// Pieces that have started and whose result has not been taken yet.
    [[nodiscard]] std::size_t busy() const { return busy_; }
    /// Whether a thread is idle.
    [[nodiscard]] bool has_free() const { return busy_ < threads_.size(); }

    void begin(Parcel piece) {
        ++busy_;
        {
            const std::scoped_lock lock(mutex_);
            pieces_.push_back(std::move(piece));
        }
        changed_.notify_all();
    }

    /// Waits for a result for a limited time and takes it.
    [[nodiscard]] std::optional<Parcel> take_result(std::chrono::milliseconds patience) {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_for(lock, patience, [&] { return !results_.empty(); })) return std::nullopt;
        Parcel result = std::move(results_.front());
        results_.pop_front();
        --busy_;
        return result;
    }

private:
    void work_on(const std::stop_token& stop) {
        for (std::unique_lock lock(mutex_); changed_.wait(lock, stop, [&] { return !pieces_.empty(); });) {
            Parcel piece = std::move(pieces_.front());
            pieces_.pop_front();
            lock.unlock();
            piece.text = work_(piece.text);
            lock.lock();
            results_.push_back(std::move(piece));
            changed_.notify_all();
        }
    }

    Work work_;
    std::size_t busy_ = 0;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<Parcel> pieces_, results_;
    std::vector<std::jthread> threads_; // last: the threads must end before the members that they use
};

} // namespace fgagt::examples
