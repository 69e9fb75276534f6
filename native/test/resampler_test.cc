// Memory and arithmetic of the resampler at every pair of rates: never more output than promised, the same samples
// however the stream is cut, instruction sets within one step. Sound quality is measured in test/audio/resampler.test.ts.
#include "dsp/resampler.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "test/check.h"

namespace {

using namespace ringline;
using test::Exactly;

constexpr size_t kRates[] = {8000, 16000, 22050, 24000, 44100, 48000};

std::vector<int16_t> Run(dsp::Resampler* resampler, const std::vector<int16_t>& input, test::Random* cuts) {
  std::vector<int16_t> output;
  for (size_t done = 0; done < input.size();) {
    size_t count = input.size() - done;
    if (cuts != nullptr) count = std::min(count, cuts->Below(700));
    Exactly<int16_t> in(count), out(resampler->OutputMax(count));
    std::copy_n(input.begin() + static_cast<std::ptrdiff_t>(done), count, in.data());
    const size_t produced = resampler->Process(in.data(), count, out.data());
    CHECK(produced <= out.size(), "%zu of %zu", produced, out.size());
    output.insert(output.end(), out.data(), out.data() + produced);
    done += count;
  }
  return output;
}

}  // namespace

int main() {
  test::Random noise(11);
  std::vector<int16_t> input(2500);
  for (int16_t& sample : input) sample = static_cast<int16_t>(noise.Next() >> 8);
  for (const size_t from : kRates) {
    for (const size_t to : kRates) {
      dsp::LimitIsa(dsp::Isa::kScalar);
      const auto resampler = dsp::Resampler::Create(from, to);
      const std::vector<int16_t> expected = Run(resampler.get(), input, nullptr);
      CHECK(expected.size() == (input.size() * to + from - 1) / from, "%zu to %zu: %zu", from, to, expected.size());
      test::ForEachIsa([&](dsp::Isa isa) {
        resampler->Reset();
        const std::vector<int16_t> whole = Run(resampler.get(), input, nullptr);
        resampler->Reset();
        test::Random cuts(static_cast<uint32_t>(from + to));
        CHECK(Run(resampler.get(), input, &cuts) == whole, "%zu to %zu in pieces", from, to);
        CHECK(whole.size() == expected.size(), "%zu to %zu", from, to);
        for (size_t i = 0; i < std::min(whole.size(), expected.size()); ++i) {
          CHECK(std::abs(whole[i] - expected[i]) <= 1, "%zu to %zu, level %d, sample %zu: %d, %d", from, to,
                static_cast<int>(isa), i, whole[i], expected[i]);
        }
      });
    }
  }
  for (const size_t rate : {size_t{0}, size_t{11025}, size_t{1} << 40}) {
    CHECK(dsp::Resampler::Create(rate, 8000) == nullptr && dsp::Resampler::Create(8000, rate) == nullptr, "%zu", rate);
  }
  return test::Report("resampler_test");
}
