// G.711 companding, mu-law and A-law, both ways. All 16 bits of PCM are used: an encoded sample decodes to the middle
// of its interval. Source: ITU-T G.711 and the bit order of the reference program in ITU-T G.191 (ulaw_compress etc.).
#ifndef RINGLINE_DSP_G711_H_
#define RINGLINE_DSP_G711_H_

#include <cstddef>
#include <cstdint>

namespace ringline::dsp {

// Each reads `count` values from `src` and writes as many to `dst`. The buffers must not overlap.
void MulawDecode(const uint8_t* src, int16_t* dst, size_t count);
void MulawEncode(const int16_t* src, uint8_t* dst, size_t count);
void AlawDecode(const uint8_t* src, int16_t* dst, size_t count);
void AlawEncode(const int16_t* src, uint8_t* dst, size_t count);

}  // namespace ringline::dsp

#endif  // RINGLINE_DSP_G711_H_
