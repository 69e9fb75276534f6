// The Silero v6 voice activity network at 8 kHz, for many streams at once: the same numbers as onnxruntime (within
// 1e-4, mostly 1e-6) at a fraction of the time. models/README.md draws the network; silero_forward.inc computes it.
#ifndef RINGLINE_DSP_SILERO_NET_H_
#define RINGLINE_DSP_SILERO_NET_H_

#include <cstddef>
#include <cstdint>
#include <memory>

namespace ringline::dsp {

class SileroNet {
 public:
  static constexpr size_t kContextSamples = 32;
  static constexpr size_t kWindowSamples = 256;
  static constexpr size_t kInputSamples = kContextSamples + kWindowSamples;
  // Per stream: LSTM h[128], then c[128]. All zero for a new stream.
  static constexpr size_t kStateFloats = 256;

  // The weights, one after the other, each in the order of the ONNX file's 8 kHz branch:
  //   Fourier basis [130][128]; four convolutions, each weight [out][in][3] then bias [out], with out/in 128/65, 64/128,
  //   64/64, 128/64; LSTM weight_ih [512][128], weight_hh [512][128], bias_ih [512], bias_hh [512] (gates i, f, g, o);
  //   decoder weight [128], bias [1].
  static constexpr size_t kWeightFloats = 130 * 128 + (128 * 65 * 3 + 128) + (64 * 128 * 3 + 64) + (64 * 64 * 3 + 64) +
                                          (128 * 64 * 3 + 128) + 2 * (512 * 128 + 512) + 128 + 1;

  // Packs a copy of the weights for ActiveIsa() (1.1 MB with the scratch space). nullptr when memory is out, when the
  // compiler had no vector types (MSVC), or when the basis is not the windowed Fourier basis whose symmetry the kernel
  // uses: then this is another network.
  static std::unique_ptr<SileroNet> Create(const float* weights);
  ~SileroNet();

  // Judges `count` windows, any number. Window r is the kInputSamples samples at samples + offsets[r] (the end of the
  // window before, then the window; at first the context is zeros), belongs to state + streams[r] * kStateFloats, which
  // it moves on, and its probability of speech goes to probabilities[r]. No stream twice. Allocates nothing; one call at
  // a time.
  void Run(const int16_t* samples, const int32_t* offsets, const int32_t* streams, size_t count, float* state,
           float* probabilities);

  struct Impl;

 private:
  explicit SileroNet(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringline::dsp

#endif  // RINGLINE_DSP_SILERO_NET_H_
