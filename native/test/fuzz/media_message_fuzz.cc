// Any bytes as a Twilio message: no access outside of the buffers, and the fast path agrees with the general parser.
#include <cstdlib>
#include <cstring>

#include "dsp/media_message.h"
#include "test/check.h"

using namespace ringline;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // The first byte chooses the expected stream and the room; the rest is the message.
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  test::Exactly<uint8_t> text(size - 1);
  std::memcpy(text.data(), data + 1, size - 1);
  const char* kSids[] = {"MZ0123456789abcdef0123456789abcdef", "", "M", "MZ0123456789abcdef0123456789abcdef\""};
  const char* sid = kSids[choice & 3];
  const size_t room = choice & 4 ? 3 : choice & 8 ? 400 : 160;
  const size_t sid_length = std::strlen(sid);

  test::Exactly<uint8_t> mulaw(room), general_mulaw(room);
  test::Exactly<int16_t> pcm(room), general_pcm(room);
  dsp::MediaMeta meta, general_meta;
  const auto* sid_bytes = reinterpret_cast<const uint8_t*>(sid);
  const int32_t result = dsp::ParseMediaMessage(text.data(), text.size(), sid_bytes, sid_length, mulaw.data(),
                                                pcm.data(), room, &meta);
  const int32_t general = dsp::ParseMediaMessageGeneral(text.data(), text.size(), sid_bytes, sid_length,
                                                        general_mulaw.data(), general_pcm.data(), room, &general_meta);
  if (result != general) std::abort();
  if (result <= 0) return 0;
  const size_t count = static_cast<size_t>(result);
  if (count > room || std::memcmp(mulaw.data(), general_mulaw.data(), count) != 0 ||
      std::memcmp(pcm.data(), general_pcm.data(), 2 * count) != 0 ||
      std::memcmp(&meta, &general_meta, sizeof(meta)) != 0) {
    std::abort();
  }
  return 0;
}
