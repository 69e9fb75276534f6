// The fast path for Twilio's exact layout and the general parser give identical results, on every prefix of a message,
// with every byte changed, and with any room. What the results should be is tested in test/audio/media_message.test.ts.
#include "dsp/media_message.h"

#include <cstring>
#include <string>

#include "dsp/base64.h"
#include "test/check.h"

namespace {

using namespace ringline;
using test::Exactly;

const std::string kSid = "MZ0123456789abcdef0123456789abcdef";

std::string Message(size_t samples, const std::string& counter) {
  Exactly<uint8_t> mulaw(samples);
  for (size_t i = 0; i < samples; ++i) mulaw[i] = static_cast<uint8_t>(i * 31 + 5);
  std::string payload(dsp::Base64EncodedSize(samples), ' ');
  dsp::Base64Encode(mulaw.data(), samples, reinterpret_cast<uint8_t*>(payload.data()));
  return "{\"event\":\"media\",\"sequenceNumber\":\"" + counter + "\",\"media\":{\"track\":\"inbound\",\"chunk\":\"" +
         counter + "\",\"timestamp\":\"" + counter + "\",\"payload\":\"" + payload + "\"},\"streamSid\":\"" + kSid +
         "\"}";
}

int32_t CheckBoth(const std::string& text, const std::string& sid, size_t room) {
  Exactly<uint8_t> bytes(text.size()), sid_bytes(sid.size());
  std::memcpy(bytes.data(), text.data(), text.size());
  std::memcpy(sid_bytes.data(), sid.data(), sid.size());
  Exactly<uint8_t> mulaw(room), general_mulaw(room);
  Exactly<int16_t> pcm(room), general_pcm(room);
  dsp::MediaMeta meta, general_meta;
  const int32_t result = dsp::ParseMediaMessage(bytes.data(), bytes.size(), sid_bytes.data(), sid_bytes.size(),
                                                mulaw.data(), pcm.data(), room, &meta);
  const int32_t general =
      dsp::ParseMediaMessageGeneral(bytes.data(), bytes.size(), sid_bytes.data(), sid_bytes.size(),
                                    general_mulaw.data(), general_pcm.data(), room, &general_meta);
  CHECK(result == general, "%d and %d for %s", result, general, text.c_str());
  if (result <= 0 || result != general) return result;
  const size_t count = static_cast<size_t>(result);
  CHECK(std::memcmp(mulaw.data(), general_mulaw.data(), count) == 0, "%s", text.c_str());
  CHECK(std::memcmp(pcm.data(), general_pcm.data(), 2 * count) == 0, "%s", text.c_str());
  CHECK(meta.timestamp_ms == general_meta.timestamp_ms && meta.chunk == general_meta.chunk &&
            meta.sequence_number == general_meta.sequence_number,
        "%s", text.c_str());
  return result;
}

}  // namespace

int main() {
  for (const char* counter : {"1", "246880", "999999999", "2147483647", "2147483648", "00012", "", "x"}) {
    CHECK(CheckBoth(Message(160, counter), kSid, 160) == 160, "counter %s", counter);
  }
  for (const size_t samples : {0, 1, 2, 3, 159, 160, 161, 320}) {
    const std::string message = Message(samples, "8");
    for (const size_t room : {size_t{0}, samples / 2, samples, samples + 1, size_t{4096}}) {
      const int32_t expected = samples > room ? dsp::kMediaTooLarge : static_cast<int32_t>(samples);
      CHECK(CheckBoth(message, kSid, room) == expected, "%zu samples, room %zu", samples, room);
    }
  }
  CHECK(CheckBoth(Message(160, "8"), "", 160) == 160, "any stream");
  CHECK(CheckBoth(Message(160, "8"), kSid + "0", 160) == dsp::kMediaWrongStream, "longer sid");
  CHECK(CheckBoth(Message(160, "8"), "MZ", 160) == dsp::kMediaWrongStream, "shorter sid");

  const std::string message = Message(40, "12");
  for (size_t length = 0; length < message.size(); ++length) {
    CHECK(CheckBoth(message.substr(0, length), kSid, 160) == dsp::kMediaMalformed, "cut to %zu", length);
    for (int change = 1; change < 256; change = change * 3 + 1) {
      std::string damaged = message;
      damaged[length] = static_cast<char>(damaged[length] ^ change);
      CheckBoth(damaged, kSid, 160);
    }
    for (const char character : {'"', '\\', '{', '}', ',', ':', '=', ' ', '\0'}) {
      std::string damaged = message;
      damaged.insert(length, 1, character);
      CheckBoth(damaged, kSid, 160);
    }
  }

  const std::string prefix = "{\"event\":\"media\",\"streamSid\":\"" + kSid + "\",\"media\":{\"payload\":\"";
  for (size_t count = 0; count < 100; ++count) {
    Exactly<uint8_t> mulaw(count);
    Exactly<uint8_t> out(dsp::MediaMessageSize(prefix.size(), count));
    CHECK(dsp::BuildMediaMessage(reinterpret_cast<const uint8_t*>(prefix.data()), prefix.size(), mulaw.data(), count,
                                 out.data()) == out.size(),
          "%zu", count);
    const std::string built(reinterpret_cast<const char*>(out.data()), out.size());
    // Our own message has no track: it parses as inbound.
    if (count > 0) CHECK(CheckBoth(built, kSid, 100) == static_cast<int32_t>(count), "%s", built.c_str());
  }
  return test::Report("media_message_test");
}
