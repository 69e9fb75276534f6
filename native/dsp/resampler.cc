#include "dsp/resampler.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <numeric>
#include <utility>

#include "dsp/cpu.h"

#if RINGLINE_X86
#include <immintrin.h>
#elif RINGLINE_NEON
#include <arm_neon.h>
#endif

namespace ringline::dsp {
namespace {

// Design, in units of the lower of the two rates: flat to 0.425 (3.4 kHz at 8 kHz), silent from 0.5. The Kaiser
// formulas (Oppenheim & Schafer, Discrete-Time Signal Processing, section 7.5.3) give taps and beta for the attenuation.
constexpr double kAttenuationDb = 100.0;
constexpr double kPassband = 0.425;
constexpr double kStopband = 0.5;
constexpr double kPi = 3.14159265358979323846;

// Modified Bessel function of the first kind, order 0, by its power series.
double BesselI0(double x) {
  double sum = 1.0;
  double term = 1.0;
  for (int k = 1; term > sum * 1e-17; ++k) {
    const double factor = x / (2.0 * k);
    term *= factor * factor;
    sum += term;
  }
  return sum;
}

ResamplerFilter Design(int input_hz, int output_hz) {
  const int divisor = std::gcd(input_hz, output_hz);
  ResamplerFilter filter;
  filter.phases = output_hz / divisor;
  filter.step = input_hz / divisor;
  const double shrink = std::max(1.0, static_cast<double>(input_hz) / output_hz);
  const double beta = 0.1102 * (kAttenuationDb - 8.7);
  const double taps_exact = (kAttenuationDb - 7.95) / (2.285 * 2.0 * kPi * (kStopband - kPassband)) * shrink;
  filter.taps = static_cast<int>(std::ceil(taps_exact / 16.0)) * 16;

  // Prototype at input_hz * phases; cut-off in the middle of the transition, as a share of the input rate.
  const double cutoff = (kPassband + kStopband) / 2.0 / shrink;
  const int length = filter.taps * filter.phases;
  const double center = length / 2.0;
  const double normalize = 1.0 / BesselI0(beta);
  filter.coefficients.resize(static_cast<size_t>(length));
  for (int phase = 0; phase < filter.phases; ++phase) {
    double sum = 0.0;
    std::vector<double> row(static_cast<size_t>(filter.taps));
    for (int tap = 0; tap < filter.taps; ++tap) {
      const int index = tap * filter.phases + phase;
      const double x = (index - center) / filter.phases;
      const double u = (index - center) / center;
      const double window = BesselI0(beta * std::sqrt(std::max(0.0, 1.0 - u * u))) * normalize;
      const double sinc = x == 0.0 ? 2.0 * cutoff : std::sin(2.0 * kPi * cutoff * x) / (kPi * x);
      row[static_cast<size_t>(tap)] = sinc * window;
      sum += sinc * window;
    }
    // Each phase passes a constant unchanged, so that DC makes no tone at the phases' repetition rate.
    for (int tap = 0; tap < filter.taps; ++tap) {
      filter.coefficients[static_cast<size_t>(phase * filter.taps + filter.taps - 1 - tap)] =
          static_cast<float>(row[static_cast<size_t>(tap)] / sum);
    }
  }
  return filter;
}

bool IsSupported(size_t hz) {
  return hz == 8000 || hz == 16000 || hz == 22050 || hz == 24000 || hz == 44100 || hz == 48000;
}

// Filters are made once per pair of rates and kept for the life of the process.
const ResamplerFilter* SharedFilter(int input_hz, int output_hz) {
  static std::mutex mutex;
  static auto* filters = new std::map<std::pair<int, int>, ResamplerFilter>();
  const std::lock_guard<std::mutex> lock(mutex);
  const auto key = std::make_pair(input_hz, output_hz);
  auto found = filters->find(key);
  if (found == filters->end()) found = filters->emplace(key, Design(input_hz, output_hz)).first;
  return &found->second;
}

// Computes output samples, four at a time so that their sums do not wait for one another: sample k is the sum of
// windows[k][i] * rows[k][i] over `taps`, rounded and limited to 16 bits. (AVX-512 gave nothing here: the reads are
// unaligned and are what it waits for.)
constexpr size_t kGroup = 4;
using GroupKernel = void (*)(const float* const* windows, const float* const* rows, int taps, int16_t* dst);

void GroupScalar(const float* const* windows, const float* const* rows, int taps, int16_t* dst) {
  for (size_t k = 0; k < kGroup; ++k) {
    const float* window = windows[k];
    const float* row = rows[k];
    // Sixteen sums, which the compiler keeps in whatever vectors the machine has at least.
    float sums[16] = {};
    for (int i = 0; i < taps; i += 16) {
      for (int lane = 0; lane < 16; ++lane) sums[lane] += window[i + lane] * row[i + lane];
    }
    float sum = 0;
    for (const float part : sums) sum += part;
    dst[k] = static_cast<int16_t>(std::lrint(std::clamp(sum, -32768.0f, 32767.0f)));
  }
}

#if RINGLINE_X86

RINGLINE_AVX2 inline void StoreGroup(__m256 a, __m256 b, __m256 c, __m256 d, int16_t* dst) {
  // Each half of `sums` holds four half sums.
  const __m256 sums = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
  const __m128 group = _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1));
  const __m128i rounded = _mm_cvtps_epi32(group);
  _mm_storel_epi64(reinterpret_cast<__m128i*>(dst), _mm_packs_epi32(rounded, rounded));
}

// kSharedRow: all four samples use rows[0], which is then read once.
template <bool kSharedRow>
RINGLINE_AVX2 void GroupAvx2(const float* const* windows, const float* const* rows, int taps, int16_t* dst) {
  __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;
  for (int i = 0; i < taps; i += 8) {
    const __m256 row = _mm256_loadu_ps(rows[0] + i);
    a = _mm256_fmadd_ps(row, _mm256_loadu_ps(windows[0] + i), a);
    b = _mm256_fmadd_ps(kSharedRow ? row : _mm256_loadu_ps(rows[1] + i), _mm256_loadu_ps(windows[1] + i), b);
    c = _mm256_fmadd_ps(kSharedRow ? row : _mm256_loadu_ps(rows[2] + i), _mm256_loadu_ps(windows[2] + i), c);
    d = _mm256_fmadd_ps(kSharedRow ? row : _mm256_loadu_ps(rows[3] + i), _mm256_loadu_ps(windows[3] + i), d);
  }
  StoreGroup(a, b, c, d, dst);
}

#elif RINGLINE_NEON

void GroupNeon(const float* const* windows, const float* const* rows, int taps, int16_t* dst) {
  float32x4_t a = vdupq_n_f32(0), b = a, c = a, d = a;
  for (int i = 0; i < taps; i += 4) {
    a = vfmaq_f32(a, vld1q_f32(rows[0] + i), vld1q_f32(windows[0] + i));
    b = vfmaq_f32(b, vld1q_f32(rows[1] + i), vld1q_f32(windows[1] + i));
    c = vfmaq_f32(c, vld1q_f32(rows[2] + i), vld1q_f32(windows[2] + i));
    d = vfmaq_f32(d, vld1q_f32(rows[3] + i), vld1q_f32(windows[3] + i));
  }
  const float32x4_t group = vpaddq_f32(vpaddq_f32(a, b), vpaddq_f32(c, d));
  vst1_s16(dst, vqmovn_s32(vcvtnq_s32_f32(group)));
}

#endif

GroupKernel ChooseKernel([[maybe_unused]] bool shared_row) {
#if RINGLINE_X86
  if (ActiveIsa() >= Isa::kAvx2) return shared_row ? GroupAvx2<true> : GroupAvx2<false>;
#elif RINGLINE_NEON
  if (ActiveIsa() >= Isa::kNeon) return GroupNeon;
#endif
  return GroupScalar;
}

}  // namespace

std::unique_ptr<Resampler> Resampler::Create(size_t input_hz, size_t output_hz) {
  if (!IsSupported(input_hz) || !IsSupported(output_hz)) return nullptr;
  return std::unique_ptr<Resampler>(new Resampler(input_hz == output_hz ? nullptr : SharedFilter(static_cast<int>(input_hz), static_cast<int>(output_hz))));
}

Resampler::Resampler(const ResamplerFilter* filter) : filter_(filter) {
  if (filter_ != nullptr) window_.resize(static_cast<size_t>(filter_->taps) - 1 + kBlock);
}

double Resampler::delay_samples() const {
  if (filter_ == nullptr) return 0.0;
  return filter_->taps / 2.0 * filter_->phases / filter_->step;
}

size_t Resampler::OutputMax(size_t count) const {
  if (filter_ == nullptr) return count;
  const size_t phases = static_cast<size_t>(filter_->phases);
  const size_t step = static_cast<size_t>(filter_->step);
  return (count * phases + step - 1) / step;
}

void Resampler::Reset() {
  std::fill(window_.begin(), window_.end(), 0.0f);
  phase_ = 0;
  next_ = 0;
}

size_t Resampler::Process(const int16_t* src, size_t count, int16_t* dst) {
  if (filter_ == nullptr) {
    std::copy(src, src + count, dst);
    return count;
  }
  size_t written = 0;
  for (size_t done = 0; done < count; done += kBlock) {
    written += ProcessBlock(src + done, std::min(kBlock, count - done), dst + written);
  }
  return written;
}

size_t Resampler::ProcessBlock(const int16_t* src, size_t count, int16_t* dst) {
  const size_t taps = static_cast<size_t>(filter_->taps);
  const size_t phases = static_cast<size_t>(filter_->phases);
  const size_t step = static_cast<size_t>(filter_->step);
  const size_t history = taps - 1;
  for (size_t i = 0; i < count; ++i) window_[history + i] = static_cast<float>(src[i]);
  const GroupKernel kernel = ChooseKernel(phases == 1);
  const float* windows[kGroup];
  const float* rows[kGroup];
  size_t written = 0;
  while (next_ < count) {
    size_t members = 0;
    for (; members < kGroup && next_ < count; ++members) {
      windows[members] = window_.data() + next_;
      rows[members] = filter_->coefficients.data() + phase_ * taps;
      phase_ += step;
      next_ += phase_ / phases;
      phase_ %= phases;
    }
    if (members == kGroup) {
      kernel(windows, rows, filter_->taps, dst + written);
    } else {
      // The last of the block: the places left over repeat the first and are thrown away.
      std::fill(windows + members, windows + kGroup, windows[0]);
      std::fill(rows + members, rows + kGroup, rows[0]);
      int16_t group[kGroup];
      kernel(windows, rows, filter_->taps, group);
      std::copy(group, group + members, dst + written);
    }
    written += members;
  }
  next_ -= count;
  std::copy(window_.begin() + static_cast<std::ptrdiff_t>(count),
            window_.begin() + static_cast<std::ptrdiff_t>(count + history), window_.begin());
  return written;
}

}  // namespace ringline::dsp
