// Small work on 16-bit samples: loudness of a stretch, two mono channels woven into one stereo stream.
#ifndef RINGLINE_DSP_PCM_H_
#define RINGLINE_DSP_PCM_H_

#include <cstddef>
#include <cstdint>

namespace ringline::dsp {

// What Level gives for digital silence and for nothing at all.
constexpr double kLevelFloorDb = -127.0;

// Root mean square in dB relative to a full-scale constant (32768): 0 is the loudest, kLevelFloorDb silence.
double Level(const int16_t* pcm, size_t count);

// Writes left[0], right[0], left[1], … to `out`, 2 * count samples. The buffers must not overlap.
void InterleaveStereo(const int16_t* left, const int16_t* right, int16_t* out, size_t count);

}  // namespace ringline::dsp

#endif  // RINGLINE_DSP_PCM_H_
