#include "dsp/cpu.h"

#include <algorithm>
#include <atomic>

namespace ringline::dsp {
namespace {

Isa BestIsa() {
#if RINGLINE_X86
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2")) {
    return Isa::kScalar;
  }
  const bool avx512 = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512vbmi");
  return avx512 ? Isa::kAvx512 : Isa::kAvx2;
#elif RINGLINE_NEON
  return Isa::kNeon;
#else
  return Isa::kScalar;
#endif
}

std::atomic<Isa> active{BestIsa()};

}  // namespace

Isa ActiveIsa() { return active.load(std::memory_order_relaxed); }

void LimitIsa(Isa limit) {
  active.store(std::min(limit, BestIsa()), std::memory_order_relaxed);
}

}  // namespace ringline::dsp
