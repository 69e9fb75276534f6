#include "dsp/base64.h"

#include <array>

namespace ringline::dsp {
namespace {
constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
}

#define X4(v) v, v, v, v
#define X8(v) X4(v), X4(v)
#define X16(v) X8(v), X8(v)
const uint8_t kBase64Values[256] = {
    X16(255), X16(255),
    X8(255), 255, 255, 255, 62, 255, 255, 255, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 255, 255, X4(255),
    255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 255, 255, 255, 255, 255,
    255, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 255, 255, 255, 255, 255,
    X16(255), X16(255), X16(255), X16(255), X16(255), X16(255), X16(255), X16(255),
};

size_t Base64Encode(const uint8_t* src, size_t count, uint8_t* dst) {
  uint8_t* out = dst;
  size_t i = 0;
  for (; i + 3 <= count; i += 3) {
    const unsigned bits = static_cast<unsigned>(src[i]) << 16 | static_cast<unsigned>(src[i + 1]) << 8 | src[i + 2];
    *out++ = static_cast<uint8_t>(kAlphabet[bits >> 18]);
    *out++ = static_cast<uint8_t>(kAlphabet[(bits >> 12) & 63]);
    *out++ = static_cast<uint8_t>(kAlphabet[(bits >> 6) & 63]);
    *out++ = static_cast<uint8_t>(kAlphabet[bits & 63]);
  }
  if (i < count) {
    const bool two = i + 2 == count;
    const unsigned bits = static_cast<unsigned>(src[i]) << 16 | (two ? static_cast<unsigned>(src[i + 1]) << 8 : 0u);
    *out++ = static_cast<uint8_t>(kAlphabet[bits >> 18]);
    *out++ = static_cast<uint8_t>(kAlphabet[(bits >> 12) & 63]);
    *out++ = static_cast<uint8_t>(two ? kAlphabet[(bits >> 6) & 63] : '=');
    *out++ = '=';
  }
  return static_cast<size_t>(out - dst);
}

int64_t Base64DecodedSize(const uint8_t* src, size_t count) {
  if (count % 4 != 0) return -1;
  if (count == 0) return 0;
  const size_t padding = src[count - 1] != '=' ? 0 : src[count - 2] != '=' ? 1 : 2;
  return static_cast<int64_t>(count / 4 * 3 - padding);
}

int64_t Base64Decode(const uint8_t* src, size_t count, uint8_t* dst) {
  const int64_t size = Base64DecodedSize(src, count);
  if (size <= 0) return size;
  const size_t whole = static_cast<size_t>(size) / 3;
  unsigned bad = 0;
  for (size_t i = 0; i < whole; ++i) {
    const unsigned a = kBase64Values[src[4 * i]], b = kBase64Values[src[4 * i + 1]];
    const unsigned c = kBase64Values[src[4 * i + 2]], d = kBase64Values[src[4 * i + 3]];
    bad |= a | b | c | d;
    const unsigned bits = a << 18 | b << 12 | c << 6 | d;
    dst[3 * i] = static_cast<uint8_t>(bits >> 16);
    dst[3 * i + 1] = static_cast<uint8_t>(bits >> 8);
    dst[3 * i + 2] = static_cast<uint8_t>(bits);
  }
  const size_t rest = static_cast<size_t>(size) % 3;
  if (rest != 0) {
    const uint8_t* last = src + 4 * whole;
    const unsigned a = kBase64Values[last[0]], b = kBase64Values[last[1]];
    const unsigned c = rest == 2 ? kBase64Values[last[2]] : 0u;
    bad |= a | b | c;
    dst[3 * whole] = static_cast<uint8_t>(a << 2 | b >> 4);
    if (rest == 2) dst[3 * whole + 1] = static_cast<uint8_t>(b << 4 | c >> 2);
  }
  // 255 has the top bit, the values 0..63 do not.
  return bad & 0x80 ? -1 : size;
}

}  // namespace ringline::dsp
