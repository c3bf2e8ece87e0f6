// How fast the machine can multiply and add at all: the limit that kernels are compared with.
#pragma once

namespace auif {

// Runs independent float multiply-adds of the SIMD target in use out of registers, for about
// `seconds` on the calling thread. Returns GFLOP/s; a multiply-add counts two.
double MeasureFmaPeak(double seconds);

}  // namespace auif
