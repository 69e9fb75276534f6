// The only source that knows both Node-API and the kernels: checks every argument, then calls a kernel. The kernels trust
// their callers, so a length or offset that does not fit ends here in a RangeError, a wrong type in a TypeError, before any
// byte is touched. How arguments are read is binding_arguments.h. Classes and the module itself are by node-addon-api.
//
// Sections: G.711; base64; Twilio messages; PCM and concealment; resampler; voice activity; sound features; module.

#include <napi.h>

#include <cstdint>
#include <iterator>
#include <memory>

#include "binding_arguments.h"
#include "dsp/base64.h"
#include "dsp/concealment.h"
#include "dsp/g711.h"
#include "dsp/media_message.h"
#include "dsp/pcm.h"
#include "dsp/resampler.h"
#include "dsp/silero_net.h"
#include "dsp/sound_features.h"

namespace {

namespace dsp = ringline::dsp;
using ringline::binding::Arguments;
using ringline::binding::DoubleValue;
using ringline::binding::Int32Value;

// ---- G.711 ----------------------------------------------------------------------------------------------------------

// (src, srcOffset, dst, dstOffset, count)
template <typename From, typename To, void (*kKernel)(const From*, To*, size_t)>
napi_value Convert(napi_env env, napi_callback_info info) {
  Arguments<5> arguments(env, info);
  const auto src = arguments.Array<From>();
  const size_t src_offset = arguments.Size();
  const auto dst = arguments.Array<To>();
  const size_t dst_offset = arguments.Size();
  const size_t count = arguments.Size();
  arguments.Within(src, src_offset, count);
  arguments.Within(dst, dst_offset, count);
  if (arguments.ok()) kKernel(src.data + src_offset, dst.data + dst_offset, count);
  return nullptr;
}

// ---- base64 ---------------------------------------------------------------------------------------------------------

// (src, srcOffset, count, dst, dstOffset) -> characters written
napi_value Base64Encode(napi_env env, napi_callback_info info) {
  Arguments<5> arguments(env, info);
  const auto src = arguments.Array<uint8_t>();
  const size_t src_offset = arguments.Size();
  const size_t count = arguments.Size();
  const auto dst = arguments.Array<uint8_t>();
  const size_t dst_offset = arguments.Size();
  arguments.Within(src, src_offset, count);
  arguments.Within(dst, dst_offset, dsp::Base64EncodedSize(count));
  if (!arguments.ok()) return nullptr;
  return Int32Value(env, static_cast<int32_t>(dsp::Base64Encode(src.data + src_offset, count, dst.data + dst_offset)));
}

// (src, srcOffset, count, dst, dstOffset) -> bytes written, -1 = not base64
napi_value Base64Decode(napi_env env, napi_callback_info info) {
  Arguments<5> arguments(env, info);
  const auto src = arguments.Array<uint8_t>();
  const size_t src_offset = arguments.Size();
  const size_t count = arguments.Size();
  const auto dst = arguments.Array<uint8_t>();
  const size_t dst_offset = arguments.Size();
  arguments.Within(src, src_offset, count);
  if (!arguments.ok()) return nullptr;
  const int64_t size = dsp::Base64DecodedSize(src.data + src_offset, count);
  if (size < 0) return Int32Value(env, -1);
  arguments.Within(dst, dst_offset, static_cast<size_t>(size));
  if (!arguments.ok()) return nullptr;
  return Int32Value(env, static_cast<int32_t>(dsp::Base64Decode(src.data + src_offset, count, dst.data + dst_offset)));
}

// ---- Twilio messages ------------------------------------------------------------------------------------------------

// (bytes, offset, length, streamSid, mulaw, mulawOffset, pcm, pcmOffset, timestampMs) -> samples, 0 = not mine
napi_value ParseMedia(napi_env env, napi_callback_info info) {
  Arguments<9> arguments(env, info);
  const auto bytes = arguments.Array<uint8_t>();
  const size_t offset = arguments.Size();
  const size_t length = arguments.Size();
  const auto stream_sid = arguments.Array<uint8_t>();
  const auto mulaw = arguments.Array<uint8_t>();
  const size_t mulaw_offset = arguments.Size();
  const auto pcm = arguments.Array<int16_t>();
  const size_t pcm_offset = arguments.Size();
  const auto timestamp_ms = arguments.Array<int32_t>();
  arguments.Within(bytes, offset, length);
  arguments.Within(mulaw, mulaw_offset, 0);
  arguments.Within(pcm, pcm_offset, 0);
  arguments.Within(timestamp_ms, 0, 1);
  if (!arguments.ok()) return nullptr;
  const size_t mulaw_room = mulaw.length - mulaw_offset;
  const size_t pcm_room = pcm.length - pcm_offset;
  return Int32Value(env, dsp::ParseMediaMessage(bytes.data + offset, length, stream_sid.data, stream_sid.length,
                                                mulaw.data + mulaw_offset, pcm.data + pcm_offset,
                                                mulaw_room < pcm_room ? mulaw_room : pcm_room, timestamp_ms.data));
}

// (prefix, mulaw, mulawOffset, count, out, outOffset) -> length of the message
napi_value BuildMedia(napi_env env, napi_callback_info info) {
  Arguments<6> arguments(env, info);
  const auto prefix = arguments.Array<uint8_t>();
  const auto mulaw = arguments.Array<uint8_t>();
  const size_t mulaw_offset = arguments.Size();
  const size_t count = arguments.Size();
  const auto out = arguments.Array<uint8_t>();
  const size_t out_offset = arguments.Size();
  arguments.Within(mulaw, mulaw_offset, count);
  if (!arguments.ok()) return nullptr;
  arguments.Within(out, out_offset, dsp::MediaMessageSize(prefix.length, count));
  if (!arguments.ok()) return nullptr;
  return Int32Value(env, static_cast<int32_t>(dsp::BuildMediaMessage(prefix.data, prefix.length,
                                                                     mulaw.data + mulaw_offset, count,
                                                                     out.data + out_offset)));
}

// ---- PCM ------------------------------------------------------------------------------------------------------------

// (pcm, offset, count) -> dB
napi_value Level(napi_env env, napi_callback_info info) {
  Arguments<3> arguments(env, info);
  const auto pcm = arguments.Array<int16_t>();
  const size_t offset = arguments.Size();
  const size_t count = arguments.Size();
  arguments.Within(pcm, offset, count);
  if (!arguments.ok()) return nullptr;
  return DoubleValue(env, dsp::Level(pcm.data + offset, count));
}

// (left, leftOffset, right, rightOffset, out, outOffset, count)
napi_value InterleaveStereo(napi_env env, napi_callback_info info) {
  Arguments<7> arguments(env, info);
  const auto left = arguments.Array<int16_t>();
  const size_t left_offset = arguments.Size();
  const auto right = arguments.Array<int16_t>();
  const size_t right_offset = arguments.Size();
  const auto out = arguments.Array<int16_t>();
  const size_t out_offset = arguments.Size();
  const size_t count = arguments.Size();
  arguments.Within(left, left_offset, count);
  arguments.Within(right, right_offset, count);
  // `count` is below half of the address space here: it fits an array.
  if (arguments.ok()) arguments.Within(out, out_offset, 2 * count);
  if (arguments.ok()) {
    dsp::InterleaveStereo(left.data + left_offset, right.data + right_offset, out.data + out_offset, count);
  }
  return nullptr;
}

// (past, pastOffset, pastCount, elapsed, noiseRms, seed, out, outOffset, count)
napi_value Conceal(napi_env env, napi_callback_info info) {
  Arguments<9> arguments(env, info);
  const auto past = arguments.Array<int16_t>();
  const size_t past_offset = arguments.Size();
  const size_t past_count = arguments.Size();
  const size_t elapsed = arguments.Size();
  const size_t noise_rms = arguments.Size();
  const size_t seed = arguments.Size();
  const auto out = arguments.Array<int16_t>();
  const size_t out_offset = arguments.Size();
  const size_t count = arguments.Size();
  arguments.Within(past, past_offset, past_count);
  arguments.Within(out, out_offset, count);
  if (noise_rms > 32767) arguments.FailRange();
  if (arguments.ok()) {
    dsp::Conceal(past.data + past_offset, past_count, elapsed, static_cast<int32_t>(noise_rms),
                 static_cast<uint32_t>(seed), out.data + out_offset, count);
  }
  return nullptr;
}

// ---- resampler ------------------------------------------------------------------------------------------------------

// V8 refuses to call the methods of these classes on anything that their constructor did not make. One that threw leaves
// no object that JavaScript could get hold of.
class NativeResampler : public Napi::ObjectWrap<NativeResampler> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "NativeResampler",
                       {InstanceMethod<&NativeResampler::Process>("process"),
                        InstanceMethod<&NativeResampler::Reset>("reset"),
                        InstanceAccessor<&NativeResampler::Delay>("delaySamples")});
  }

  // new (inputHz, outputHz): RangeError for rates that are not supported
  explicit NativeResampler(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    Arguments<2> arguments(info);
    const size_t input_hz = arguments.Size();
    const size_t output_hz = arguments.Size();
    if (!arguments.ok()) return;
    resampler_ = dsp::Resampler::Create(input_hz, output_hz);
    if (resampler_ == nullptr) arguments.FailRange("unsupported sample rate");
  }

 private:
  // (src, srcOffset, count, dst, dstOffset) -> samples written
  Napi::Value Process(const Napi::CallbackInfo& info) {
    Arguments<5> arguments(info);
    const auto src = arguments.Array<int16_t>();
    const size_t src_offset = arguments.Size();
    const size_t count = arguments.Size();
    const auto dst = arguments.Array<int16_t>();
    const size_t dst_offset = arguments.Size();
    arguments.Within(src, src_offset, count);
    if (!arguments.ok()) return Napi::Value();
    arguments.Within(dst, dst_offset, resampler_->OutputMax(count));
    if (!arguments.ok()) return Napi::Value();
    return Napi::Number::New(info.Env(), static_cast<double>(resampler_->Process(src.data + src_offset, count,
                                                                                 dst.data + dst_offset)));
  }

  // ()
  Napi::Value Reset(const Napi::CallbackInfo&) {
    resampler_->Reset();
    return Napi::Value();
  }

  // get
  Napi::Value Delay(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), resampler_->delay_samples());
  }

  std::unique_ptr<dsp::Resampler> resampler_;
};

// ---- voice activity -------------------------------------------------------------------------------------------------

class SileroNet : public Napi::ObjectWrap<SileroNet> {
 public:
  static Napi::Function Define(Napi::Env env) {
    return DefineClass(env, "SileroNet", {InstanceMethod<&SileroNet::Run>("run")});
  }

  // new (weights): TypeError for weights of another network
  explicit SileroNet(const Napi::CallbackInfo& info) : ObjectWrap(info) {
    Arguments<1> arguments(info);
    const auto weights = arguments.Array<float>();
    arguments.Within(weights, 0, dsp::SileroNet::kWeightFloats);
    if (!arguments.ok()) return;
    net_ = dsp::SileroNet::Create(weights.data);
    if (net_ == nullptr) arguments.FailValue("not the weights of the expected network");
  }

 private:
  // (samples, offsets, streams, count, state, probabilities)
  Napi::Value Run(const Napi::CallbackInfo& info) {
    Arguments<6> arguments(info);
    const auto samples = arguments.Array<int16_t>();
    const auto offsets = arguments.Array<int32_t>();
    const auto streams = arguments.Array<int32_t>();
    const size_t count = arguments.Size();
    const auto state = arguments.Array<float>();
    const auto probabilities = arguments.Array<float>();
    arguments.Within(offsets, 0, count);
    arguments.Within(streams, 0, count);
    arguments.Within(probabilities, 0, count);
    for (size_t row = 0; arguments.ok() && row < count; ++row) {
      // A negative number becomes one that no array reaches.
      const auto stream = static_cast<size_t>(streams.data[row]);
      arguments.Within(samples, static_cast<size_t>(offsets.data[row]), dsp::SileroNet::kInputSamples);
      if (stream >= state.length / dsp::SileroNet::kStateFloats) arguments.FailRange();
    }
    if (arguments.ok()) net_->Run(samples.data, offsets.data, streams.data, count, state.data, probabilities.data);
    return Napi::Value();
  }

  std::unique_ptr<dsp::SileroNet> net_;
};

// ---- sound features -------------------------------------------------------------------------------------------------

// (samples, offsets, streams, playedAt, count, past, moments, played, features)
napi_value SoundFeatures(napi_env env, napi_callback_info info) {
  Arguments<9> arguments(env, info);
  const auto samples = arguments.Array<int16_t>();
  const auto offsets = arguments.Array<int32_t>();
  const auto streams = arguments.Array<int32_t>();
  const auto played_at = arguments.Array<int32_t>();
  const size_t count = arguments.Size();
  const auto past = arguments.Array<int16_t>();
  const auto moments = arguments.Array<double>();
  const auto played = arguments.Array<int16_t>();
  const auto features = arguments.Array<float>();
  arguments.Within(offsets, 0, count);
  arguments.Within(streams, 0, count);
  arguments.Within(played_at, 0, count);
  if (arguments.ok() && count > features.length / dsp::kSoundFeatures) arguments.FailRange();
  for (size_t row = 0; arguments.ok() && row < count; ++row) {
    // A negative number becomes one that no array reaches.
    const auto stream = static_cast<size_t>(streams.data[row]);
    arguments.Within(samples, static_cast<size_t>(offsets.data[row]), dsp::kSoundWindow);
    if (stream >= past.length / dsp::kSoundPast || stream >= moments.length / dsp::kSoundMoments ||
        stream >= played.length / dsp::kSoundPlayed) {
      arguments.FailRange();
    }
  }
  if (arguments.ok()) {
    dsp::SoundFeatures(samples.data, offsets.data, streams.data, played_at.data, count, past.data, moments.data,
                       played.data, features.data);
  }
  return nullptr;
}

// ---- module ---------------------------------------------------------------------------------------------------------

constexpr napi_property_descriptor Method(const char* name, napi_callback callback) {
  return {name, nullptr, callback, nullptr, nullptr, nullptr, napi_enumerable, nullptr};
}

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  const napi_property_descriptor functions[] = {
      Method("mulawDecode", Convert<uint8_t, int16_t, dsp::MulawDecode>),
      Method("mulawEncode", Convert<int16_t, uint8_t, dsp::MulawEncode>),
      Method("alawDecode", Convert<uint8_t, int16_t, dsp::AlawDecode>),
      Method("alawEncode", Convert<int16_t, uint8_t, dsp::AlawEncode>),
      Method("base64Encode", Base64Encode),
      Method("base64Decode", Base64Decode),
      Method("parseMedia", ParseMedia),
      Method("buildMedia", BuildMedia),
      Method("level", Level),
      Method("interleaveStereo", InterleaveStereo),
      Method("conceal", Conceal),
      Method("soundFeatures", SoundFeatures),
  };
  napi_define_properties(env, exports, std::size(functions), functions);
  exports.Set("Resampler", NativeResampler::Define(env));
  exports.Set("SileroNet", SileroNet::Define(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(ringline_native, Init)
