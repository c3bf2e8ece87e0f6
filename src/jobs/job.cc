#include "jobs/job.h"

#include <atomic>
#include <exception>
#include <mutex>

#include "base/parallel.h"

namespace auif {

JobReport RunItems(const std::vector<std::string>& items, int threads, const JobCallback& callback,
                   const std::function<void(int)>& work) {
  JobReport report;
  report.total = static_cast<int>(items.size());
  std::vector<std::string> messages(items.size());
  std::vector<char> ran(items.size(), 0);
  std::mutex mutex;
  std::atomic<bool> stop = false;
  JobProgress progress;
  progress.total = report.total;
  ParallelFor(report.total, threads, [&](int i) {
    if (stop) return;
    try {
      work(i);
    } catch (const std::exception& error) {
      messages[i] = error.what();
    }
    ran[i] = 1;
    const std::scoped_lock lock(mutex);
    ++progress.done;
    progress.item = items[i];
    progress.failure = messages[i];
    if (callback && !callback(progress)) stop = true;
  });
  for (int i = 0; i < report.total; ++i) {
    if (!ran[i]) {
      report.stopped = true;
      continue;
    }
    if (messages[i].empty()) {
      ++report.succeeded;
    } else {
      report.failures.push_back({items[i], messages[i]});
    }
  }
  return report;
}

}  // namespace auif
