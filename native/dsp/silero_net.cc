#include "dsp/silero_net.h"

#include <cmath>
#include <new>
#include <utility>

#include "dsp/cpu.h"
#include "dsp/silero_layout.h"

#if RINGLINE_X86
#include <immintrin.h>
#elif RINGLINE_NEON
#include <arm_neon.h>
#endif

namespace ringline::dsp {
namespace silero {

// Tile shapes: as many sums as keep the multipliers busy and fit the registers. (12 rows instead of 8 gain nothing with
// AVX-512 and make clang 14 spill.)

#if RINGLINE_X86
namespace avx512 {
#define SILERO_TARGET RINGLINE_AVX512
using Vec = __m512;
using IntVec = int32_t __attribute__((vector_size(64)));
constexpr int kWidth = 16, kTileVecs = 2, kBlockRows = 8;
SILERO_TARGET inline Vec MulAdd(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
// Masked with all lanes on: the plain forms set off a false warning in gcc 12 (its bug 105593).
SILERO_TARGET inline Vec Sqrt(Vec a) { return _mm512_maskz_sqrt_ps(0xffff, a); }
SILERO_TARGET inline Vec Max(Vec a, Vec b) { return _mm512_maskz_max_ps(0xffff, a, b); }
SILERO_TARGET inline Vec Min(Vec a, Vec b) { return _mm512_maskz_min_ps(0xffff, a, b); }
#include "dsp/silero_forward.inc"
#undef SILERO_TARGET
}  // namespace avx512

namespace avx2 {
#define SILERO_TARGET RINGLINE_AVX2
using Vec = __m256;
using IntVec = int32_t __attribute__((vector_size(32)));
constexpr int kWidth = 8, kTileVecs = 2, kBlockRows = 6;
SILERO_TARGET inline Vec MulAdd(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
SILERO_TARGET inline Vec Sqrt(Vec a) { return _mm256_sqrt_ps(a); }
SILERO_TARGET inline Vec Max(Vec a, Vec b) { return _mm256_max_ps(a, b); }
SILERO_TARGET inline Vec Min(Vec a, Vec b) { return _mm256_min_ps(a, b); }
#include "dsp/silero_forward.inc"
#undef SILERO_TARGET
}  // namespace avx2
#endif

#if defined(__GNUC__)
namespace plain {
#define SILERO_TARGET
using IntVec = int32_t __attribute__((vector_size(16)));
constexpr int kWidth = 4, kBlockRows = 6;
#if RINGLINE_NEON
using Vec = float32x4_t;
constexpr int kTileVecs = 4;
inline Vec MulAdd(Vec a, Vec b, Vec c) { return vfmaq_f32(c, a, b); }
inline Vec Sqrt(Vec a) { return vsqrtq_f32(a); }
#else
using Vec = float __attribute__((vector_size(16)));
constexpr int kTileVecs = 2;
inline Vec MulAdd(Vec a, Vec b, Vec c) { return a * b + c; }
inline Vec Sqrt(Vec a) { return Vec{std::sqrt(a[0]), std::sqrt(a[1]), std::sqrt(a[2]), std::sqrt(a[3])}; }
#endif
inline Vec Max(Vec a, Vec b) { return a > b ? a : b; }
inline Vec Min(Vec a, Vec b) { return a < b ? a : b; }
#include "dsp/silero_forward.inc"
#undef SILERO_TARGET
}  // namespace plain
#endif

}  // namespace silero

using silero::Network;
using silero::Product;

namespace {

struct Kernel {
  int tile_outs = 0;
  silero::ForwardFunction forward = nullptr;
};

Kernel ChooseKernel() {
#if RINGLINE_X86
  if (ActiveIsa() >= Isa::kAvx512) return {silero::avx512::kTileOuts, silero::avx512::Forward};
  if (ActiveIsa() >= Isa::kAvx2) return {silero::avx2::kTileOuts, silero::avx2::Forward};
#endif
#if defined(__GNUC__)
  return {silero::plain::kTileOuts, silero::plain::Forward};
#else
  return {};  // no vector types: onnxruntime does this work
#endif
}

}  // namespace

struct SileroNet::Impl {
  // Weights without the taps that only ever meet zero padding, plus biases, window and decoder.
  static constexpr size_t kPackedFloats =
      4 * 32 * (32 + 1) + 128 * (195 + 1) + 64 * (384 + 1) + 64 * (128 + 1) + 128 * (64 + 1) + 512 * (256 + 1) + 64 + 128;

  const Kernel kernel = ChooseKernel();
  Network network;
  alignas(64) float packed[kPackedFloats];
  alignas(64) silero::Scratch scratch;
};

namespace {

// Reads the weights in the file's order, writes them in the kernel's.
class Packer {
 public:
  Packer(const float* weights, float* packed, int tile_outs) : in_(weights), out_(packed), tile_outs_(tile_outs) {}

  const float* Take(size_t count) { return std::exchange(in_, in_ + count); }
  float* Place(size_t count) { return std::exchange(out_, out_ + count); }

  // weight(o, k) is what output o takes from input k; bias(o) what it begins with.
  template <typename Weight, typename Bias>
  Product Pack(int outputs, int inputs, bool relu, Weight weight, Bias bias) {
    Product p;
    p.inputs = inputs;
    p.outputs = outputs;
    p.relu = relu;
    p.tile_floats = static_cast<size_t>(inputs) * static_cast<size_t>(tile_outs_);
    float* to = Place(static_cast<size_t>(inputs) * static_cast<size_t>(outputs));
    p.weights = to;
    for (int tile = 0; tile < outputs; tile += tile_outs_) {
      for (int k = 0; k < inputs; ++k) {
        for (int lane = 0; lane < tile_outs_; ++lane) *to++ = weight(tile + lane, k);
      }
    }
    float* begin = Place(static_cast<size_t>(outputs));
    p.bias = begin;
    for (int o = 0; o < outputs; ++o) begin[o] = bias(o);
    return p;
  }

  // A convolution of three taps, of which only those from `first_tap` to `last_tap` are ever used. Inputs come in the
  // order [tap][channel]; `channel_at(i)` is the file's number of the channel at place i.
  template <typename ChannelAt>
  Product PackConvolution(int outputs, int channels, int first_tap, int last_tap, ChannelAt channel_at) {
    const float* weights = Take(static_cast<size_t>(outputs * channels * 3));
    const float* bias = Take(static_cast<size_t>(outputs));
    return Pack(
        outputs, channels * (last_tap - first_tap + 1), true,
        [=](int o, int k) {
          return weights[(o * channels + channel_at(k % channels)) * 3 + first_tap + k / channels];
        },
        [=](int o) { return bias[o]; });
  }

  // The same product for the inputs [first, first + inputs) only.
  Product Some(Product all, int first, int inputs) const {
    all.weights += first * tile_outs_;
    all.inputs = inputs;
    return all;
  }

 private:
  const float* in_;
  float* out_;
  const int tile_outs_;
};

double Angle(int frequency, int n) { return 2 * M_PI * frequency * n / silero::kBasis; }

// Is `basis` [130][128] a symmetric window, zero at its start, times cosines and then negative sines? What Fold uses.
bool IsWindowedFourier(const float* basis) {
  constexpr double kTolerance = 1e-6;
  const float* window = basis;  // frequency 0: cosine 1
  if (window[0] != 0.0f) return false;
  for (int n = 1; n < silero::kBasis; ++n) {
    if (!(std::fabs(window[n] - window[silero::kBasis - n]) <= kTolerance)) return false;
  }
  for (int k = 0; k < silero::kBins; ++k) {
    for (int n = 0; n < silero::kBasis; ++n) {
      const float re = basis[k * silero::kBasis + n];
      const float im = basis[(silero::kBins + k) * silero::kBasis + n];
      if (!(std::fabs(re - window[n] * std::cos(Angle(k, n))) <= kTolerance)) return false;
      if (!(std::fabs(im + window[n] * std::sin(Angle(k, n))) <= kTolerance)) return false;
    }
  }
  return true;
}

void PackFourier(Packer& packer, Network& net) {
  const float* window = packer.Take(130 * silero::kBasis);
  const auto none = [](int) { return 0.0f; };
  const auto cosine = [](int frequency, int n) { return static_cast<float>(std::cos(Angle(frequency, n))); };
  const auto sine = [](int frequency, int n) { return static_cast<float>(std::sin(Angle(frequency, n))); };
  net.fourier[0] = packer.Pack(32, 33, false, [=](int j, int k) { return cosine(2 * j, k); }, none);
  net.fourier[1] = packer.Pack(32, 32, false, [=](int j, int k) { return cosine(2 * j + 1, k); }, none);
  net.fourier[2] = packer.Pack(32, 31, false, [=](int j, int k) { return sine(2 * j, k + 1); }, none);
  net.fourier[3] = packer.Pack(32, 32, false, [=](int j, int k) { return sine(2 * j + 1, k + 1); }, none);
  float* outer = packer.Place(32);
  float* inner = packer.Place(32);
  for (int n = 0; n < 32; ++n) {
    outer[n] = window[n];
    inner[n] = n == 0 ? window[64] / 2 : window[64 + n];
  }
  net.window_outer = outer;
  net.window_inner = inner;
  net.window_middle = window[32];
}

void PackNetwork(const float* weights, float* packed, int tile_outs, Network& net) {
  Packer packer(weights, packed, tile_outs);
  const auto as_in_file = [](int channel) { return channel; };
  PackFourier(packer, net);

  // Magnitudes come as 32 even frequencies, 32 odd ones, the last.
  const auto bin_at = [](int i) { return i < 32 ? 2 * i : i < 64 ? 2 * (i - 32) + 1 : 64; };
  constexpr int kBins = silero::kBins;
  net.conv0_middle = packer.PackConvolution(128, kBins, 0, 2, bin_at);
  net.conv0_first = packer.Some(net.conv0_middle, kBins, 2 * kBins);
  net.conv0_last = packer.Some(net.conv0_middle, 0, 2 * kBins);
  net.conv1_last = packer.PackConvolution(64, 128, 0, 2, as_in_file);
  net.conv1_first = packer.Some(net.conv1_last, 128, 2 * 128);
  net.conv2 = packer.PackConvolution(64, 64, 1, 2, as_in_file);
  net.conv3 = packer.PackConvolution(128, 64, 1, 1, as_in_file);

  const float* weight_ih = packer.Take(512 * 128);
  const float* weight_hh = packer.Take(512 * 128);
  const float* bias_ih = packer.Take(512);
  const float* bias_hh = packer.Take(512);
  net.lstm = packer.Pack(
      512, 256, false,
      [=](int o, int k) { return k < 128 ? weight_ih[o * 128 + k] : weight_hh[o * 128 + k - 128]; },
      [=](int o) { return bias_ih[o] + bias_hh[o]; });

  const float* decoder = packer.Take(128);
  float* copy = packer.Place(128);
  for (int i = 0; i < 128; ++i) copy[i] = decoder[i];
  net.decoder = copy;
  net.decoder_bias = *packer.Take(1);
}

}  // namespace

std::unique_ptr<SileroNet> SileroNet::Create(const float* weights) {
  if (!IsWindowedFourier(weights)) return nullptr;
  std::unique_ptr<Impl> impl(new (std::nothrow) Impl);
  if (impl == nullptr || impl->kernel.forward == nullptr) return nullptr;
  PackNetwork(weights, impl->packed, impl->kernel.tile_outs, impl->network);
  return std::unique_ptr<SileroNet>(new (std::nothrow) SileroNet(std::move(impl)));
}

SileroNet::SileroNet(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SileroNet::~SileroNet() = default;

void SileroNet::Run(const int16_t* samples, const int32_t* offsets, const int32_t* streams, size_t count, float* state,
                    float* probabilities) {
  // Chunks of nearly equal size: 32 windows are 16 + 16, not 24 + 8.
  const size_t chunks = (count + silero::kChunkRows - 1) / silero::kChunkRows;
  for (size_t chunk = 0, row = 0; chunk < chunks; ++chunk) {
    const size_t rows = count * (chunk + 1) / chunks - row;
    impl_->kernel.forward(impl_->network, impl_->scratch, samples, offsets + row, streams + row,
                          static_cast<int>(rows), state, probabilities + row);
    row += rows;
  }
}

}  // namespace ringline::dsp
