// Changes the sample rate of one mono stream: polyphase windowed-sinc filter (Kaiser), history kept between chunks, so
// any cutting of the stream into chunks gives the same samples. Twin: src/audio/resampler.ts.
#ifndef RINGLINE_DSP_RESAMPLER_H_
#define RINGLINE_DSP_RESAMPLER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace ringline::dsp {

// Coefficients for one pair of rates; shared by all resamplers of the process. `phases` rows of `taps` coefficients,
// each row reversed in time so that it runs along the samples.
struct ResamplerFilter {
  int phases;  // output rate / gcd
  int step;    // input rate / gcd
  int taps;    // per phase, in input samples, a multiple of 16
  std::vector<float> coefficients;
};

class Resampler {
 public:
  // Rates in Hz, each one of 8000, 16000, 22050, 24000, 44100, 48000; otherwise returns nullptr.
  static std::unique_ptr<Resampler> Create(size_t input_hz, size_t output_hz);

  // Most samples Process can write for `count` input samples.
  size_t OutputMax(size_t count) const;
  // Reads `count` samples and writes every output sample they complete, at most OutputMax(count); returns how many.
  // No allocation. The buffers must not overlap.
  size_t Process(const int16_t* src, size_t count, int16_t* dst);
  // Forgets the history: as new.
  void Reset();
  // How much later, in output samples, something appears in the output than in the input.
  double delay_samples() const;

 private:
  static constexpr size_t kBlock = 480;

  explicit Resampler(const ResamplerFilter* filter);
  size_t ProcessBlock(const int16_t* src, size_t count, int16_t* dst);

  const ResamplerFilter* filter_;  // null = equal rates, samples pass through
  std::vector<float> window_;      // taps - 1 samples of history, then the block being worked on
  size_t phase_ = 0;
  // Index into the coming block of the newest input sample that the next output needs.
  size_t next_ = 0;
};

}  // namespace ringline::dsp

#endif  // RINGLINE_DSP_RESAMPLER_H_
