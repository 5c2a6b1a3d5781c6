#pragma once

#include "print_error.hpp"
#include "work_sharing.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mpi.h>
#include <optional>
#include <string>
#include <vector>

namespace fgagt::examples {

/// Uses the processes of an MPI job. Rank 0 leads and also works. All MPI calls come from the thread that
/// created this object. A process may create it once and call `run` once.
class MpiSharing final : public WorkSharing {
public:
    /// Whether an MPI launcher has started this process.
    [[nodiscard]] static bool is_wanted() {
        return std::ranges::any_of(std::vector{"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"},
                                   [](const char* name) {
                                       return std::getenv(name) != nullptr; // NOLINT(concurrency-mt-unsafe)
                                   });
    }

    MpiSharing() {
        int provided = 0;
        MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
        MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
        MPI_Comm_size(MPI_COMM_WORLD, &size_);
    }
    MpiSharing(const MpiSharing&) = delete;
    MpiSharing& operator=(const MpiSharing&) = delete;
    ~MpiSharing() override {
        if (!ended_ && leads()) end_others();
        while (!ended_)
            // The message is a piece if only this process has failed.
            if (const auto message = receive())
                message->tag == kEnd ? void(ended_ = true) : void(MPI_Abort(MPI_COMM_WORLD, 1));
        MPI_Finalize();
    }

    [[nodiscard]] bool leads() const override { return rank_ == 0; }
    [[nodiscard]] std::size_t processes() const override { return static_cast<std::size_t>(size_); }

    void run(std::size_t threads, const std::vector<std::string>& pieces, const Work& work,
             const Report& report, const Stop& stop) override {
        try {
            LocalWorkers workers(threads, work);
            leads() ? lead(workers, threads, pieces, report, stop) : follow(workers);
        } catch (const std::exception& error) { // otherwise the others would wait for ever
            print_error("rank " + std::to_string(rank_) + ": " + error.what());
            MPI_Abort(MPI_COMM_WORLD, 1);
        }
    }

private:
    enum Tag : int { kPiece, kResult, kEnd };
    static constexpr std::chrono::milliseconds kPatience{5};

    void lead(LocalWorkers& workers, std::size_t threads, const std::vector<std::string>& pieces,
              const Report& report, const Stop& stop) {
        std::vector<std::size_t> busy(processes(), 0); // busy threads of the other processes
        std::size_t next = 0, handed_out = 0;
        while ((next < pieces.size() && !stop()) || handed_out + workers.busy() > 0) {
            for (int rank = 1; rank < size_; ++rank)
                for (std::size_t& count = busy[static_cast<std::size_t>(rank)];
                     next < pieces.size() && count < threads && !stop(); ++count, ++handed_out, ++next)
                    send(rank, kPiece, {next, pieces[next]});
            for (; next < pieces.size() && workers.has_free() && !stop(); ++next)
                workers.begin({next, pieces[next]});
            if (const auto message = receive()) {
                --busy[static_cast<std::size_t>(message->rank)];
                --handed_out;
                report(message->parcel);
            } else if (const auto result = workers.take_result(kPatience)) {
                report(*result);
            }
        }
        end_others();
    }

    void end_others() {
        for (int rank = 1; rank < size_; ++rank)
            send(rank, kEnd, {});
        ended_ = true;
    }

    /// The leader ends this loop only after it has received all results.
    void follow(LocalWorkers& workers) {
        while (!ended_) {
            if (const auto message = receive()) {
                ended_ = message->tag == kEnd;
                if (!ended_) workers.begin(message->parcel);
            } else if (const auto result = workers.take_result(kPatience)) {
                send(0, kResult, *result);
            }
        }
    }

    struct Message {
        int rank, tag;
        Parcel parcel;
    };

    /// Receives a message if one is available.
    [[nodiscard]] static std::optional<Message> receive() {
        int there = 0, size = 0;
        MPI_Status status;
        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
        if (there == 0) return std::nullopt;
        MPI_Get_count(&status, MPI_BYTE, &size);
        std::string bytes(static_cast<std::size_t>(size), '\0');
        MPI_Recv(bytes.data(), size, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
                 MPI_STATUS_IGNORE);
        Message message{status.MPI_SOURCE, status.MPI_TAG, {}};
        std::memcpy(&message.parcel.index, bytes.data(), sizeof(std::size_t));
        message.parcel.text = bytes.substr(sizeof(std::size_t));
        return message;
    }

    static void send(int rank, Tag tag, const Parcel& parcel) {
        std::string bytes(sizeof(std::size_t), '\0');
        std::memcpy(bytes.data(), &parcel.index, bytes.size());
        bytes += parcel.text;
        MPI_Send(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, rank, tag, MPI_COMM_WORLD);
    }

    int rank_ = 0, size_ = 1;
    bool ended_ = false; // no pieces are left, and all processes have been informed
};

} // namespace fgagt::examples
