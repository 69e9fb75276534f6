#include "dsp/sound_features.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "dsp/cpu.h"

#if defined(__GNUC__)
#define RINGLINE_INLINE inline __attribute__((always_inline))
#else
#define RINGLINE_INLINE inline
#endif

// The compiler turns the plain loops into the widest instructions of the function they are inlined in: the sums of
// products of 16-bit numbers, which are most of the work, into one instruction for 16 of them.

namespace ringline::dsp {
namespace {

constexpr int kHalf = static_cast<int>(kSoundWindow) / 2;
constexpr int kPastHalf = 72;  // reaches back one longest lag
constexpr int kLagMin = 10;    // 400 Hz at 4 kHz
constexpr int kLagMax = 66;    // 60 Hz
// Samples are brought below this for the sums of products, so that those of 128 fit 32 bits; -66 dB of rounding.
constexpr int kHalfMax = 2047;
// A shorter lag this good is the period, and the best one a multiple of it. Of the correlation's square.
constexpr double kNearlyAsGood = 0.85;
constexpr double kVoiced = 0.35;

constexpr int kBands = 5;
constexpr double kBandFloorDb = -30;  // what is not there does not move

constexpr int kUnits = 32;  // per dB
constexpr double kFloorDb = -90;
constexpr double kUnitsFloorDb = -60;  // below lies the noise of a line, which says nothing

constexpr int kBins = 48;
constexpr int kDelays = 32;
constexpr int kOurs = kBins + kDelays;
// Levels must move so much for a correlation to mean anything: theirs 1 dB, ours 3 dB. Squared.
constexpr double kSpreadTheirs = kUnits * kUnits;
constexpr double kSpreadOurs = 9.0 * kUnits * kUnits;
constexpr double kKeep = 0.996;       // of the moments, per bin: a weight of 4 s
constexpr double kWeightMin = 60;     // bins: 1 s
constexpr int kActive = 15 * kUnits;  // we are heard: -45 dB

// Layout of a stream's past.
constexpr int kLevelsAt = kPastHalf;
constexpr int kBandsAt = kLevelsAt + kBins;
static_assert(kBandsAt + kBands <= static_cast<int>(kSoundPast));
// Layout of its moments.
enum { kWeight, kX, kXX, kY = 4, kYY = kY + kDelays, kXY = kYY + kDelays };
static_assert(kXY + kDelays == static_cast<int>(kSoundMoments));

// 10 log10(power), written out so that every machine and the twin round alike: 2 artanh((m-1)/(m+1)) for the mantissa.
RINGLINE_INLINE double Decibels(double power) {
  const auto bits = std::bit_cast<uint64_t>(power + 1e-12);
  double exponent = static_cast<double>(static_cast<int>(bits >> 52) - 1023);
  double m = std::bit_cast<double>((bits & 0xfffffffffffffu) | 0x3ff0000000000000u);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent += 1;
  }
  const double y = (m - 1) / (m + 1);
  const double z = y * y;
  const double ln = 2 * y * (1 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11))))));
  const double db = 3.010299956639812 * exponent + 4.342944819032518 * ln;
  return db < kFloorDb ? kFloorDb : db;
}

RINGLINE_INLINE int Units(double db, double floor_db) {
  const double units = std::floor((db - floor_db) * kUnits + 0.5);
  return units < 0 ? 0 : static_cast<int>(units);
}

RINGLINE_INLINE int32_t Dot(const int16_t* a, const int16_t* b, int count) {
  int32_t sum = 0;
  for (int i = 0; i < count; ++i) sum += static_cast<int32_t>(a[i]) * b[i];
  return sum;
}

RINGLINE_INLINE double Power(const int16_t* wave, int count) {
  int64_t sum = 0;
  for (int i = 0; i < count; ++i) sum += static_cast<int64_t>(static_cast<int32_t>(wave[i]) * wave[i]);
  return static_cast<double>(sum);
}

RINGLINE_INLINE void Voicing(const int16_t* wave, int16_t* past, float* out) {
  int16_t raw[kPastHalf + kHalf];
  std::memcpy(raw, past, kPastHalf * sizeof(int16_t));
  for (int i = 0; i < kHalf; ++i) {
    raw[kPastHalf + i] = static_cast<int16_t>((static_cast<int32_t>(wave[2 * i]) + wave[2 * i + 1]) >> 1);
  }
  std::memcpy(past, raw + kHalf, kPastHalf * sizeof(int16_t));
  int32_t sum = 0;
  int32_t low = raw[0];
  int32_t high = raw[0];
  for (const int16_t sample : raw) {
    sum += sample;
    low = sample < low ? sample : low;
    high = sample > high ? sample : high;
  }
  // A constant would correlate with itself at every lag.
  const auto mean = static_cast<int32_t>(std::floor(sum / static_cast<double>(kPastHalf + kHalf)));
  const int32_t most = high - mean > mean - low ? high - mean : mean - low;
  int shift = 0;
  while (most >> shift > kHalfMax) ++shift;
  int16_t half[kPastHalf + kHalf];
  for (int i = 0; i < kPastHalf + kHalf; ++i) half[i] = static_cast<int16_t>((raw[i] - mean) >> shift);

  const int16_t* now = half + kPastHalf;
  // The product with itself `lag` samples before, squared, over the energy there; negative where the product is.
  double quality[kLagMax + 2] = {};
  int32_t before = Dot(now - kLagMin, now - kLagMin, kHalf);
  double best = 0;
  for (int lag = kLagMin; lag <= kLagMax; ++lag) {
    const double product = Dot(now, now - lag, kHalf);
    if (product > 0 && before > 0) quality[lag] = product * product / before;
    if (quality[lag] > best) best = quality[lag];
    const int32_t in = now[-lag - 1];
    const int32_t gone = now[kHalf - lag - 1];
    before += in * in - gone * gone;
  }
  const double energy = Dot(now, now, kHalf);
  const double voicing = energy > 0 ? std::sqrt(best / energy) : 0;
  out[1] = static_cast<float>(voicing);
  out[2] = std::numeric_limits<float>::quiet_NaN();
  if (voicing < kVoiced) return;
  int lag = kLagMin;
  while (quality[lag] < kNearlyAsGood * best || quality[lag] < quality[lag - 1] || quality[lag] < quality[lag + 1]) ++lag;
  // The top of the parabola through it and its neighbours, where it has two.
  double offset = 0;
  if (lag > kLagMin && lag < kLagMax) {
    const double left = quality[lag - 1];
    const double right = quality[lag + 1];
    const double bend = left - 2 * quality[lag] + right;
    if (bend < 0) offset = 0.5 * (left - right) / bend;
  }
  out[2] = static_cast<float>(4000 / (lag + offset));
}

// Energies of octaves by Haar wavelets: sums and differences of neighbours, half as many each time.
RINGLINE_INLINE void Spectrum(const int16_t* wave, int16_t* bands_before, float* out) {
  int32_t sums[kHalf];
  double bands[kBands];
  int length = kHalf;
  double scale = 2.0 * kSoundWindow * 1073741824.0;
  int64_t energy = 0;
  for (int i = 0; i < length; ++i) {
    const int32_t a = wave[2 * i];
    const int32_t b = wave[2 * i + 1];
    energy += static_cast<int64_t>(a - b) * (a - b);
    sums[i] = a + b;
  }
  bands[0] = static_cast<double>(energy) / scale;
  for (int band = 1; band < kBands - 1; ++band) {
    length /= 2;
    scale *= 2;
    energy = 0;
    for (int i = 0; i < length; ++i) {
      const int32_t a = sums[2 * i];
      const int32_t b = sums[2 * i + 1];
      energy += static_cast<int64_t>(a - b) * (a - b);
      sums[i] = a + b;
    }
    bands[band] = static_cast<double>(energy) / scale;
  }
  energy = 0;
  for (int i = 0; i < length; ++i) energy += static_cast<int64_t>(sums[i]) * sums[i];
  bands[kBands - 1] = static_cast<double>(energy) / scale;

  const double above = bands[0] + bands[1];
  const double below = bands[2] + bands[3] + bands[4];
  int change = 0;
  for (int band = 0; band < kBands; ++band) {
    const int now = Units(Decibels(bands[band] / (above + below + 1e-12)), kBandFloorDb);
    const int moved = now - bands_before[band];
    change += moved < 0 ? -moved : moved;
    bands_before[band] = static_cast<int16_t>(now);
  }
  out[3] = static_cast<float>(change / static_cast<double>(kBands * kUnits));
  out[4] = static_cast<float>(Decibels(below) - Decibels(above));
}

// `ours` ends with the bin in which `theirs` ends, and is kDelays longer.
RINGLINE_INLINE double Likeness(const int16_t* theirs, const int16_t* ours) {
  constexpr double n = kBins;
  double x = 0;
  for (int i = 0; i < kBins; ++i) x += theirs[i];
  const double xx = n * Dot(theirs, theirs, kBins) - x * x;
  if (xx < n * n * kSpreadTheirs) return 0;
  double best = 0;
  for (int delay = 0; delay < kDelays; ++delay) {
    const int16_t* late = ours + kDelays - delay;
    int32_t sum = 0;
    for (int i = 0; i < kBins; ++i) sum += late[i];
    const double y = sum;
    const double yy = n * Dot(late, late, kBins) - y * y;
    if (yy < n * n * kSpreadOurs) continue;
    const double xy = n * Dot(theirs, late, kBins) - x * y;
    if (xy > 0 && xy * xy > best * yy) best = xy * xy / yy;
  }
  return std::sqrt(best / xx);
}

// One bin more of the moments over seconds. `ours` ends with the bin.
RINGLINE_INLINE void Remember(double x, const int16_t* ours_end, double* moments) {
  int loudest = 0;
  for (int delay = 0; delay < kDelays; ++delay) {
    const int level = ours_end[-delay];
    loudest = level > loudest ? level : loudest;
  }
  // While we are silent nothing can be learned, and nothing is forgotten.
  if (loudest < kActive) return;
  moments[kWeight] = kKeep * moments[kWeight] + 1;
  moments[kX] = kKeep * moments[kX] + x;
  moments[kXX] = kKeep * moments[kXX] + x * x;
  for (int delay = 0; delay < kDelays; ++delay) {
    const double y = ours_end[-delay];
    moments[kY + delay] = kKeep * moments[kY + delay] + y;
    moments[kYY + delay] = kKeep * moments[kYY + delay] + y * y;
    moments[kXY + delay] = kKeep * moments[kXY + delay] + x * y;
  }
}

RINGLINE_INLINE double Echo(const double* moments) {
  const double n = moments[kWeight];
  if (n < kWeightMin) return 0;
  const double x = moments[kX];
  const double xx = n * moments[kXX] - x * x;
  if (xx < n * n * kSpreadTheirs) return 0;
  double best = 0;
  for (int delay = 0; delay < kDelays; ++delay) {
    const double y = moments[kY + delay];
    const double yy = n * moments[kYY + delay] - y * y;
    const double xy = n * moments[kXY + delay] - x * y;
    if (yy >= n * n * kSpreadOurs && xy > 0 && xy * xy > best * yy) best = xy * xy / yy;
  }
  // Rounding may leave a perfect echo a hair above one.
  return best < xx ? std::sqrt(best / xx) : 1;
}

RINGLINE_INLINE void Window(const int16_t* wave, int32_t played_at, int16_t* past, double* moments,
                            const int16_t* played, float* out) {
  constexpr int kBin = static_cast<int>(kSoundBinSamples);
  const double first = Power(wave, kBin) / (kBin * 1073741824.0);
  const double second = Power(wave + kBin, kBin) / (kBin * 1073741824.0);
  out[0] = static_cast<float>(Decibels((first + second) / 2));
  Voicing(wave, past, out);
  Spectrum(wave, past + kBandsAt, out);

  int16_t* theirs = past + kLevelsAt;
  std::memmove(theirs, theirs + 2, (kBins - 2) * sizeof(int16_t));
  theirs[kBins - 2] = static_cast<int16_t>(Units(Decibels(first), kUnitsFloorDb));
  theirs[kBins - 1] = static_cast<int16_t>(Units(Decibels(second), kUnitsFloorDb));
  int16_t ours[kOurs];
  for (int i = 0; i < kOurs; ++i) {
    ours[i] = played[static_cast<uint32_t>(played_at - (kOurs - 1) + i) % kSoundPlayed];
  }
  out[5] = static_cast<float>(Likeness(theirs, ours));
  Remember(theirs[kBins - 2], ours + kOurs - 2, moments);
  Remember(theirs[kBins - 1], ours + kOurs - 1, moments);
  out[6] = static_cast<float>(Echo(moments));
}

RINGLINE_INLINE void Rows(const int16_t* samples, const int32_t* offsets, const int32_t* streams,
                          const int32_t* played_at, size_t count, int16_t* past, double* moments,
                          const int16_t* played, float* features) {
  for (size_t row = 0; row < count; ++row) {
    const auto stream = static_cast<size_t>(streams[row]);
    Window(samples + offsets[row], played_at[row], past + stream * kSoundPast, moments + stream * kSoundMoments,
           played + stream * kSoundPlayed, features + row * kSoundFeatures);
  }
}

#if RINGLINE_X86
// Without FMA: a fused multiplication rounds otherwise. -ffp-contract=off sees to it.
RINGLINE_AVX2 void RowsAvx2(const int16_t* samples, const int32_t* offsets, const int32_t* streams,
                            const int32_t* played_at, size_t count, int16_t* past, double* moments,
                            const int16_t* played, float* features) {
  Rows(samples, offsets, streams, played_at, count, past, moments, played, features);
}
#endif

}  // namespace

void SoundFeatures(const int16_t* samples, const int32_t* offsets, const int32_t* streams, const int32_t* played_at,
                   size_t count, int16_t* past, double* moments, const int16_t* played, float* features) {
#if RINGLINE_X86
  if (ActiveIsa() >= Isa::kAvx2) {
    RowsAvx2(samples, offsets, streams, played_at, count, past, moments, played, features);
    return;
  }
#endif
  Rows(samples, offsets, streams, played_at, count, past, moments, played, features);
}

}  // namespace ringline::dsp
