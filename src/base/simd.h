// The SIMD targets of the kernels, which are chosen at run time.
#pragma once

#include <string>
#include <vector>

namespace auif {

// The targets that the kernels were built for and that this machine has, best first: AVX3 (that is
// AVX-512), AVX2, SSE4, NEON, SCALAR (plain C++). After ForceSimdTarget, that one alone.
std::vector<std::string> SimdTargets();

// The one in use.
std::string SimdTarget();

// Forces a target; "" is the best one again. Returns false, and takes the best one, where the
// machine does not have it. Not while another thread computes.
bool ForceSimdTarget(const std::string& name);

// Forces the target that the environment variable AUIF_SIMD names, once a process; a name that the
// machine does not have is ignored.
void ApplySimdEnvironment();

}  // namespace auif
