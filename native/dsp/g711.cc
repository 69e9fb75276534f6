#include "dsp/g711.h"

#include <array>

namespace ringline::dsp {
namespace {

// mu-law: 8 segments, each twice as wide as the one before; G.711 table 2a adds 33 to 14-bit samples, 132 to 16-bit.
constexpr int kBias = 0x84;
constexpr int kClip = 32635;

constexpr int16_t DecodeMulawByte(int code) {
  const int inverted = ~code & 0xff;
  const int exponent = (inverted >> 4) & 7;
  const int magnitude = ((((inverted & 0x0f) << 3) + kBias) << exponent) - kBias;
  return static_cast<int16_t>((inverted & 0x80) ? -magnitude : magnitude);
}

constexpr int16_t DecodeAlawByte(int code) {
  const int toggled = code ^ 0x55;
  const int exponent = (toggled >> 4) & 7;
  int magnitude = ((toggled & 0x0f) << 4) + 8;
  if (exponent > 0) magnitude = (magnitude + 0x100) << (exponent - 1);
  return static_cast<int16_t>((toggled & 0x80) ? magnitude : -magnitude);
}

constexpr auto MakeTable(int16_t (*decode)(int)) {
  std::array<int16_t, 256> table{};
  for (int code = 0; code < 256; ++code) table[static_cast<size_t>(code)] = decode(code);
  return table;
}
constexpr auto kMulawTable = MakeTable(DecodeMulawByte);
constexpr auto kAlawTable = MakeTable(DecodeAlawByte);

inline int HighestBit(unsigned value) { return 31 - __builtin_clz(value); }

inline uint8_t EncodeMulawSample(int sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  // One's complement of negatives, as the reference does: -1 is then as near to zero as 0.
  int magnitude = sample < 0 ? ~sample : sample;
  if (magnitude > kClip) magnitude = kClip;
  magnitude += kBias;
  const int exponent = HighestBit(static_cast<unsigned>(magnitude)) - 7;
  const int mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return static_cast<uint8_t>(~(sign | (exponent << 4) | mantissa));
}

inline uint8_t EncodeAlawSample(int sample) {
  const int sign = sample < 0 ? 0 : 0x80;
  const int magnitude = sample < 0 ? ~sample : sample;
  int code;
  if (magnitude < 256) {
    code = magnitude >> 4;
  } else {
    const int exponent = HighestBit(static_cast<unsigned>(magnitude)) - 7;
    code = (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f);
  }
  return static_cast<uint8_t>((code | sign) ^ 0x55);
}

}  // namespace

void MulawDecode(const uint8_t* src, int16_t* dst, size_t count) {
  for (size_t i = 0; i < count; ++i) dst[i] = kMulawTable[src[i]];
}
void MulawEncode(const int16_t* src, uint8_t* dst, size_t count) {
  for (size_t i = 0; i < count; ++i) dst[i] = EncodeMulawSample(src[i]);
}
void AlawDecode(const uint8_t* src, int16_t* dst, size_t count) {
  for (size_t i = 0; i < count; ++i) dst[i] = kAlawTable[src[i]];
}
void AlawEncode(const int16_t* src, uint8_t* dst, size_t count) {
  for (size_t i = 0; i < count; ++i) dst[i] = EncodeAlawSample(src[i]);
}

}  // namespace ringline::dsp
