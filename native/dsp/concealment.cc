#include "dsp/concealment.h"

#include <algorithm>

namespace ringline::dsp {
namespace {

constexpr size_t kFadeStart = 80;   // 10 ms
constexpr size_t kFadeEnd = 480;    // 60 ms
constexpr int32_t kUnity = 32768;

// The lag at which the newest `kConcealWindow` samples look most like those before them; `end` is one past the newest.
size_t FindLag(const int16_t* end) {
  const int16_t* window = end - kConcealWindow;
  double best = 0;
  size_t best_lag = kConcealLagMax;
  for (size_t lag = kConcealLagMin; lag <= kConcealLagMax; ++lag) {
    int64_t product = 0;
    int64_t energy = 0;
    for (size_t i = 0; i < kConcealWindow; ++i) {
      const int32_t earlier = window[i - static_cast<std::ptrdiff_t>(lag)];
      product += static_cast<int64_t>(window[i]) * earlier;
      energy += static_cast<int64_t>(earlier) * earlier;
    }
    if (product <= 0 || energy == 0) continue;
    const double score = static_cast<double>(product) * static_cast<double>(product) / static_cast<double>(energy);
    if (score > best) {
      best = score;
      best_lag = lag;
    }
  }
  return best_lag;
}

// Noise without memory: the same for a position however the gap is cut. Finalizer of MurmurHash3 (public domain).
int32_t NoiseAt(uint32_t seed, size_t position) {
  uint32_t bits = seed + static_cast<uint32_t>(position) * 0x9e3779b9u;
  bits = (bits ^ bits >> 16) * 0x85ebca6bu;
  bits = (bits ^ bits >> 13) * 0xc2b2ae35u;
  return static_cast<int32_t>((bits ^ bits >> 16) >> 16) - 32768;
}

}  // namespace

void Conceal(const int16_t* past, size_t past_count, size_t elapsed, int32_t noise_rms, uint32_t seed, int16_t* out,
             size_t count) {
  // Uniform noise has a peak of sqrt(3) times its RMS.
  const int32_t noise_peak = std::clamp(noise_rms, 0, 18918) * 1774 >> 10;
  const int16_t* end = past + past_count;
  size_t lag = std::min(past_count, kConcealLagMax);
  if (past_count >= kConcealPast && elapsed < kFadeEnd) lag = FindLag(end);
  // The end of a period blends into what came before its beginning, so that repeating it makes no click.
  const size_t blend = past_count >= 2 * lag ? lag / 4 : 0;
  for (size_t i = 0; i < count; ++i) {
    const size_t position = elapsed + i;
    int32_t gain = 0;
    int32_t voice = 0;
    if (position < kFadeEnd && lag != 0) {
      gain = position < kFadeStart
                 ? kUnity
                 : kUnity - static_cast<int32_t>((position - kFadeStart) * kUnity / (kFadeEnd - kFadeStart));
      const size_t at = position % lag;
      voice = *(end - lag + at);
      if (at >= lag - blend) {
        const auto into = static_cast<int32_t>(at - (lag - blend) + 1);
        const auto width = static_cast<int32_t>(blend + 1);
        voice = (voice * (width - into) + *(end - 2 * lag + at) * into) / width;
      }
    }
    const int32_t noise = NoiseAt(seed, position) * noise_peak >> 15;
    out[i] = static_cast<int16_t>((voice * gain + noise * (kUnity - gain)) >> 15);
  }
}

}  // namespace ringline::dsp
