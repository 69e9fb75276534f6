// Any bytes as a Twilio message: no access outside of the buffers, and read as a plain reading does.
#include <cstdlib>
#include <string>

#include "test/media_reference.h"

using namespace ringline;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // The first byte chooses the expected stream and the room; the rest is the message.
  if (size == 0) return 0;
  const uint8_t choice = data[0];
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const char* kSids[] = {"MZ0123456789abcdef0123456789abcdef", "", "M", "MZ0123456789abcdef0123456789abcdef\""};
  const size_t room = choice & 4 ? 3 : choice & 8 ? 400 : 160;
  int32_t samples = 0;
  if (!test::ReadsAlike(text, kSids[choice & 3], room, &samples)) std::abort();
  return 0;
}
