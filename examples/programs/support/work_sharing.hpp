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

/// Distributes pieces of work over all available threads and processes.
///
/// One process leads: it has the pieces, hands them out to idle threads and receives the results. The other
/// processes call `run` with the same work; if the leader ends without calling `run`, they have nothing to
/// do.
class WorkSharing {
public:
    WorkSharing() = default;
    WorkSharing(const WorkSharing&) = delete;
    WorkSharing& operator=(const WorkSharing&) = delete;
    virtual ~WorkSharing() = default;

    /// Whether this process has the pieces.
    [[nodiscard]] virtual bool leads() const = 0;
    /// Number of processes.
    [[nodiscard]] virtual std::size_t processes() const = 0;

    /// Called for each finished piece, in the order of completion, in the thread that called `run`.
    using Report = std::function<void(const Parcel&)>;
    /// Whether to start no further pieces; pieces in progress are finished.
    using Stop = std::function<bool()>;

    /// Returns when all pieces are done.
    ///
    /// @param threads  worker threads of each process, >= 1
    /// @param pieces   the pieces of the leader; ignored in the other processes. Results should be short,
    /// such as a line.
    virtual void run(std::size_t threads, const std::vector<std::string>& pieces, const Work& work,
                     const Report& report, const Stop& stop) = 0;
};

/// Uses the threads of this process only.
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

/// Uses the processes of an MPI job if this process belongs to one and MPI is built in; otherwise threads.
[[nodiscard]] inline std::unique_ptr<WorkSharing> open_work_sharing() {
#ifdef FGAGT_WITH_MPI
    if (MpiSharing::is_wanted()) return std::make_unique<MpiSharing>();
#endif
    return std::make_unique<ThreadSharing>();
}

} // namespace fgagt::examples
