#include "base/parallel.h"

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>

namespace auif {

int ThreadCount(int threads) { return threads > 0 ? threads : tbb::info::default_concurrency(); }

void ParallelFor(int count, int threads, const std::function<void(int)>& task) {
  const int most = ThreadCount(threads);
  if (most == 1 || count <= 1) {
    for (int i = 0; i < count; ++i) task(i);
    return;
  }
  tbb::task_arena arena(most);
  arena.execute([&] { tbb::parallel_for(0, count, task, tbb::simple_partitioner()); });
}

}  // namespace auif
