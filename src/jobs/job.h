// What all jobs over many images have in common.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace auif {

// Called after every finished item, from any thread but never from two at once.
struct JobProgress {
  int done = 0;  // items finished so far, failed ones included
  int total = 0;
  std::string item;     // the one that was just finished
  std::string failure;  // why it failed; empty if it did not
};

// Returns false to stop the job after the items under way.
using JobCallback = std::function<bool(const JobProgress&)>;

struct JobFailure {
  std::string item;
  std::string message;  // one line
};

struct JobReport {
  int total = 0;
  int succeeded = 0;
  std::vector<JobFailure> failures;  // in the items' order
  int unpaired = 0;                  // images without a partner: failures, but no items
  std::vector<std::string> notes;    // what people should know of the results, a line each
  bool stopped = false;              // by the callback, before all items had run
};

// Runs work(i) for every item on `threads` threads. An Error thrown by an item is a failure of that
// item; the others continue.
JobReport RunItems(const std::vector<std::string>& items, int threads, const JobCallback& callback,
                   const std::function<void(int)>& work);

}  // namespace auif
