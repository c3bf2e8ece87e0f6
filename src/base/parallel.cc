#include "base/parallel.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <map>

namespace auif {
namespace {

// The calling thread's arena of so many threads. It lives as long as the thread, since oneTBB
// 2021.8 keeps 7 KB of every arena that is destroyed: of one a call, a video would fill the memory.
tbb::task_arena& Arena(int threads) {
  thread_local std::map<int, tbb::task_arena> arenas;
  return arenas.try_emplace(threads, threads).first->second;
}

}  // namespace

int ThreadCount(int threads) { return threads > 0 ? threads : tbb::info::default_concurrency(); }

void ParallelFor(int count, int threads, const std::function<void(int)>& task) {
  const int most = ThreadCount(threads);
  if (most == 1 || count <= 1) {
    for (int i = 0; i < count; ++i) task(i);
    return;
  }
  // More threads than cores are of no use, but they are what was asked for.
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  std::max(most, tbb::info::default_concurrency()));
  Arena(most).execute([&] { tbb::parallel_for(0, count, task, tbb::simple_partitioner()); });
}

}  // namespace auif
