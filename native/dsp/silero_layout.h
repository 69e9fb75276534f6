// Sizes and buffers that silero_net.cc (packing, choice of instruction set) and silero_forward.inc (the arithmetic,
// compiled several times) agree on. Nobody else includes this.
#ifndef RINGLINE_DSP_SILERO_LAYOUT_H_
#define RINGLINE_DSP_SILERO_LAYOUT_H_

#include <cstddef>
#include <cstdint>

namespace ringline::dsp::silero {

constexpr int kInput = 288;     // context and window
constexpr int kReflected = 32;  // samples mirrored at the end
constexpr int kPadded = kInput + kReflected;
constexpr int kBasis = 128;  // samples in a Fourier frame
constexpr int kHop = 64;
constexpr int kFrames = 4;
constexpr int kBins = 65;
constexpr int kHidden = 128;

// Channels after each convolution, and time steps.
constexpr int kChannels0 = 128, kSteps0 = 4;
constexpr int kChannels1 = 64, kSteps1 = 2;
constexpr int kChannels2 = 64;
constexpr int kChannels3 = 128;

// A folded frame: sums and differences of the samples that share a basis value up to sign, by n = 0..32.
constexpr int kReEven = 0, kReOdd = 48, kImEven = 80, kImOdd = 112;
constexpr int kFolded = 160;
// Spectrum of a frame: real parts of the frequencies 0, 2 … 62, of 1, 3 … 63, then the imaginary parts likewise.
constexpr int kHalfBins = 32;
constexpr int kSpectrum = 128;

// Windows that go through all layers together: whole blocks on every instruction set (8 and 6 rows). Enough that the
// weights (0.8 MB) are read seldom, few enough that the activations (11.5 KB a window) stay cached beside them. From 16
// to 48 makes no measurable difference where the second-level cache has 2 MB.
constexpr int kChunkRows = 24;

// One matrix product: outputs = bias + weights * inputs. Weights are packed [tile][input][lane].
struct Product {
  const float* weights = nullptr;
  const float* bias = nullptr;
  int inputs = 0;
  int outputs = 0;
  size_t tile_floats = 0;  // from one tile to the next; more than inputs * lanes when only some inputs are used
  bool relu = false;
};

// Addresses of the rows of a matrix product: `inner` rows `step` apart, then the next group `outer` further.
template <typename T>
struct RowsOf {
  T* base;
  int outer;
  int inner = 1;
  int step = 0;
  T* At(int row) const { return base + (row / inner) * outer + (row % inner) * step; }
};

struct Network {
  Product fourier[4];  // real even, real odd, imaginary even, imaginary odd frequencies
  Product conv0_first, conv0_middle, conv0_last;  // the same weights without the taps that meet zero padding
  Product conv1_first, conv1_last;
  Product conv2, conv3, lstm;
  const float* window_outer = nullptr;  // [32] window at n
  const float* window_inner = nullptr;  // [32] window at 64 + n; the one at n = 0 halved, as it is added twice
  float window_middle = 0;              // window at 32
  const float* decoder = nullptr;
  float decoder_bias = 0;
};

// Activations of one chunk; [rows] windows each.
struct Scratch {
  float forward[kPadded];
  float backward[1 + kPadded];
  float folded[kChunkRows * kFrames * kFolded];
  float spectrum[kChunkRows * kFrames * kSpectrum];
  float magnitudes[kChunkRows * kFrames * kBins];
  float conv0[kChunkRows * kSteps0 * kChannels0];
  float conv1[kChunkRows * kSteps1 * kChannels1];
  float conv2[kChunkRows * kChannels2];
  float lstm_in[kChunkRows * (kChannels3 + kHidden)];  // the last convolution's output, then h
  float gates[kChunkRows * 4 * kHidden];
};

// +1 and -1 in turn: the basis of frequency 64.
alignas(64) constexpr float kAlternating[kHalfBins] = {1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1,
                                                       1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1, 1, -1};

using ForwardFunction = void (*)(const Network&, Scratch&, const int16_t* samples, const int32_t* offsets,
                                 const int32_t* streams, int rows, float* state, float* probabilities);

}  // namespace ringline::dsp::silero

#endif  // RINGLINE_DSP_SILERO_LAYOUT_H_
