// The kernel reads Twilio's layout as a plain reading does, and leaves alone whatever is not exactly that: every prefix of
// a message, every byte changed, characters put in, any room. More is tested in test/audio/kernels/media_message.test.ts.
#include "dsp/media_message.h"

#include <cstring>
#include <string>

#include "dsp/base64.h"
#include "test/check.h"
#include "test/media_reference.h"

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

int32_t Read(const std::string& text, const std::string& sid, size_t room) {
  int32_t samples = 0;
  CHECK(test::ReadsAlike(text, sid, room, &samples), "%s", text.c_str());
  return samples;
}

}  // namespace

int main() {
  for (const char* counter : {"1", "246880", "999999999", "00012"}) {
    CHECK(Read(Message(160, counter), kSid, 160) == 160, "counter %s", counter);
  }
  for (const char* counter : {"1000000000", "2147483648", "", "x", "-1", "1 "}) {
    CHECK(Read(Message(160, counter), kSid, 160) == dsp::kMediaNotMine, "counter %s", counter);
  }
  for (const size_t samples : {0, 1, 2, 3, 159, 160, 161, 320}) {
    const std::string message = Message(samples, "8");
    for (const size_t room : {size_t{0}, samples / 2, samples, samples + 1, size_t{4096}}) {
      const int32_t expected = samples > room ? dsp::kMediaNotMine : static_cast<int32_t>(samples);
      CHECK(Read(message, kSid, room) == expected, "%zu samples, room %zu", samples, room);
    }
  }
  for (const std::string& sid : {std::string(), kSid + "0", std::string("MZ")}) {
    CHECK(Read(Message(160, "8"), sid, 160) == dsp::kMediaNotMine, "sid %s", sid.c_str());
  }

  const std::string message = Message(40, "12");
  for (size_t at = 0; at < message.size(); ++at) {
    CHECK(Read(message.substr(0, at), kSid, 160) == dsp::kMediaNotMine, "cut to %zu", at);
    for (int change = 1; change < 256; change = change * 3 + 1) {
      std::string damaged = message;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      Read(damaged, kSid, 160);
    }
    for (const char character : {'"', '\\', '{', '}', ',', ':', '=', ' ', '0', '\0'}) {
      std::string damaged = message;
      damaged.insert(at, 1, character);
      Read(damaged, kSid, 160);
    }
  }

  const std::string prefix = "{\"event\":\"media\",\"streamSid\":\"" + kSid + "\",\"media\":{\"payload\":\"";
  for (size_t count = 0; count < 100; ++count) {
    Exactly<uint8_t> mulaw(count);
    for (size_t i = 0; i < count; ++i) mulaw[i] = static_cast<uint8_t>(i * 31 + 5);
    Exactly<uint8_t> out(dsp::MediaMessageSize(prefix.size(), count));
    CHECK(dsp::BuildMediaMessage(reinterpret_cast<const uint8_t*>(prefix.data()), prefix.size(), mulaw.data(), count,
                                 out.data()) == out.size(),
          "%zu", count);
    const std::string built(reinterpret_cast<const char*>(out.data()), out.size());
    const std::string payload = built.substr(prefix.size(), built.size() - prefix.size() - dsp::kMediaSuffixLength);
    const std::string bytes(reinterpret_cast<const char*>(mulaw.data()), count);
    CHECK(built == prefix + payload + dsp::kMediaSuffix && test::DecodePlainly(payload) == bytes, "%s", built.c_str());
  }
  return test::Report("media_message_test");
}
