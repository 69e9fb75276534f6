#include "dsp/pcm.h"

#include <cmath>

namespace ringline::dsp {

double Level(const int16_t* pcm, size_t count) {
  uint64_t sum = 0;
  for (size_t i = 0; i < count; ++i) sum += static_cast<uint64_t>(static_cast<int64_t>(pcm[i]) * pcm[i]);
  if (sum == 0) return kLevelFloorDb;
  return 10.0 * std::log10(static_cast<double>(sum) / static_cast<double>(count) / 1073741824.0);
}

void InterleaveStereo(const int16_t* left, const int16_t* right, int16_t* out, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    out[2 * i] = left[i];
    out[2 * i + 1] = right[i];
  }
}

}  // namespace ringline::dsp
