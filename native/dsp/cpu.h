// Which instruction sets the kernels may use, found out once at run time. Each kernel exists as plain C++ and, where it
// pays, for the levels below; all levels give the same bytes.
#ifndef RINGLINE_DSP_CPU_H_
#define RINGLINE_DSP_CPU_H_

// The kernels' intrinsics are written for GCC and Clang, which compile single functions for a target. Elsewhere (MSVC)
// plain C++ runs.
#if defined(__GNUC__) && defined(__x86_64__)
#define RINGLINE_X86 1
#define RINGLINE_AVX2 __attribute__((target("avx2,fma,bmi,bmi2")))
#define RINGLINE_AVX512 __attribute__((target("avx2,fma,bmi,bmi2,avx512f,avx512bw,avx512vl,avx512vbmi")))
#elif defined(__GNUC__) && defined(__aarch64__)
#define RINGLINE_NEON 1
#endif

namespace ringline::dsp {

enum class Isa : int {
  kScalar = 0,
  kNeon = 1,    // every 64-bit Arm
  kAvx2 = 1,    // AVX2 and FMA: Haswell, Zen and later
  kAvx512 = 2,  // with BW, VL and VBMI: Ice Lake, Zen 4 and later, which do not slow their clock for it
};

// The level kernels run at.
Isa ActiveIsa();

// For tests and benches: runs at no more than `limit` from now on, in the whole process.
void LimitIsa(Isa limit);

}  // namespace ringline::dsp

#endif  // RINGLINE_DSP_CPU_H_
