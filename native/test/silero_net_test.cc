// Compares the voice activity network with a plain double-precision one written straight from models/README.md, on
// random weights: every instruction set, batch sizes around the block and chunk sizes, streams in any order, state
// carried over rounds. That the real weights give the real answers is tested in test/audio/vad_golden.test.ts.
#include "dsp/silero_net.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "dsp/cpu.h"

namespace {

using ringline::dsp::Isa;
using ringline::dsp::SileroNet;
using Signal = std::vector<double>;  // [time][channel]

int failures = 0;
void Check(bool ok, const char* what, size_t batch, double got) {
  if (ok) return;
  ++failures;
  std::printf("FAILED: %s (batch %zu, %g)\n", what, batch, got);
}

uint32_t seed = 1;
double Random() {  // -1 .. 1
  seed = seed * 1664525u + 1013904223u;
  return static_cast<double>(seed >> 8) / (1 << 23) - 1.0;
}

// A real basis, as the kernel insists, and small random weights elsewhere.
std::vector<float> RandomWeights() {
  std::vector<float> weights(SileroNet::kWeightFloats);
  for (float& weight : weights) weight = static_cast<float>(0.1 * Random());
  for (int k = 0; k < 65; ++k) {
    for (int n = 0; n < 128; ++n) {
      const double hann = 0.5 - 0.5 * std::cos(2 * M_PI * n / 128);
      const double angle = 2 * M_PI * k * n / 128;
      weights[static_cast<size_t>(k * 128 + n)] = static_cast<float>(hann * std::cos(angle));
      weights[static_cast<size_t>((65 + k) * 128 + n)] = static_cast<float>(-hann * std::sin(angle));
    }
  }
  return weights;
}

double Sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

class Reference {
 public:
  explicit Reference(const std::vector<float>& weights) : weights_(weights) {}

  // One window of 288 samples; `state` is h[128], c[128].
  double Judge(const int16_t* samples, double* state) {
    at_ = 0;
    Signal padded(320);
    for (size_t i = 0; i < 288; ++i) padded[i] = samples[i] / 32768.0;
    for (size_t i = 0; i < 32; ++i) padded[288 + i] = padded[286 - i];
    const float* basis = Take(130 * 128);
    Signal magnitudes;
    for (size_t t = 0; t < 4; ++t) {
      for (size_t k = 0; k < 65; ++k) {
        double re = 0, im = 0;
        for (size_t n = 0; n < 128; ++n) {
          re += padded[t * 64 + n] * static_cast<double>(basis[k * 128 + n]);
          im += padded[t * 64 + n] * static_cast<double>(basis[(65 + k) * 128 + n]);
        }
        magnitudes.push_back(std::sqrt(re * re + im * im));
      }
    }
    Signal x = Convolve(magnitudes, 65, 128, 1);
    x = Convolve(x, 128, 64, 2);
    x = Convolve(x, 64, 64, 2);
    x = Convolve(x, 64, 128, 1);

    const float* weight_ih = Take(512 * 128);
    const float* weight_hh = Take(512 * 128);
    const float* bias_ih = Take(512);
    const float* bias_hh = Take(512);
    Signal gates(512);
    for (size_t o = 0; o < 512; ++o) {
      gates[o] = static_cast<double>(bias_ih[o]) + static_cast<double>(bias_hh[o]);
      for (size_t i = 0; i < 128; ++i) {
        gates[o] += static_cast<double>(weight_ih[o * 128 + i]) * x[i];
        gates[o] += static_cast<double>(weight_hh[o * 128 + i]) * state[i];
      }
    }
    const float* decoder = Take(128);
    double sum = static_cast<double>(*Take(1));
    for (size_t u = 0; u < 128; ++u) {
      const double c = Sigmoid(gates[128 + u]) * state[128 + u] + Sigmoid(gates[u]) * std::tanh(gates[256 + u]);
      const double h = Sigmoid(gates[384 + u]) * std::tanh(c);
      state[128 + u] = c;
      state[u] = h;
      if (h > 0) sum += h * static_cast<double>(decoder[u]);
    }
    return Sigmoid(sum);
  }

 private:
  const float* Take(size_t count) {
    const float* taken = weights_.data() + at_;
    at_ += count;
    return taken;
  }

  Signal Convolve(const Signal& in, size_t channels, size_t outputs, size_t stride) {
    const float* weights = Take(outputs * channels * 3);
    const float* bias = Take(outputs);
    const size_t steps = in.size() / channels;
    Signal out;
    for (size_t t = 0; t < steps; t += stride) {
      for (size_t o = 0; o < outputs; ++o) {
        double sum = static_cast<double>(bias[o]);
        for (size_t tap = 0; tap < 3; ++tap) {
          if (t + tap < 1 || t + tap > steps) continue;  // zero padding
          for (size_t c = 0; c < channels; ++c) {
            sum += static_cast<double>(weights[(o * channels + c) * 3 + tap]) * in[(t + tap - 1) * channels + c];
          }
        }
        out.push_back(sum > 0 ? sum : 0);
      }
    }
    return out;
  }

  const std::vector<float>& weights_;
  size_t at_ = 0;
};

// Three rounds of `batch` windows on twice as many streams, in an order of their own; streams not used keep zeros.
void CompareBatch(const std::vector<float>& weights, size_t batch) {
  const auto net = SileroNet::Create(weights.data());
  Check(net != nullptr, "the network is accepted", batch, 0);
  if (net == nullptr) return;
  Reference reference(weights);
  const size_t streams = 2 * batch;
  std::vector<float> state(streams * SileroNet::kStateFloats);
  std::vector<double> expected_state(state.size());
  // Exactly as long as needed, so that a sanitizer sees any read beyond.
  std::vector<int16_t> samples(batch * SileroNet::kInputSamples);
  std::vector<int32_t> offsets(batch), rows(batch);
  std::vector<float> probabilities(batch);
  double worst = 0, worst_state = 0;
  for (int round = 0; round < 3; ++round) {
    const double loudness = round == 1 ? 32767 : 3000;
    for (int16_t& sample : samples) sample = static_cast<int16_t>(loudness * Random());
    for (size_t row = 0; row < batch; ++row) {
      offsets[row] = static_cast<int32_t>((batch - 1 - row) * SileroNet::kInputSamples);
      rows[row] = static_cast<int32_t>((row * 2 + 1) % streams);
    }
    net->Run(samples.data(), offsets.data(), rows.data(), batch, state.data(), probabilities.data());
    for (size_t row = 0; row < batch; ++row) {
      const double expected = reference.Judge(samples.data() + offsets[row],
                                              expected_state.data() + static_cast<size_t>(rows[row]) * 256);
      worst = std::fmax(worst, std::fabs(expected - static_cast<double>(probabilities[row])));
    }
  }
  for (size_t i = 0; i < state.size(); ++i) {
    worst_state = std::fmax(worst_state, std::fabs(expected_state[i] - static_cast<double>(state[i])));
  }
  Check(worst <= 1e-5, "probabilities equal the reference's", batch, worst);
  Check(worst_state <= 1e-4, "states equal the reference's", batch, worst_state);
}

// However large a gate becomes, the answer stays a number between 0 and 1.
void SurviveExtremes(std::vector<float> weights) {
  for (size_t i = 130 * 128; i < weights.size(); ++i) weights[i] *= 1e4f;
  const auto net = SileroNet::Create(weights.data());
  std::vector<int16_t> samples(SileroNet::kInputSamples);
  for (int16_t& sample : samples) sample = Random() > 0 ? 32767 : -32768;
  std::vector<float> state(SileroNet::kStateFloats);
  const int32_t zero = 0;
  for (int round = 0; round < 50; ++round) {
    float probability = -1;
    net->Run(samples.data(), &zero, &zero, 1, state.data(), &probability);
    Check(probability >= 0 && probability <= 1, "extreme weights give a probability", 1,
          static_cast<double>(probability));
  }
}

void RefuseOtherNetworks(const std::vector<float>& weights) {
  for (const size_t at : {size_t{0}, size_t{128 * 7 + 5}, size_t{128 * 70 + 64}}) {
    std::vector<float> other = weights;
    other[at] += 0.01f;
    Check(SileroNet::Create(other.data()) == nullptr, "a changed Fourier basis is refused", 0,
          static_cast<double>(at));
    other[at] = NAN;
    Check(SileroNet::Create(other.data()) == nullptr, "a NaN in the basis is refused", 0, static_cast<double>(at));
  }
}

}  // namespace

int main() {
  const std::vector<float> weights = RandomWeights();
  const Isa best = ringline::dsp::ActiveIsa();
  for (int level = 0; level <= static_cast<int>(best); ++level) {
    ringline::dsp::LimitIsa(static_cast<Isa>(level));
    for (const size_t batch : {1, 2, 3, 4, 5, 7, 12, 13, 31, 32, 33, 70}) CompareBatch(weights, batch);
    SurviveExtremes(weights);
  }
  RefuseOtherNetworks(weights);
  if (failures == 0) std::printf("silero_net_test: all passed, %d instruction sets\n", static_cast<int>(best) + 1);
  return failures == 0 ? 0 : 1;
}
