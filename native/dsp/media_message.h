// Twilio Media Streams `media` messages: from the message's bytes to samples, and from samples to bytes.
// The other messages are few and go through JSON.parse (src/twilio/media_messages.ts).
#ifndef RINGLINE_DSP_MEDIA_MESSAGE_H_
#define RINGLINE_DSP_MEDIA_MESSAGE_H_

#include <cstddef>
#include <cstdint>

namespace ringline::dsp {

// What ParseMediaMessage returns instead of a number of samples.
constexpr int32_t kMediaNotMedia = 0;
constexpr int32_t kMediaMalformed = -1;
constexpr int32_t kMediaBadPayload = -2;
constexpr int32_t kMediaWrongStream = -3;
constexpr int32_t kMediaTooLarge = -4;

// Counters of a message; -1 where the message gives none, or none that is a whole number from 0 to 2^31 - 1.
struct MediaMeta {
  int32_t timestamp_ms = -1;
  int32_t chunk = -1;
  int32_t sequence_number = -1;
};

// Reads the whole message `text`. For media of the inbound track: writes its mu-law bytes to `mulaw` and their samples
// to `pcm`, at most `room` of each, and returns how many. Otherwise, in this order of precedence:
//   kMediaMalformed    not JSON, or `media` is not an object
//   kMediaNotMedia     JSON, but not {"event":"media"…}; or a track other than "inbound"; or an empty payload
//   kMediaWrongStream  `stream_sid` is not empty and streamSid differs from it
//   kMediaBadPayload   the payload is missing or not base64
//   kMediaTooLarge     more than `room` bytes
// After a negative result the contents of `mulaw` and `pcm` are unspecified. A message without `track` counts as
// inbound; of members given twice the last one counts, as in JSON.parse.
int32_t ParseMediaMessage(const uint8_t* text, size_t length, const uint8_t* stream_sid, size_t stream_sid_length,
                          uint8_t* mulaw, int16_t* pcm, size_t room, MediaMeta* meta);

// The same by the general parser alone; ParseMediaMessage falls back to it.
int32_t ParseMediaMessageGeneral(const uint8_t* text, size_t length, const uint8_t* stream_sid,
                                 size_t stream_sid_length, uint8_t* mulaw, int16_t* pcm, size_t room,
                                 MediaMeta* meta);

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
