#include "dsp/media_message.h"

#include <cstring>

#include "dsp/base64.h"
#include "dsp/g711.h"
#include "dsp/json_scanner.h"

namespace ringline::dsp {
namespace {

struct MediaObject {
  bool is_object = false;
  JsonValue track;
  JsonValue chunk;
  JsonValue timestamp;
  JsonValue payload;
};

bool ReadMediaObject(JsonScanner* scanner, MediaObject* media) {
  *media = MediaObject();
  JsonValue ignored;
  if (!scanner->Take('{')) return scanner->ReadValue(&ignored);
  media->is_object = true;
  if (scanner->Take('}')) return true;
  do {
    JsonValue name;
    if (!scanner->ReadString(&name) || !scanner->Take(':')) return false;
    JsonValue* target = JsonStringEquals(name, "payload")     ? &media->payload
                        : JsonStringEquals(name, "timestamp") ? &media->timestamp
                        : JsonStringEquals(name, "chunk")     ? &media->chunk
                        : JsonStringEquals(name, "track")     ? &media->track
                                                              : &ignored;
    if (!scanner->ReadValue(target)) return false;
  } while (scanner->Take(','));
  return scanner->Take('}');
}

// Twilio sends counters as strings of digits; a plain JSON integer is understood as well.
int32_t ReadCounter(const JsonValue& value) {
  if (value.kind != JsonValue::Kind::kString && value.kind != JsonValue::Kind::kNumber) return -1;
  JsonStringReader reader(value);
  int64_t number = 0;
  int unit = reader.Next();
  if (unit < 0) return -1;
  for (; unit >= 0; unit = reader.Next()) {
    if (unit < '0' || unit > '9') return -1;
    number = number * 10 + (unit - '0');
    if (number > INT32_MAX) return -1;
  }
  return static_cast<int32_t>(number);
}

// Counts the characters of a payload, escapes undone, and decodes them into `mulaw` when that is not null.
int64_t DecodePayload(const JsonValue& payload, uint8_t* mulaw) {
  JsonStringReader reader(payload);
  uint32_t bits = 0;
  size_t characters = 0;
  size_t padding = 0;
  int64_t size = 0;
  for (int unit = reader.Next(); unit >= 0; unit = reader.Next()) {
    ++characters;
    if (unit == '=') {
      if (++padding > 2) return -1;
      bits <<= 6;
    } else {
      if (padding != 0 || unit > 0xff || kBase64Values[unit] == 255) return -1;
      bits = bits << 6 | kBase64Values[unit];
    }
    if (characters % 4 != 0) continue;
    for (size_t i = 0; i < 3 - padding; ++i) {
      if (mulaw != nullptr) mulaw[size] = static_cast<uint8_t>(bits >> (16 - 8 * i));
      ++size;
    }
    if (padding != 0) break;
    bits = 0;
  }
  return characters % 4 == 0 && reader.Next() < 0 ? size : -1;
}

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

// The message as Twilio writes it: this order of members, no white space, no escapes. Returns the number of samples, or
// 0 when it is anything else; ParseMediaMessageGeneral then decides, also about what is wrong.
int32_t ParseExactLayout(const uint8_t* text, size_t length, const uint8_t* stream_sid, size_t stream_sid_length,
                         uint8_t* mulaw, int16_t* pcm, size_t room, MediaMeta* meta) {
  // The payload is what lies between the beginning and an ending of known length.
  constexpr char kEnding[] = "\"},\"streamSid\":\"";
  constexpr size_t kEndingLength = sizeof(kEnding) - 1;
  const size_t after_payload = kEndingLength + stream_sid_length + 2;
  ExactReader reader(text, length);
  if (stream_sid_length == 0 || !reader.Take("{\"event\":\"media\",\"sequenceNumber\":\"") ||
      !reader.TakeCounter(&meta->sequence_number) ||
      !reader.Take("\",\"media\":{\"track\":\"inbound\",\"chunk\":\"") || !reader.TakeCounter(&meta->chunk) ||
      !reader.Take("\",\"timestamp\":\"") || !reader.TakeCounter(&meta->timestamp_ms) ||
      !reader.Take("\",\"payload\":\"") || reader.left() < after_payload) {
    return 0;
  }
  const uint8_t* payload = reader.at();
  const size_t characters = reader.left() - after_payload;
  const uint8_t* ending = payload + characters;
  if (std::memcmp(ending, kEnding, kEndingLength) != 0 ||
      std::memcmp(ending + kEndingLength, stream_sid, stream_sid_length) != 0 ||
      std::memcmp(ending + kEndingLength + stream_sid_length, "\"}", 2) != 0) {
    return 0;
  }
  const int64_t size = Base64DecodedSize(payload, characters);
  if (size <= 0 || static_cast<uint64_t>(size) > room || size > INT32_MAX) return 0;
  // A quotation mark or backslash is not base64, so decoding also proves that the payload ends where it was cut.
  if (Base64Decode(payload, characters, mulaw) != size) return 0;
  MulawDecode(mulaw, pcm, static_cast<size_t>(size));
  return static_cast<int32_t>(size);
}

}  // namespace

int32_t ParseMediaMessageGeneral(const uint8_t* text, size_t length, const uint8_t* stream_sid,
                                 size_t stream_sid_length, uint8_t* mulaw, int16_t* pcm, size_t room,
                                 MediaMeta* meta) {
  *meta = MediaMeta();
  JsonScanner scanner(text, length);
  JsonValue ignored;
  if (!scanner.Peek('{')) {
    return scanner.ReadValue(&ignored) && scanner.AtEnd() ? kMediaNotMedia : kMediaMalformed;
  }
  scanner.Take('{');
  JsonValue event, sid, sequence_number;
  MediaObject media;
  if (!scanner.Take('}')) {
    do {
      JsonValue name;
      if (!scanner.ReadString(&name) || !scanner.Take(':')) return kMediaMalformed;
      bool valid;
      if (JsonStringEquals(name, "media")) {
        valid = ReadMediaObject(&scanner, &media);
      } else {
        valid = scanner.ReadValue(JsonStringEquals(name, "event")            ? &event
                                  : JsonStringEquals(name, "streamSid")      ? &sid
                                  : JsonStringEquals(name, "sequenceNumber") ? &sequence_number
                                                                             : &ignored);
      }
      if (!valid) return kMediaMalformed;
    } while (scanner.Take(','));
    if (!scanner.Take('}')) return kMediaMalformed;
  }
  if (!scanner.AtEnd()) return kMediaMalformed;

  if (!JsonStringEquals(event, "media")) return kMediaNotMedia;
  if (!media.is_object) return kMediaMalformed;
  if (media.track.kind != JsonValue::Kind::kNone && !JsonStringEquals(media.track, "inbound")) return kMediaNotMedia;
  const std::string_view expected(reinterpret_cast<const char*>(stream_sid), stream_sid_length);
  if (!expected.empty() && !JsonStringEquals(sid, expected)) return kMediaWrongStream;
  if (media.payload.kind != JsonValue::Kind::kString) return kMediaBadPayload;
  const int64_t size = DecodePayload(media.payload, nullptr);
  if (size < 0) return kMediaBadPayload;
  if (static_cast<uint64_t>(size) > room || size > INT32_MAX) return kMediaTooLarge;
  DecodePayload(media.payload, mulaw);
  MulawDecode(mulaw, pcm, static_cast<size_t>(size));
  meta->timestamp_ms = ReadCounter(media.timestamp);
  meta->chunk = ReadCounter(media.chunk);
  meta->sequence_number = ReadCounter(sequence_number);
  return static_cast<int32_t>(size);
}

int32_t ParseMediaMessage(const uint8_t* text, size_t length, const uint8_t* stream_sid, size_t stream_sid_length,
                          uint8_t* mulaw, int16_t* pcm, size_t room, MediaMeta* meta) {
  const int32_t fast = ParseExactLayout(text, length, stream_sid, stream_sid_length, mulaw, pcm, room, meta);
  if (fast > 0) return fast;
  return ParseMediaMessageGeneral(text, length, stream_sid, stream_sid_length, mulaw, pcm, room, meta);
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
