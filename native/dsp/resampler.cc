#include "dsp/resampler.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <numeric>
#include <utility>

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

inline int16_t RoundToInt16(float value) {
  const float rounded = std::nearbyint(value);
  return static_cast<int16_t>(std::clamp(rounded, -32768.0f, 32767.0f));
}

float Dot(const float* a, const float* b, int count) {
  float sums[16] = {};
  for (int i = 0; i < count; i += 16) {
    for (int lane = 0; lane < 16; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  float sum = 0;
  for (const float lane : sums) sum += lane;
  return sum;
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
  size_t written = 0;
  while (next_ < count) {
    const float* coefficients = filter_->coefficients.data() + phase_ * taps;
    dst[written++] = RoundToInt16(Dot(window_.data() + next_, coefficients, filter_->taps));
    phase_ += step;
    next_ += phase_ / phases;
    phase_ %= phases;
  }
  next_ -= count;
  std::copy(window_.begin() + static_cast<std::ptrdiff_t>(count),
            window_.begin() + static_cast<std::ptrdiff_t>(count + history), window_.begin());
  return written;
}

}  // namespace ringline::dsp
