#include "dsp/base64.h"

#include "dsp/cpu.h"

#if RINGLINE_X86
#include <immintrin.h>
#elif RINGLINE_NEON
#include <arm_neon.h>
#endif

// The AVX2 kernels follow W. Muła and D. Lemire, "Faster Base64 Encoding and Decoding using AVX2 Instructions" (2018):
// characters and 6-bit values are classified by their nibbles in byte shuffles, 6-bit fields moved by multiplications.
// Vector kernels take whole vectors and advance their pointers; plain C++ does the rest. None reads or writes outside
// of what it was given. (AVX-512 VBMI was tried: 13 and 18 ns a frame instead of 19 and 21, beside a call into native
// code that costs 100; not worth a third variant.)

namespace ringline::dsp {
namespace {

constexpr uint8_t kAlphabet[65] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define X4(v) v, v, v, v
#define X8(v) X4(v), X4(v)
#define X16(v) X8(v), X8(v)
// Value 0..63 of each character, 255 when it is not in the alphabet.
// clang-format off
constexpr uint8_t kValues[256] = {
    X16(255), X16(255),
    X8(255), 255, 255, 255, 62, 255, 255, 255, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 255, 255, X4(255),
    255, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 255, 255, 255, 255, 255,
    255, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 255, 255, 255, 255, 255,
    X16(255), X16(255), X16(255), X16(255), X16(255), X16(255), X16(255), X16(255),
};
// clang-format on
#undef X4
#undef X8
#undef X16

struct Cursor {
  const uint8_t* src;
  size_t count;  // left of src
  uint8_t* dst;
};

#if RINGLINE_X86

// 12 bytes, given as 4 groups of 3 spread over 4 lanes of 32 bits as b1 b0 b2 b1, to 16 values of 6 bits.
RINGLINE_AVX2 inline __m256i SplitAvx2(__m256i spread) {
  const __m256i outer = _mm256_and_si256(spread, _mm256_set1_epi32(0x0fc0fc00));
  const __m256i inner = _mm256_and_si256(spread, _mm256_set1_epi32(0x003f03f0));
  return _mm256_or_si256(_mm256_mulhi_epu16(outer, _mm256_set1_epi32(0x04000040)),
                         _mm256_mullo_epi16(inner, _mm256_set1_epi32(0x01000010)));
}

RINGLINE_AVX2 inline __m256i ToCharactersAvx2(__m256i values) {
  // What to add to a value: index 13 for 0..25, 0 for 26..51, 1..10 for digits, 11 and 12 for + and /.
  const __m256i shifts = _mm256_broadcastsi128_si256(
      _mm_setr_epi8('a' - 26, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52, '0' - 52,
                    '0' - 52, '+' - 62, '/' - 63, 'A', 0, 0));
  const __m256i upper = _mm256_and_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(26), values), _mm256_set1_epi8(13));
  const __m256i index = _mm256_or_si256(_mm256_subs_epu8(values, _mm256_set1_epi8(51)), upper);
  return _mm256_add_epi8(values, _mm256_shuffle_epi8(shifts, index));
}

RINGLINE_AVX2 void EncodeAvx2(Cursor* cursor) {
  const __m256i spread = _mm256_broadcastsi128_si256(_mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10));
  // 24 bytes a round, read as two overlapping stretches of 16.
  for (; cursor->count >= 28; cursor->src += 24, cursor->count -= 24, cursor->dst += 32) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(cursor->src));
    const __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i*>(cursor->src + 12));
    const __m256i bytes = _mm256_shuffle_epi8(_mm256_set_m128i(high, low), spread);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(cursor->dst), ToCharactersAvx2(SplitAvx2(bytes)));
  }
  for (; cursor->count >= 16; cursor->src += 12, cursor->count -= 12, cursor->dst += 16) {
    const __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i*>(cursor->src));
    const __m256i bytes = _mm256_shuffle_epi8(_mm256_castsi128_si256(low), spread);
    const __m256i characters = ToCharactersAvx2(SplitAvx2(bytes));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(cursor->dst), _mm256_castsi256_si128(characters));
  }
}

// 32 characters to 6-bit values; adds to `bad` where a character is not in the alphabet.
RINGLINE_AVX2 inline __m256i ToValuesAvx2(__m256i characters, __m256i* bad) {
  // A bit for each way in which a pair of nibbles can be outside of the alphabet; both tables share one = bad.
  const __m256i low_table = _mm256_broadcastsi128_si256(_mm_setr_epi8(
      0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1a, 0x1b, 0x1b, 0x1b, 0x1a));
  const __m256i high_table = _mm256_broadcastsi128_si256(_mm_setr_epi8(
      0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10));
  // What to add to a character, by its upper nibble; / gets index 1, which no other valid one has.
  const __m256i shift_table = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 63 - '/', 62 - '+', 52 - '0', -'A', -'A', 26 - 'a', 26 - 'a', 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i nibble = _mm256_set1_epi8(0x0f);
  const __m256i high = _mm256_and_si256(_mm256_srli_epi32(characters, 4), nibble);
  const __m256i low = _mm256_and_si256(characters, nibble);
  *bad = _mm256_or_si256(
      *bad, _mm256_and_si256(_mm256_shuffle_epi8(low_table, low), _mm256_shuffle_epi8(high_table, high)));
  const __m256i slash = _mm256_cmpeq_epi8(characters, _mm256_set1_epi8('/'));
  return _mm256_add_epi8(characters, _mm256_shuffle_epi8(shift_table, _mm256_add_epi8(slash, high)));
}

// In each half: 16 values to 12 bytes, followed by 4 zeros.
RINGLINE_AVX2 inline __m256i JoinAvx2(__m256i values) {
  const __m256i pairs = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
  const __m256i groups = _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00011000));
  return _mm256_shuffle_epi8(groups, _mm256_broadcastsi128_si256(_mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12,
                                                                                -1, -1, -1, -1)));
}

RINGLINE_AVX2 inline void Store12(uint8_t* dst, __m128i bytes) {
  _mm_storel_epi64(reinterpret_cast<__m128i*>(dst), bytes);
  const int last = _mm_extract_epi32(bytes, 2);
  __builtin_memcpy(dst + 8, &last, 4);
}

RINGLINE_AVX2 bool DecodeAvx2(Cursor* cursor) {
  __m256i bad = _mm256_setzero_si256();
  // The last group may hold padding and is left for the rest.
  for (; cursor->count >= 36; cursor->src += 32, cursor->count -= 32, cursor->dst += 24) {
    const __m256i characters = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(cursor->src));
    const __m256i joined = JoinAvx2(ToValuesAvx2(characters, &bad));
    const __m256i bytes = _mm256_permutevar8x32_epi32(joined, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(cursor->dst), _mm256_castsi256_si128(bytes));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(cursor->dst + 16), _mm256_extracti128_si256(bytes, 1));
  }
  if (cursor->count >= 20) {
    const __m128i characters = _mm_loadu_si128(reinterpret_cast<const __m128i*>(cursor->src));
    // Both halves alike, so that the unused one is not found bad.
    const __m256i joined = JoinAvx2(ToValuesAvx2(_mm256_broadcastsi128_si256(characters), &bad));
    Store12(cursor->dst, _mm256_castsi256_si128(joined));
    cursor->src += 16;
    cursor->count -= 16;
    cursor->dst += 12;
  }
  return _mm256_testz_si256(bad, bad) != 0;
}

#elif RINGLINE_NEON

void EncodeNeon(Cursor* cursor) {
  const uint8x16x4_t alphabet = vld1q_u8_x4(kAlphabet);
  const uint8x16_t six_bits = vdupq_n_u8(63);
  for (; cursor->count >= 48; cursor->src += 48, cursor->count -= 48, cursor->dst += 64) {
    const uint8x16x3_t bytes = vld3q_u8(cursor->src);
    const uint8x16_t second = vorrq_u8(vshlq_n_u8(bytes.val[0], 4), vshrq_n_u8(bytes.val[1], 4));
    const uint8x16_t third = vorrq_u8(vshlq_n_u8(bytes.val[1], 2), vshrq_n_u8(bytes.val[2], 6));
    uint8x16x4_t out;
    out.val[0] = vqtbl4q_u8(alphabet, vshrq_n_u8(bytes.val[0], 2));
    out.val[1] = vqtbl4q_u8(alphabet, vandq_u8(second, six_bits));
    out.val[2] = vqtbl4q_u8(alphabet, vandq_u8(third, six_bits));
    out.val[3] = vqtbl4q_u8(alphabet, vandq_u8(bytes.val[2], six_bits));
    vst4q_u8(cursor->dst, out);
  }
}

// Values of 16 characters, 255 where one is not in the alphabet.
inline uint8x16_t ToValuesNeon(uint8x16x4_t first, uint8x16x4_t second, uint8x16_t characters) {
  // An index out of range leaves the first operand: 255 for characters above 127, else the other half's answer.
  const uint8x16_t upper = vqtbx4q_u8(vdupq_n_u8(255), second, veorq_u8(characters, vdupq_n_u8(64)));
  return vqtbx4q_u8(upper, first, characters);
}

bool DecodeNeon(Cursor* cursor) {
  const uint8x16x4_t first = vld1q_u8_x4(kValues);
  const uint8x16x4_t second = vld1q_u8_x4(kValues + 64);
  uint8x16_t bad = vdupq_n_u8(0);
  // The last group may hold padding and is left for the rest.
  for (; cursor->count >= 68; cursor->src += 64, cursor->count -= 64, cursor->dst += 48) {
    const uint8x16x4_t characters = vld4q_u8(cursor->src);
    const uint8x16_t a = ToValuesNeon(first, second, characters.val[0]);
    const uint8x16_t b = ToValuesNeon(first, second, characters.val[1]);
    const uint8x16_t c = ToValuesNeon(first, second, characters.val[2]);
    const uint8x16_t d = ToValuesNeon(first, second, characters.val[3]);
    bad = vorrq_u8(bad, vorrq_u8(vorrq_u8(a, b), vorrq_u8(c, d)));
    uint8x16x3_t bytes;
    bytes.val[0] = vorrq_u8(vshlq_n_u8(a, 2), vshrq_n_u8(b, 4));
    bytes.val[1] = vorrq_u8(vshlq_n_u8(b, 4), vshrq_n_u8(c, 2));
    bytes.val[2] = vorrq_u8(vshlq_n_u8(c, 6), d);
    vst3q_u8(cursor->dst, bytes);
  }
  return vmaxvq_u8(bad) < 128;
}

#endif

// Whole groups of 3 bytes or 4 characters, as many as the vector unit takes. Decoding: false = met a bad character.
void EncodeVectors([[maybe_unused]] Cursor* cursor) {
#if RINGLINE_X86
  if (ActiveIsa() >= Isa::kAvx2) EncodeAvx2(cursor);
#elif RINGLINE_NEON
  if (ActiveIsa() >= Isa::kNeon) EncodeNeon(cursor);
#endif
}

bool DecodeVectors([[maybe_unused]] Cursor* cursor) {
#if RINGLINE_X86
  if (ActiveIsa() >= Isa::kAvx2) return DecodeAvx2(cursor);
#elif RINGLINE_NEON
  if (ActiveIsa() >= Isa::kNeon) return DecodeNeon(cursor);
#endif
  return true;
}

}  // namespace

size_t Base64Encode(const uint8_t* src, size_t count, uint8_t* dst) {
  Cursor cursor{src, count, dst};
  EncodeVectors(&cursor);
  const uint8_t* at = cursor.src;
  uint8_t* out = cursor.dst;
  size_t left = cursor.count;
  for (; left >= 3; left -= 3, at += 3) {
    const unsigned bits = static_cast<unsigned>(at[0]) << 16 | static_cast<unsigned>(at[1]) << 8 | at[2];
    *out++ = kAlphabet[bits >> 18];
    *out++ = kAlphabet[(bits >> 12) & 63];
    *out++ = kAlphabet[(bits >> 6) & 63];
    *out++ = kAlphabet[bits & 63];
  }
  if (left != 0) {
    const unsigned bits = static_cast<unsigned>(at[0]) << 16 | (left == 2 ? static_cast<unsigned>(at[1]) << 8 : 0u);
    *out++ = kAlphabet[bits >> 18];
    *out++ = kAlphabet[(bits >> 12) & 63];
    *out++ = left == 2 ? kAlphabet[(bits >> 6) & 63] : '=';
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
  Cursor cursor{src, count, dst};
  if (!DecodeVectors(&cursor)) return -1;
  const uint8_t* at = cursor.src;
  uint8_t* out = cursor.dst;
  const uint8_t* end = dst + size;
  unsigned bad = 0;
  for (; end - out >= 3; at += 4, out += 3) {
    const unsigned a = kValues[at[0]], b = kValues[at[1]];
    const unsigned c = kValues[at[2]], d = kValues[at[3]];
    bad |= a | b | c | d;
    out[0] = static_cast<uint8_t>(a << 2 | b >> 4);
    out[1] = static_cast<uint8_t>(b << 4 | c >> 2);
    out[2] = static_cast<uint8_t>(c << 6 | d);
  }
  if (out != end) {
    const bool two = end - out == 2;
    const unsigned a = kValues[at[0]], b = kValues[at[1]], c = two ? kValues[at[2]] : 0u;
    bad |= a | b | c;
    out[0] = static_cast<uint8_t>(a << 2 | b >> 4);
    if (two) out[1] = static_cast<uint8_t>(b << 4 | c >> 2);
  }
  // 255 has the top bit, the values 0..63 do not.
  return bad & 0x80 ? -1 : size;
}

}  // namespace ringline::dsp
