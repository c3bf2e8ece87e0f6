// Threads: the one place that knows oneTBB.
#pragma once

#include <functional>

namespace auif {

// Number of threads that `threads` asks for: itself, or as many as the machine has for 0.
int ThreadCount(int threads);

// Calls task(0) ... task(count - 1) on at most `threads` threads (0: as many as the machine has),
// the calling one among them, and waits. The first exception is passed on.
void ParallelFor(int count, int threads, const std::function<void(int)>& task);

}  // namespace auif
