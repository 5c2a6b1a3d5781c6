#include <opencv2/core/parallel/parallel_backend.hpp>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <vector>

// The thread sanitizer understands only threads of instrumented code. The library behind OpenCV's parallel
// loops is not instrumented, so everything in it would look like a race. In programs with this file, plain
// threads do the same work.

namespace {

/// A thread's number within its loop; 0 outside of loops.
thread_local int number_of_this_thread = 0;

class PlainThreads final : public cv::parallel::ParallelForAPI {
public:
    void parallel_for(int tasks, FN_parallel_for_body_cb_t body, void* data) override {
        std::atomic<int> next = 0;
        const auto work = [&](int number) {
            number_of_this_thread = number;
            for (int task = next++; task < tasks; task = next++)
                body(task, task + 1, data);
            number_of_this_thread = 0;
        };
        std::vector<std::jthread> others;
        for (int number = 1; number < std::min(threads_.load(), tasks); ++number)
            others.emplace_back(work, number);
        work(0);
    }

    [[nodiscard]] int getThreadNum() const override { return number_of_this_thread; }
    [[nodiscard]] int getNumThreads() const override { return threads_; }
    [[nodiscard]] const char* getName() const override { return "plain threads"; }

    /// @param threads  0: loops run in one thread; below: the default number
    int setNumThreads(int threads) override {
        return threads_.exchange(threads < 0 ? kDefault : std::max(threads, 1));
    }

private:
    static constexpr int kDefault = 4;
    std::atomic<int> threads_ = kDefault;
};

[[maybe_unused]] const bool is_used = [] {
    cv::parallel::setParallelForBackend(std::make_shared<PlainThreads>());
    return true;
}();

} // namespace
