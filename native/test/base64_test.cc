// Every instruction set gives what the plain code gives, on good and damaged text, without touching a byte outside.
#include "dsp/base64.h"

#include <cstring>

#include "test/check.h"

using namespace ringline;
using test::Exactly;

int main() {
  test::Random random(3);
  for (int round = 0; round < 20000; ++round) {
    const size_t count = random.Below(300);
    Exactly<uint8_t> bytes(count);
    for (size_t i = 0; i < count; ++i) bytes[i] = static_cast<uint8_t>(random.Next() >> 9);
    const size_t characters = dsp::Base64EncodedSize(count);
    Exactly<uint8_t> text(characters);
    dsp::LimitIsa(dsp::Isa::kScalar);
    CHECK(dsp::Base64Encode(bytes.data(), count, text.data()) == characters, "%zu bytes", count);
    test::ForEachIsa([&](dsp::Isa isa) {
      Exactly<uint8_t> again(characters);
      dsp::Base64Encode(bytes.data(), count, again.data());
      CHECK(std::memcmp(again.data(), text.data(), characters) == 0, "level %d, %zu", static_cast<int>(isa), count);
      Exactly<uint8_t> decoded(count);
      CHECK(dsp::Base64Decode(text.data(), characters, decoded.data()) == static_cast<int64_t>(count), "%zu", count);
      CHECK(std::memcmp(decoded.data(), bytes.data(), count) == 0, "level %d, %zu", static_cast<int>(isa), count);
    });

    if (characters == 0) continue;
    for (size_t i = 0; i <= random.Below(3); ++i) {
      text[random.Below(characters)] = static_cast<uint8_t>(random.Next() >> 7);
    }
    const size_t cut = random.Below(4) == 0 ? random.Below(characters) : characters;
    const int64_t room = dsp::Base64DecodedSize(text.data(), cut);
    Exactly<uint8_t> expected(room > 0 ? static_cast<size_t>(room) : 0);
    dsp::LimitIsa(dsp::Isa::kScalar);
    const int64_t size = dsp::Base64Decode(text.data(), cut, expected.data());
    CHECK(size == room || size == -1, "%lld of %lld", static_cast<long long>(size), static_cast<long long>(room));
    test::ForEachIsa([&](dsp::Isa isa) {
      Exactly<uint8_t> decoded(expected.size());
      const int64_t got = dsp::Base64Decode(text.data(), cut, decoded.data());
      CHECK(got == size, "level %d: %lld", static_cast<int>(isa), static_cast<long long>(got));
      if (size > 0) CHECK(std::memcmp(decoded.data(), expected.data(), expected.size()) == 0, "%zu", cut);
    });
  }
  return test::Report("base64_test");
}
