// Twilio Media Streams `media` messages: from the message's bytes to samples, and from samples to bytes. It knows the one
// layout that Twilio writes and nothing else of JSON; every other message is for JSON.parse (src/twilio/media_wire.ts).
// Its twin is src/audio/kernels/media_message.ts.
#ifndef RINGLINE_DSP_MEDIA_MESSAGE_H_
#define RINGLINE_DSP_MEDIA_MESSAGE_H_

#include <cstddef>
#include <cstdint>

namespace ringline::dsp {

// What ParseMediaMessage returns for a message that is not its own.
constexpr int32_t kMediaNotMine = 0;

// Reads a message of exactly these bytes, without white space, members in this order:
//   {"event":"media","sequenceNumber":"2","media":{"track":"inbound","chunk":"1","timestamp":"8","payload":"…"},
//   "streamSid":"MZ…"}
// with one to nine digits in each counter, base64 of 1 to `room` bytes, and the expected `stream_sid`. Writes the mu-law
// bytes to `mulaw`, their samples to `pcm`, the timestamp to `timestamp_ms`, and returns the number of samples. Anything
// else is kMediaNotMine, whatever is different about it; the buffers' contents are then unspecified.
int32_t ParseMediaMessage(const uint8_t* text, size_t length, const uint8_t* stream_sid, size_t stream_sid_length,
                          uint8_t* mulaw, int16_t* pcm, size_t room, int32_t* timestamp_ms);

// What follows the payload in an outbound message.
constexpr char kMediaSuffix[] = "\"}}";
constexpr size_t kMediaSuffixLength = sizeof(kMediaSuffix) - 1;

// Length of the message BuildMediaMessage writes.
size_t MediaMessageSize(size_t prefix_length, size_t count);

// Writes `prefix`, the base64 of `count` mu-law bytes and the closing of the message to `out`; returns its length.
// `out` has MediaMessageSize() bytes of room.
size_t BuildMediaMessage(const uint8_t* prefix, size_t prefix_length, const uint8_t* mulaw, size_t count,
                         uint8_t* out);

}  // namespace ringline::dsp

#endif  // RINGLINE_DSP_MEDIA_MESSAGE_H_
