// The few words the native tests are written in: CHECK, a seeded random source, heap buffers of exactly the wanted size
// (so that AddressSanitizer sees one byte too many), a loop over the instruction sets of this machine.
#ifndef RINGLINE_TEST_CHECK_H_
#define RINGLINE_TEST_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "dsp/cpu.h"

namespace ringline::test {

inline int failures = 0;

#define CHECK(condition, ...)                                                  \
  do {                                                                         \
    if (!(condition) && ++::ringline::test::failures <= 20) {                  \
      std::printf("%s:%d: FAILED: %s: ", __FILE__, __LINE__, #condition);      \
      std::printf(__VA_ARGS__);                                                \
      std::printf("\n");                                                       \
    }                                                                          \
  } while (false)

// What main returns.
inline int Report(const char* name) {
  std::printf("%s: %s (%d failures)\n", name, failures == 0 ? "passed" : "FAILED", failures);
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

// Xorshift (Marsaglia 2003): the same everywhere, unlike the standard library's distributions.
class Random {
 public:
  explicit Random(uint32_t seed) : state_(seed != 0 ? seed : 1) {}
  uint32_t Next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  // 0 to limit - 1.
  size_t Below(size_t limit) { return Next() % limit; }

 private:
  uint32_t state_;
};

template <typename T>
class Exactly {
 public:
  explicit Exactly(size_t count) : data_(new T[count]()), count_(count) {}
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  size_t size() const { return count_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }

 private:
  std::unique_ptr<T[]> data_;
  size_t count_;
};

// Calls `run(isa)` for plain C++ and for each better level this machine has.
template <typename Run>
void ForEachIsa(Run run) {
  for (const dsp::Isa isa : {dsp::Isa::kScalar, dsp::Isa::kAvx2, dsp::Isa::kAvx512}) {
    dsp::LimitIsa(isa);
    if (dsp::ActiveIsa() == isa) run(isa);
  }
  dsp::LimitIsa(dsp::Isa::kAvx512);
}

}  // namespace ringline::test

#endif  // RINGLINE_TEST_CHECK_H_
