#pragma once

#ifdef _WIN32
#include "windows.hpp"
#elif defined(__APPLE__)
#include <pthread.h>
#elif defined(__linux__)
#include <unistd.h>
#endif

namespace fgagt::examples {

/// Lowers the priority of the current thread, if the system supports this for single threads.
inline void lower_thread_priority() {
#ifdef _WIN32
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_BELOW_NORMAL);
#elif defined(__APPLE__)
    pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0);
#elif defined(__linux__)
    static_cast<void>(nice(10)); // on Linux, only this thread; elsewhere, the whole process
#endif
}

} // namespace fgagt::examples
