// Memory of concealment with any amount of past, and independence of how a gap is cut; loudness and interleaving beside
// it, which are small. What concealment sounds like is tested in test/audio/concealment.test.ts.
#include "dsp/concealment.h"

#include <algorithm>
#include <cstring>

#include "dsp/pcm.h"
#include "test/check.h"

using namespace ringline;
using test::Exactly;

int main() {
  test::Random random(5);
  for (int round = 0; round < 300; ++round) {
    const size_t past_count = random.Below(400);
    Exactly<int16_t> past(past_count);
    for (size_t i = 0; i < past_count; ++i) past[i] = static_cast<int16_t>(random.Next() >> 8);
    const auto noise_rms = static_cast<int32_t>(random.Below(32768));
    const uint32_t seed = random.Next();
    Exactly<int16_t> whole(1000);
    dsp::Conceal(past.data(), past_count, 0, noise_rms, seed, whole.data(), whole.size());
    for (size_t done = 0; done < whole.size();) {
      const size_t count = std::min(whole.size() - done, random.Below(300));
      Exactly<int16_t> piece(count);
      dsp::Conceal(past.data(), past_count, done, noise_rms, seed, piece.data(), count);
      CHECK(std::memcmp(piece.data(), whole.data() + done, 2 * count) == 0, "past %zu at %zu", past_count, done);
      done += count;
    }

    Exactly<int16_t> right(past_count), stereo(2 * past_count);
    dsp::InterleaveStereo(past.data(), right.data(), stereo.data(), past_count);
    for (size_t i = 0; i < past_count; ++i) CHECK(stereo[2 * i] == past[i] && stereo[2 * i + 1] == 0, "%zu", i);
    const double level = dsp::Level(past.data(), past_count);
    CHECK(level >= dsp::kLevelFloorDb && level <= 0, "%f", level);
  }
  return test::Report("concealment_test");
}
