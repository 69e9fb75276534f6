// Makes up speech that never arrived: the last pitch period again and again, fading within 60 ms into comfort noise.
// Integers only, so that it gives the same samples everywhere, and in the twin src/audio/concealment.ts.
#ifndef RINGLINE_DSP_CONCEALMENT_H_
#define RINGLINE_DSP_CONCEALMENT_H_

#include <cstddef>
#include <cstdint>

namespace ringline::dsp {

// Writes samples `elapsed` to `elapsed + count` of a gap to `out`.
// `past`: the `past_count` samples right before the gap at 8 kHz, kConcealPast or more for a good pitch estimate (fewer
// are taken as they are). `noise_rms`: loudness of the background in sample steps, at most 32767. `seed` picks the
// noise. Depends on nothing else, so a gap may be made in pieces of any size.
//
// Pitch lags of 5 to 15 ms, full level for 10 ms and silence after 60 ms follow ITU-T G.711 Appendix I; its delay of
// 3.75 ms for smoothing the first joint is not taken, because nothing here may delay speech.
void Conceal(const int16_t* past, size_t past_count, size_t elapsed, int32_t noise_rms, uint32_t seed, int16_t* out,
             size_t count);

// Lag range and length of the stretch that is compared, in samples.
constexpr size_t kConcealLagMin = 40;
constexpr size_t kConcealLagMax = 120;
constexpr size_t kConcealWindow = 160;
constexpr size_t kConcealPast = kConcealWindow + kConcealLagMax;

}  // namespace ringline::dsp

#endif  // RINGLINE_DSP_CONCEALMENT_H_
