// What workers share inside the addon, used from several threads at once: the filters of the resampler, made by whoever
// comes first, and the level of instructions. Meant for ThreadSanitizer; without it, it still checks equal results.
#include <thread>
#include <vector>

#include "dsp/g711.h"
#include "dsp/resampler.h"
#include "test/check.h"

using namespace ringline;

int main() {
  constexpr size_t kRates[] = {8000, 16000, 22050, 24000, 44100, 48000};
  std::vector<std::vector<int16_t>> results(4);
  std::vector<std::thread> threads;
  for (std::vector<int16_t>& result : results) {
    threads.emplace_back([&result, &kRates] {
      uint8_t codes[160];
      int16_t samples[160];
      for (size_t i = 0; i < 160; ++i) codes[i] = static_cast<uint8_t>(i);
      dsp::MulawDecode(codes, samples, 160);
      for (const size_t from : kRates) {
        for (const size_t to : kRates) {
          const auto resampler = dsp::Resampler::Create(from, to);
          std::vector<int16_t> out(resampler->OutputMax(160));
          out.resize(resampler->Process(samples, 160, out.data()));
          result.insert(result.end(), out.begin(), out.end());
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : results) CHECK(result == results[0], "threads disagree");
  return test::Report("threads_test");
}
