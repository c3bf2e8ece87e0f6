// Working memory for images of one size, kept from call to call.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "auif/image.h"
#include "kernels/striped_row.h"

namespace auif {

// Workspace: has `size` and `lanes`, those of the SIMD target in use when it was made. The last
// ones used are kept, for a camera's frames are all of one size. Any thread may call.
template <typename Workspace>
class WorkspacePool {
 public:
  // make(): a new one for a size of which none is kept.
  template <typename Make>
  std::unique_ptr<Workspace> Acquire(Size size, const Make& make) {
    {
      const std::scoped_lock lock(mutex_);
      for (auto& kept : idle_) {
        if (kept->size != size || kept->lanes != RowLayout::Lanes()) continue;
        std::unique_ptr<Workspace> found = std::move(kept);
        std::swap(kept, idle_.back());
        idle_.pop_back();
        return found;
      }
    }
    return make();
  }
  void Release(std::unique_ptr<Workspace> workspace) {
    constexpr std::size_t kMostIdle = 4;
    const std::scoped_lock lock(mutex_);
    if (idle_.size() == kMostIdle) idle_.erase(idle_.begin());
    idle_.push_back(std::move(workspace));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> idle_;
};

}  // namespace auif
