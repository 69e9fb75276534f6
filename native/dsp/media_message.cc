#include "dsp/media_message.h"

#include <cstring>

#include "dsp/base64.h"
#include "dsp/g711.h"

namespace ringline::dsp {
namespace {

// Walks over text that has to be there literally.
class ExactReader {
 public:
  ExactReader(const uint8_t* text, size_t length) : at_(text), end_(text + length) {}

  template <size_t kSize>
  bool Take(const char (&literal)[kSize]) {
    constexpr size_t kLength = kSize - 1;
    if (left() < kLength || std::memcmp(at_, literal, kLength) != 0) return false;
    at_ += kLength;
    return true;
  }

  // One to nine digits: those always fit 31 bits.
  bool TakeCounter(int32_t* counter) {
    int32_t number = 0;
    const uint8_t* from = at_;
    while (at_ != end_ && at_ - from < 9 && static_cast<unsigned>(*at_ - '0') <= 9) number = number * 10 + *at_++ - '0';
    *counter = number;
    return at_ != from;
  }

  const uint8_t* at() const { return at_; }
  size_t left() const { return static_cast<size_t>(end_ - at_); }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
};

}  // namespace

int32_t ParseMediaMessage(const uint8_t* text, size_t length, const uint8_t* stream_sid, size_t stream_sid_length,
                          uint8_t* mulaw, int16_t* pcm, size_t room, int32_t* timestamp_ms) {
  // The payload is what lies between the beginning and an ending of known length.
  constexpr char kEnding[] = "\"},\"streamSid\":\"";
  constexpr size_t kEndingLength = sizeof(kEnding) - 1;
  const size_t after_payload = kEndingLength + stream_sid_length + 2;
  ExactReader reader(text, length);
  int32_t ignored;
  if (stream_sid_length == 0 || !reader.Take("{\"event\":\"media\",\"sequenceNumber\":\"") ||
      !reader.TakeCounter(&ignored) || !reader.Take("\",\"media\":{\"track\":\"inbound\",\"chunk\":\"") ||
      !reader.TakeCounter(&ignored) || !reader.Take("\",\"timestamp\":\"") || !reader.TakeCounter(timestamp_ms) ||
      !reader.Take("\",\"payload\":\"") || reader.left() < after_payload) {
    return kMediaNotMine;
  }
  const uint8_t* payload = reader.at();
  const size_t characters = reader.left() - after_payload;
  const uint8_t* ending = payload + characters;
  if (std::memcmp(ending, kEnding, kEndingLength) != 0 ||
      std::memcmp(ending + kEndingLength, stream_sid, stream_sid_length) != 0 ||
      std::memcmp(ending + kEndingLength + stream_sid_length, "\"}", 2) != 0) {
    return kMediaNotMine;
  }
  const int64_t size = Base64DecodedSize(payload, characters);
  if (size <= 0 || static_cast<uint64_t>(size) > room || size > INT32_MAX) return kMediaNotMine;
  // A quotation mark or backslash is not base64, so decoding also proves that the payload ends where it was cut.
  if (Base64Decode(payload, characters, mulaw) != size) return kMediaNotMine;
  MulawDecode(mulaw, pcm, static_cast<size_t>(size));
  return static_cast<int32_t>(size);
}

size_t MediaMessageSize(size_t prefix_length, size_t count) {
  return prefix_length + Base64EncodedSize(count) + kMediaSuffixLength;
}

size_t BuildMediaMessage(const uint8_t* prefix, size_t prefix_length, const uint8_t* mulaw, size_t count,
                         uint8_t* out) {
  std::memcpy(out, prefix, prefix_length);
  size_t at = prefix_length;
  at += Base64Encode(mulaw, count, out + at);
  std::memcpy(out + at, kMediaSuffix, kMediaSuffixLength);
  return at + kMediaSuffixLength;
}

}  // namespace ringline::dsp
