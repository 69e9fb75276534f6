#include "dsp/g711.h"

#include <array>
#include <bit>

#include "dsp/cpu.h"

#if RINGLINE_X86
#include <immintrin.h>
#elif RINGLINE_NEON
#include <arm_neon.h>
#endif

// Both laws are piecewise linear: 8 segments ("exponents") of 16 steps ("mantissas"), each segment's steps twice as
// wide. Vectors shift by a different amount in each lane; where the instruction is missing, a multiplication by a power
// of two out of a byte shuffle does it, because every product here stays below 2^15.

namespace ringline::dsp {
namespace {

// G.711 table 2a adds 33 to 14-bit samples so that segments begin at powers of two; that is 132 for 16-bit ones.
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

// Segment of a magnitude that is at least 128.
inline int Exponent(int magnitude) { return static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - 8; }

inline uint8_t EncodeMulawSample(int sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  // One's complement of negatives, as the reference does: -1 is then as near to zero as 0.
  int magnitude = sample < 0 ? ~sample : sample;
  if (magnitude > kClip) magnitude = kClip;
  magnitude += kBias;
  const int exponent = Exponent(magnitude);
  const int mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return static_cast<uint8_t>(~(sign | (exponent << 4) | mantissa));
}

inline uint8_t EncodeAlawSample(int sample) {
  const int sign = sample < 0 ? 0 : 0x80;
  const int magnitude = sample < 0 ? ~sample : sample;
  int code = magnitude >> 4;
  if (magnitude >= 256) {
    const int exponent = Exponent(magnitude);
    code = (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f);
  }
  return static_cast<uint8_t>((code | sign) ^ 0x55);
}

// The vector kernels below take whole vectors and return how many samples they did; the rest is done here.
void DecodeRest(const std::array<int16_t, 256>& table, const uint8_t* src, int16_t* dst, size_t from, size_t count) {
  for (size_t i = from; i < count; ++i) dst[i] = table[src[i]];
}

#if RINGLINE_X86

RINGLINE_AVX2 inline __m256i Repeat(__m128i bytes) { return _mm256_broadcastsi128_si256(bytes); }

// x, or -x where `negative` is all ones.
RINGLINE_AVX2 inline __m256i Negate(__m256i x, __m256i negative) {
  return _mm256_sub_epi16(_mm256_xor_si256(x, negative), negative);
}

RINGLINE_AVX2 size_t MulawDecodeAvx2(const uint8_t* src, int16_t* dst, size_t count) {
  const __m256i powers = Repeat(_mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i bias = _mm256_set1_epi16(kBias);
  const __m256i ones = _mm256_set1_epi16(0xff);
  const __m256i exponent_mask = _mm256_set1_epi16(7);
  const __m256i mantissa_mask = _mm256_set1_epi16(0x78);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i codes = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(src + i)));
    const __m256i inverted = _mm256_xor_si256(codes, ones);
    const __m256i exponent = _mm256_and_si256(_mm256_srli_epi16(inverted, 4), exponent_mask);
    // The shuffle's index in a lane's upper byte is 0, so a stray 1 lands there; masked out with the rest.
    const __m256i power = _mm256_and_si256(_mm256_shuffle_epi8(powers, exponent), ones);
    const __m256i mantissa = _mm256_and_si256(_mm256_slli_epi16(inverted, 3), mantissa_mask);
    const __m256i biased = _mm256_mullo_epi16(_mm256_add_epi16(mantissa, bias), power);
    const __m256i negative = _mm256_srai_epi16(_mm256_slli_epi16(inverted, 8), 15);
    const __m256i samples = Negate(_mm256_sub_epi16(biased, bias), negative);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(dst + i), samples);
  }
  return i;
}

RINGLINE_AVX2 size_t AlawDecodeAvx2(const uint8_t* src, int16_t* dst, size_t count) {
  const __m256i powers = Repeat(_mm_setr_epi8(1, 1, 2, 4, 8, 16, 32, 64, 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i toggle = _mm256_set1_epi16(0x55);
  const __m256i low_byte = _mm256_set1_epi16(0xff);
  const __m256i exponent_mask = _mm256_set1_epi16(7);
  const __m256i mantissa_mask = _mm256_set1_epi16(0xf0);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const __m256i codes = _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(src + i)));
    const __m256i toggled = _mm256_xor_si256(codes, toggle);
    const __m256i exponent = _mm256_and_si256(_mm256_srli_epi16(toggled, 4), exponent_mask);
    const __m256i power = _mm256_and_si256(_mm256_shuffle_epi8(powers, exponent), low_byte);
    const __m256i leading =
        _mm256_andnot_si256(_mm256_cmpeq_epi16(exponent, _mm256_setzero_si256()), _mm256_set1_epi16(0x100));
    const __m256i mantissa = _mm256_and_si256(_mm256_slli_epi16(toggled, 4), mantissa_mask);
    const __m256i steps = _mm256_add_epi16(_mm256_add_epi16(mantissa, leading), _mm256_set1_epi16(8));
    // In A-law a set top bit means positive.
    const __m256i positive = _mm256_srai_epi16(_mm256_slli_epi16(toggled, 8), 15);
    const __m256i negative = _mm256_xor_si256(positive, _mm256_set1_epi16(-1));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(dst + i), Negate(_mm256_mullo_epi16(steps, power), negative));
  }
  return i;
}

// Segments of 16 magnitudes, from the position of their highest bit: bits 7 to 14 looked up as two nibbles.
RINGLINE_AVX2 inline __m256i ExponentAvx2(__m256i magnitude) {
  const __m256i low_nibble = Repeat(_mm_setr_epi8(0, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3));
  const __m256i high_nibble = Repeat(_mm_setr_epi8(0, 4, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 7, 7, 7, 7));
  const __m256i low = _mm256_and_si256(_mm256_srli_epi16(magnitude, 7), _mm256_set1_epi16(0x0f));
  const __m256i high = _mm256_srli_epi16(magnitude, 11);
  return _mm256_max_epi16(_mm256_shuffle_epi8(low_nibble, low), _mm256_shuffle_epi8(high_nibble, high));
}

// Exponent and mantissa in place, without the sign. `powers` of two bring the highest bit of each segment to bit 14.
RINGLINE_AVX2 inline __m256i SegmentCodeAvx2(__m256i magnitude, __m256i powers) {
  const __m256i exponent = ExponentAvx2(magnitude);
  const __m256i power = _mm256_and_si256(_mm256_shuffle_epi8(powers, exponent), _mm256_set1_epi16(0xff));
  const __m256i normal = _mm256_mullo_epi16(magnitude, power);
  const __m256i mantissa = _mm256_and_si256(_mm256_srli_epi16(normal, 10), _mm256_set1_epi16(0x0f));
  return _mm256_or_si256(_mm256_slli_epi16(exponent, 4), mantissa);
}

// 16 samples to 16 codes, still 16 bits each.
template <bool kIsMulaw>
RINGLINE_AVX2 inline __m256i CodesAvx2(const int16_t* src) {
  const __m256i samples = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(src));
  const __m256i negative = _mm256_srai_epi16(samples, 15);
  const __m256i top_bit = _mm256_set1_epi16(0x80);
  __m256i magnitude = _mm256_xor_si256(samples, negative);
  if constexpr (kIsMulaw) {
    const __m256i powers = Repeat(_mm_setr_epi8(-128, 64, 32, 16, 8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0));
    magnitude = _mm256_min_epi16(magnitude, _mm256_set1_epi16(kClip));
    magnitude = _mm256_add_epi16(magnitude, _mm256_set1_epi16(kBias));
    const __m256i sign = _mm256_and_si256(negative, top_bit);
    return _mm256_xor_si256(_mm256_or_si256(SegmentCodeAvx2(magnitude, powers), sign), _mm256_set1_epi16(0xff));
  } else {
    // Segments 0 and 1 have steps of the same width.
    const __m256i powers = Repeat(_mm_setr_epi8(64, 64, 32, 16, 8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i sign = _mm256_andnot_si256(negative, top_bit);
    return _mm256_xor_si256(_mm256_or_si256(SegmentCodeAvx2(magnitude, powers), sign), _mm256_set1_epi16(0x55));
  }
}

template <bool kIsMulaw>
RINGLINE_AVX2 size_t EncodeAvx2(const int16_t* src, uint8_t* dst, size_t count) {
  size_t i = 0;
  for (; i + 32 <= count; i += 32) {
    const __m256i packed = _mm256_packus_epi16(CodesAvx2<kIsMulaw>(src + i), CodesAvx2<kIsMulaw>(src + i + 16));
    // Packing works within 128-bit halves; this puts the quarters in order.
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(dst + i), _mm256_permute4x64_epi64(packed, 0xd8));
  }
  return i;
}

#elif RINGLINE_NEON

// x, or -x where `negative` is all ones.
inline int16x8_t Negate(int16x8_t x, int16x8_t negative) { return vsubq_s16(veorq_s16(x, negative), negative); }

size_t MulawDecodeNeon(const uint8_t* src, int16_t* dst, size_t count) {
  const int16x8_t bias = vdupq_n_s16(kBias);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const int16x8_t inverted = vreinterpretq_s16_u16(vmovl_u8(vmvn_u8(vld1_u8(src + i))));
    const int16x8_t exponent = vandq_s16(vshrq_n_s16(inverted, 4), vdupq_n_s16(7));
    const int16x8_t mantissa = vandq_s16(vshlq_n_s16(inverted, 3), vdupq_n_s16(0x78));
    const int16x8_t magnitude = vsubq_s16(vshlq_s16(vaddq_s16(mantissa, bias), exponent), bias);
    vst1q_s16(dst + i, Negate(magnitude, vshrq_n_s16(vshlq_n_s16(inverted, 8), 15)));
  }
  return i;
}

size_t AlawDecodeNeon(const uint8_t* src, int16_t* dst, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const int16x8_t toggled = vreinterpretq_s16_u16(vmovl_u8(veor_u8(vld1_u8(src + i), vdup_n_u8(0x55))));
    const int16x8_t exponent = vandq_s16(vshrq_n_s16(toggled, 4), vdupq_n_s16(7));
    const int16x8_t first = vreinterpretq_s16_u16(vceqq_s16(exponent, vdupq_n_s16(0)));
    const int16x8_t mantissa = vandq_s16(vshlq_n_s16(toggled, 4), vdupq_n_s16(0xf0));
    const int16x8_t steps = vaddq_s16(mantissa, vbslq_s16(vreinterpretq_u16_s16(first), vdupq_n_s16(8), vdupq_n_s16(0x108)));
    // `first` is -1 in segment 0, whose shift is 0 as is segment 1's.
    const int16x8_t shift = vsubq_s16(vsubq_s16(exponent, vdupq_n_s16(1)), first);
    // In A-law a set top bit means positive.
    const int16x8_t negative = vmvnq_s16(vshrq_n_s16(vshlq_n_s16(toggled, 8), 15));
    vst1q_s16(dst + i, Negate(vshlq_s16(steps, shift), negative));
  }
  return i;
}

template <bool kIsMulaw>
size_t EncodeNeon(const int16_t* src, uint8_t* dst, size_t count) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    const int16x8_t samples = vld1q_s16(src + i);
    const int16x8_t negative = vshrq_n_s16(samples, 15);
    int16x8_t magnitude = veorq_s16(samples, negative);
    if constexpr (kIsMulaw) magnitude = vaddq_s16(vminq_s16(magnitude, vdupq_n_s16(kClip)), vdupq_n_s16(kBias));
    // Leading zeros of 16 bits: 8 in segment 0, 1 in segment 7. A-law magnitudes below 128 have more.
    const int16x8_t exponent = vmaxq_s16(vsubq_s16(vdupq_n_s16(8), vclzq_s16(magnitude)), vdupq_n_s16(0));
    // In A-law segments 0 and 1 have steps of the same width.
    const int16x8_t width = kIsMulaw ? exponent : vmaxq_s16(exponent, vdupq_n_s16(1));
    const int16x8_t shifted = vshlq_s16(magnitude, vsubq_s16(vdupq_n_s16(-3), width));
    const int16x8_t code = vorrq_s16(vshlq_n_s16(exponent, 4), vandq_s16(shifted, vdupq_n_s16(0x0f)));
    const int16x8_t sign = vandq_s16(kIsMulaw ? negative : vmvnq_s16(negative), vdupq_n_s16(0x80));
    const int16x8_t toggle = vdupq_n_s16(kIsMulaw ? 0xff : 0x55);
    vst1_u8(dst + i, vmovn_u16(vreinterpretq_u16_s16(veorq_s16(vorrq_s16(code, sign), toggle))));
  }
  return i;
}

#endif

}  // namespace

void MulawDecode(const uint8_t* src, int16_t* dst, size_t count) {
  size_t done = 0;
#if RINGLINE_X86
  if (ActiveIsa() >= Isa::kAvx2) done = MulawDecodeAvx2(src, dst, count);
#elif RINGLINE_NEON
  if (ActiveIsa() >= Isa::kNeon) done = MulawDecodeNeon(src, dst, count);
#endif
  DecodeRest(kMulawTable, src, dst, done, count);
}

void AlawDecode(const uint8_t* src, int16_t* dst, size_t count) {
  size_t done = 0;
#if RINGLINE_X86
  if (ActiveIsa() >= Isa::kAvx2) done = AlawDecodeAvx2(src, dst, count);
#elif RINGLINE_NEON
  if (ActiveIsa() >= Isa::kNeon) done = AlawDecodeNeon(src, dst, count);
#endif
  DecodeRest(kAlawTable, src, dst, done, count);
}

void MulawEncode(const int16_t* src, uint8_t* dst, size_t count) {
  size_t done = 0;
#if RINGLINE_X86
  if (ActiveIsa() >= Isa::kAvx2) done = EncodeAvx2<true>(src, dst, count);
#elif RINGLINE_NEON
  if (ActiveIsa() >= Isa::kNeon) done = EncodeNeon<true>(src, dst, count);
#endif
  for (size_t i = done; i < count; ++i) dst[i] = EncodeMulawSample(src[i]);
}

void AlawEncode(const int16_t* src, uint8_t* dst, size_t count) {
  size_t done = 0;
#if RINGLINE_X86
  if (ActiveIsa() >= Isa::kAvx2) done = EncodeAvx2<false>(src, dst, count);
#elif RINGLINE_NEON
  if (ActiveIsa() >= Isa::kNeon) done = EncodeNeon<false>(src, dst, count);
#endif
  for (size_t i = done; i < count; ++i) dst[i] = EncodeAlawSample(src[i]);
}

}  // namespace ringline::dsp
