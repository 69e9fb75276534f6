// Memory of the sound features with arrays of exactly their size, and the same bits from every instruction set, for any
// sound, order of streams and counting of bins. What the numbers say is tested in test/audio/kernels/sound_features.test.ts.
#include "dsp/sound_features.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "test/check.h"

using namespace ringline;
using test::Exactly;

namespace {

constexpr size_t kStreams = 5;

struct Result {
  std::vector<float> features;
  std::vector<int16_t> past;
  std::vector<double> moments;
};

int16_t Sample(test::Random& random, size_t kind, size_t i) {
  switch (kind) {
    case 0: return 0;
    case 1: return static_cast<int16_t>(random.Next());
    case 2: return random.Next() & 1 ? 32767 : -32768;
    case 3: return -32768;
    default: return static_cast<int16_t>(9000 * std::sin(static_cast<double>(i) * 0.1) + 2000);
  }
}

Result Hear() {
  test::Random random(9);
  Exactly<int16_t> samples(kStreams * dsp::kSoundWindow);
  Exactly<int16_t> past(kStreams * dsp::kSoundPast);
  Exactly<double> moments(kStreams * dsp::kSoundMoments);
  Exactly<int16_t> played(kStreams * dsp::kSoundPlayed);
  Result result;
  for (size_t window = 0; window < 300; ++window) {
    for (size_t i = 0; i < samples.size(); ++i) samples[i] = Sample(random, (i / 256 + window / 40) % 5, i);
    for (size_t i = 0; i < 40; ++i) played[random.Below(played.size())] = static_cast<int16_t>(random.Below(1921));
    const size_t count = random.Below(kStreams + 1);
    Exactly<int32_t> offsets(count), streams(count), at(count);
    Exactly<float> features(count * dsp::kSoundFeatures);
    const size_t first = random.Below(kStreams);
    for (size_t row = 0; row < count; ++row) {
      streams[row] = static_cast<int32_t>((first + row) % kStreams);
      offsets[row] = static_cast<int32_t>((kStreams - 1 - row) * dsp::kSoundWindow);
      at[row] = static_cast<int32_t>(random.Next());
    }
    dsp::SoundFeatures(samples.data(), offsets.data(), streams.data(), at.data(), count, past.data(), moments.data(),
                       played.data(), features.data());
    for (size_t i = 0; i < features.size(); ++i) {
      const bool is_pitch = i % dsp::kSoundFeatures == 2;
      CHECK(is_pitch || std::isfinite(features[i]), "feature %zu of window %zu", i, window);
      if (i % dsp::kSoundFeatures == 1 || i % dsp::kSoundFeatures > 4) {
        CHECK(features[i] >= 0 && features[i] <= 1, "%f", static_cast<double>(features[i]));
      }
    }
    result.features.insert(result.features.end(), features.data(), features.data() + features.size());
  }
  result.past.assign(past.data(), past.data() + past.size());
  result.moments.assign(moments.data(), moments.data() + moments.size());
  return result;
}

template <typename T>
bool Same(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

}  // namespace

int main() {
  std::vector<Result> results;
  test::ForEachIsa([&](dsp::Isa) { results.push_back(Hear()); });
  for (const Result& result : results) {
    CHECK(Same(result.features, results[0].features), "features differ");
    CHECK(Same(result.past, results[0].past), "the past differs");
    CHECK(Same(result.moments, results[0].moments), "the moments differ");
  }
  return test::Report("sound_features_test");
}
