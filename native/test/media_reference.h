// The media message told once more, the plain way, for comparing: strings, copies, one character after the other.
#ifndef RINGLINE_TEST_MEDIA_REFERENCE_H_
#define RINGLINE_TEST_MEDIA_REFERENCE_H_

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "dsp/g711.h"
#include "dsp/media_message.h"
#include "test/check.h"

namespace ringline::test {

struct MediaReference {
  std::string mulaw;  // empty = not a media message in Twilio's layout
  int32_t timestamp_ms = 0;
};

inline bool TakeText(std::string* rest, const std::string& literal) {
  if (rest->compare(0, literal.size(), literal) != 0) return false;
  rest->erase(0, literal.size());
  return true;
}

inline bool TakeDigits(std::string* rest, int32_t* number) {
  const size_t count = rest->find_first_not_of("0123456789");
  if (count == 0 || count == std::string::npos || count > 9) return false;
  *number = std::atoi(rest->substr(0, count).c_str());
  rest->erase(0, count);
  return true;
}

inline std::string DecodePlainly(const std::string& text) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.empty() || text.size() % 4 != 0) return "";
  size_t padding = 0;
  while (padding < 2 && text[text.size() - 1 - padding] == '=') ++padding;
  std::string bytes;
  uint32_t bits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t value = i < text.size() - padding ? alphabet.find(text[i]) : 0;
    if (value == std::string::npos) return "";
    bits = bits << 6 | static_cast<uint32_t>(value);
    if (i % 4 != 3) continue;
    for (int shift = 16; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(bits >> shift & 0xff));
    bits = 0;
  }
  bytes.resize(bytes.size() - padding);
  return bytes;
}

inline MediaReference ReadPlainly(std::string rest, const std::string& sid, size_t room) {
  MediaReference read;
  int32_t ignored = 0;
  if (sid.empty() || !TakeText(&rest, "{\"event\":\"media\",\"sequenceNumber\":\"") || !TakeDigits(&rest, &ignored) ||
      !TakeText(&rest, "\",\"media\":{\"track\":\"inbound\",\"chunk\":\"") || !TakeDigits(&rest, &ignored) ||
      !TakeText(&rest, "\",\"timestamp\":\"") || !TakeDigits(&rest, &read.timestamp_ms) ||
      !TakeText(&rest, "\",\"payload\":\"")) {
    return read;
  }
  const std::string payload = rest.substr(0, rest.find('"'));
  rest.erase(0, payload.size());
  if (rest != "\"},\"streamSid\":\"" + sid + "\"}") return read;
  read.mulaw = DecodePlainly(payload);
  if (read.mulaw.size() > room) read.mulaw.clear();
  return read;
}

// Reads `text` both ways, in buffers of exactly the size; false when they differ. `samples`: what the kernel gave.
inline bool ReadsAlike(const std::string& text, const std::string& sid, size_t room, int32_t* samples) {
  Exactly<uint8_t> bytes(text.size()), sid_bytes(sid.size()), mulaw(room);
  Exactly<int16_t> pcm(room);
  std::memcpy(bytes.data(), text.data(), text.size());
  std::memcpy(sid_bytes.data(), sid.data(), sid.size());
  int32_t timestamp_ms = -1;
  *samples = dsp::ParseMediaMessage(bytes.data(), bytes.size(), sid_bytes.data(), sid_bytes.size(), mulaw.data(),
                                    pcm.data(), room, &timestamp_ms);
  const MediaReference wanted = ReadPlainly(text, sid, room);
  if (*samples != static_cast<int32_t>(wanted.mulaw.size())) return false;
  if (*samples == 0) return true;
  if (timestamp_ms != wanted.timestamp_ms) return false;
  if (std::memcmp(mulaw.data(), wanted.mulaw.data(), wanted.mulaw.size()) != 0) return false;
  Exactly<int16_t> decoded(wanted.mulaw.size());
  dsp::MulawDecode(mulaw.data(), decoded.data(), decoded.size());
  return std::memcmp(pcm.data(), decoded.data(), 2 * decoded.size()) == 0;
}

}  // namespace ringline::test

#endif  // RINGLINE_TEST_MEDIA_REFERENCE_H_
