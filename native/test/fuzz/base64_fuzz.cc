// Any bytes as base64: no access outside of the buffers, all instruction sets agree, and what decodes encodes back.
#include <cstdlib>
#include <cstring>

#include "dsp/base64.h"
#include "test/check.h"

using namespace ringline;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  test::Exactly<uint8_t> text(size);
  std::memcpy(text.data(), data, size);
  const int64_t room = dsp::Base64DecodedSize(text.data(), size);
  test::Exactly<uint8_t> first(room > 0 ? static_cast<size_t>(room) : 0);
  dsp::LimitIsa(dsp::Isa::kScalar);
  const int64_t decoded = dsp::Base64Decode(text.data(), size, first.data());
  test::ForEachIsa([&](dsp::Isa) {
    test::Exactly<uint8_t> again(first.size());
    if (dsp::Base64Decode(text.data(), size, again.data()) != decoded) std::abort();
    if (decoded > 0 && std::memcmp(again.data(), first.data(), first.size()) != 0) std::abort();
    if (decoded <= 0) return;
    test::Exactly<uint8_t> encoded(dsp::Base64EncodedSize(first.size()));
    if (dsp::Base64Encode(first.data(), first.size(), encoded.data()) != size) std::abort();
    // All but the last group, whose unused bits are ignored.
    if (std::memcmp(encoded.data(), text.data(), size - 4) != 0) std::abort();
  });
  return 0;
}
