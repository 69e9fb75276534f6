// What a window of a caller's sound is like, beside whether it is speech: how loud, how voiced, at which pitch, how its
// spectrum lies and moves, and how much it resembles what we have just put into the caller's ear. For many streams in
// one pass. What follows from it is decided in src/conversation/turns; src/audio/kernels/sound_features.ts is the twin.
#ifndef RINGLINE_DSP_SOUND_FEATURES_H_
#define RINGLINE_DSP_SOUND_FEATURES_H_

#include <cstddef>
#include <cstdint>

namespace ringline::dsp {

constexpr size_t kSoundWindow = 256;  // samples at 8 kHz, 32 ms: the window of the voice activity network

// Per stream, all zero for a new one: half-rate samples, levels and bands of the windows before; moments of the levels.
constexpr size_t kSoundPast = 128;
constexpr size_t kSoundMoments = 100;

// What we play, per stream a ring of levels: bin b, 16 ms long, is at played[b mod kSoundPlayed], in 1/32 dB above
// -60 dB full scale, 0 = silence.
constexpr size_t kSoundPlayed = 256;
constexpr size_t kSoundBinSamples = 128;

// Written per row:
//   0 level      dB of the mean square, full scale = 0, -90 at least
//   1 voicing    0..1, highest normalised autocorrelation over the lags of 60 to 400 Hz, at half the rate
//   2 pitch      Hz at the shortest lag that is nearly as good, NaN below a voicing of 0.35
//   3 change     mean difference of five octave bands (Haar) from the window before, each against the whole, dB
//   4 tilt       level below 1 kHz less level above, dB
//   5 likeness   0..1, highest correlation of the last 768 ms of level with ours, over delays of 0 to 496 ms; 0 where
//                ours did not move
//   6 echo       0..1, the same over the last 4 s in which we were heard: that this line returns our voice. 0 before 1 s
constexpr size_t kSoundFeatures = 7;

// Row r: the kSoundWindow samples at samples + offsets[r], of stream streams[r], that ended in bin played_at[r] of ours. No
// stream twice. Allocates nothing. Integers and exactly rounded operations only: all instruction sets and the twin give
// the same bits.
void SoundFeatures(const int16_t* samples, const int32_t* offsets, const int32_t* streams, const int32_t* played_at,
                   size_t count, int16_t* past, double* moments, const int16_t* played, float* features);

}  // namespace ringline::dsp

#endif  // RINGLINE_DSP_SOUND_FEATURES_H_
