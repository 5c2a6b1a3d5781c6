#pragma once

#include "local_workers.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fgagt::examples {

/// Has pieces of work done by all threads, and processes, that there are.
///
/// One process leads: it has the pieces, hands one out to whoever is free, and hears of the results. The
/// others call `run` as well, with the same work; where the leader ends without having called it, they have
/// nothing to do.
class WorkSharing {
public:
    WorkSharing() = default;
    WorkSharing(const WorkSharing&) = delete;
    WorkSharing& operator=(const WorkSharing&) = delete;
    virtual ~WorkSharing() = default;

    /// Whether this process is the one that has the pieces.
    [[nodiscard]] virtual bool leads() const = 0;
    /// Number of processes.
    [[nodiscard]] virtual std::size_t processes() const = 0;

    /// What the leader hears of each piece, in the order in which they end, in the thread that called `run`.
    using Report = std::function<void(const Parcel&)>;
    /// Whether no further piece should begin; those that were begun end as they do.
    using Stop = std::function<bool()>;

    /// Returns when all is done.
    ///
    /// @param threads  of each process that work at once, >= 1
    /// @param pieces   what the leader hands out; of no meaning elsewhere. Results should be short, say a
    /// line
    virtual void run(std::size_t threads, const std::vector<std::string>& pieces, const Work& work,
                     const Report& report, const Stop& stop) = 0;
};

/// Threads of this process alone.
class ThreadSharing final : public WorkSharing {
public:
    [[nodiscard]] bool leads() const override { return true; }
    [[nodiscard]] std::size_t processes() const override { return 1; }

    void run(std::size_t threads, const std::vector<std::string>& pieces, const Work& work,
             const Report& report, const Stop& stop) override {
        LocalWorkers workers(threads, work);
        for (std::size_t next = 0;;) {
            for (; next < pieces.size() && workers.has_free() && !stop(); ++next)
                workers.begin({next, pieces[next]});
            if (workers.busy() == 0) return;
            if (const auto result = workers.take_result(std::chrono::milliseconds(100))) report(*result);
        }
    }
};

} // namespace fgagt::examples

#ifdef FGAGT_WITH_MPI
#include "work_sharing_mpi.hpp" // needs what is above
#endif

namespace fgagt::examples {

/// Among the processes of an MPI job, where this is one and MPI is built in; else among threads.
[[nodiscard]] inline std::unique_ptr<WorkSharing> open_work_sharing() {
#ifdef FGAGT_WITH_MPI
    if (MpiSharing::is_wanted()) return std::make_unique<MpiSharing>();
#endif
    return std::make_unique<ThreadSharing>();
}

} // namespace fgagt::examples
