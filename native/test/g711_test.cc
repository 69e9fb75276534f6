// Every instruction set gives the bytes of the plain code, over all codes and samples and any length and alignment.
// That the plain code is G.711 is proven in test/audio/mulaw.test.ts.
#include "dsp/g711.h"

#include "test/check.h"

namespace {

using namespace ringline;
using test::Exactly;

template <typename From, typename To>
void CheckAllLevels(const char* name, void (*kernel)(const From*, To*, size_t), const Exactly<From>& all) {
  Exactly<To> expected(all.size());
  dsp::LimitIsa(dsp::Isa::kScalar);
  kernel(all.data(), expected.data(), all.size());
  test::ForEachIsa([&](dsp::Isa isa) {
    Exactly<To> whole(all.size());
    kernel(all.data(), whole.data(), all.size());
    for (size_t i = 0; i < all.size(); ++i) {
      CHECK(whole[i] == expected[i], "%s level %d, input %d", name, static_cast<int>(isa), static_cast<int>(all[i]));
    }
    test::Random random(7);
    for (int round = 0; round < 500; ++round) {
      const size_t count = random.Below(200);
      const size_t from = random.Below(all.size() - count + 1);
      Exactly<From> in(count);
      for (size_t i = 0; i < count; ++i) in[i] = all[from + i];
      Exactly<To> out(count);
      kernel(in.data(), out.data(), count);
      for (size_t i = 0; i < count; ++i) {
        CHECK(out[i] == expected[from + i], "%s level %d, %zu of %zu", name, static_cast<int>(isa), i, count);
      }
    }
  });
}

}  // namespace

int main() {
  Exactly<uint8_t> codes(4096);
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<uint8_t>(i * 37);
  Exactly<int16_t> samples(65536);
  for (size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<int16_t>(i * 7919);
  CheckAllLevels("mu-law decode", dsp::MulawDecode, codes);
  CheckAllLevels("A-law decode", dsp::AlawDecode, codes);
  CheckAllLevels("mu-law encode", dsp::MulawEncode, samples);
  CheckAllLevels("A-law encode", dsp::AlawEncode, samples);
  return test::Report("g711_test");
}
