// Base64 of RFC 4648 section 4 (alphabet with + and /, padding required, no line breaks), both ways.
#ifndef RINGLINE_DSP_BASE64_H_
#define RINGLINE_DSP_BASE64_H_

#include <cstddef>
#include <cstdint>

namespace ringline::dsp {

constexpr size_t Base64EncodedSize(size_t count) { return (count + 2) / 3 * 4; }
// Room a decoder needs for `count` characters, whatever their padding.
constexpr size_t Base64DecodedSizeMax(size_t count) { return count / 4 * 3; }

// Writes Base64EncodedSize(count) characters and returns that.
size_t Base64Encode(const uint8_t* src, size_t count, uint8_t* dst);

// Exact number of bytes `count` characters decode to by their length and padding alone; -1 when that cannot be.
int64_t Base64DecodedSize(const uint8_t* src, size_t count);

// Decodes `count` characters into `dst`, which has room for Base64DecodedSize() bytes, and writes no further. Returns
// the number of bytes, or -1 when the text is not base64; `dst` then holds a part. Unused bits before the padding are
// ignored, as browsers and Node do.
int64_t Base64Decode(const uint8_t* src, size_t count, uint8_t* dst);

}  // namespace ringline::dsp

#endif  // RINGLINE_DSP_BASE64_H_
