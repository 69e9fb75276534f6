// How the arguments of a call from JavaScript are read and refused, and how numbers go back: the part of the binding that
// knows no kernel. What is read for which kernel is binding.cc.
//
// By plain Node-API, because the wrapper's object for a call allocates beyond six arguments: 9 ns of the 180 that a message
// takes. Typed arrays over a SharedArrayBuffer are read in place.

#ifndef RINGLINE_BINDING_ARGUMENTS_H_
#define RINGLINE_BINDING_ARGUMENTS_H_

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace ringline::binding {

template <typename T>
struct ArrayType;
template <>
struct ArrayType<uint8_t> {
  static constexpr napi_typedarray_type kType = napi_uint8_array;
  static constexpr const char* kMessage = "expected a Uint8Array";
};
template <>
struct ArrayType<int16_t> {
  static constexpr napi_typedarray_type kType = napi_int16_array;
  static constexpr const char* kMessage = "expected an Int16Array";
};
template <>
struct ArrayType<int32_t> {
  static constexpr napi_typedarray_type kType = napi_int32_array;
  static constexpr const char* kMessage = "expected an Int32Array";
};
template <>
struct ArrayType<float> {
  static constexpr napi_typedarray_type kType = napi_float32_array;
  static constexpr const char* kMessage = "expected a Float32Array";
};
template <>
struct ArrayType<double> {
  static constexpr napi_typedarray_type kType = napi_float64_array;
  static constexpr const char* kMessage = "expected a Float64Array";
};

template <typename T>
struct View {
  T* data = nullptr;
  size_t length = 0;
};

// Kept out of line: where it was inlined, a call that throws nothing took 10 ns more.
template <typename Error>
[[gnu::noinline, gnu::cold]] void Throw(napi_env env, const char* code, const char* message) {
  const Error error = Error::New(env, message);
  error.Value().Set("code", code);
  error.ThrowAsJavaScriptException();
}

// The arguments of one call, read from left to right. The first bad one throws in JavaScript; everything after it
// reads as empty, and the kernel must not be called when `ok()` is false.
template <size_t kCount>
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info) : env_(env) {
    size_t count = kCount;
    if (napi_get_cb_info(env, info, &count, values_, nullptr, nullptr) != napi_ok || count < kCount) {
      FailType("too few arguments");
    }
  }
  explicit Arguments(const Napi::CallbackInfo& info) : env_(info.Env()) {
    for (size_t i = 0; i < kCount; ++i) values_[i] = info[i];
    if (info.Length() < kCount) FailType("too few arguments");
  }

  bool ok() const { return ok_; }

  template <typename T>
  View<T> Array() {
    View<T> view;
    if (!ok_) return view;
    napi_typedarray_type type;
    void* data = nullptr;
    if (napi_get_typedarray_info(env_, values_[at_++], &type, &view.length, &data, nullptr, nullptr) != napi_ok ||
        type != ArrayType<T>::kType) {
      FailType(ArrayType<T>::kMessage);
      return View<T>();
    }
    view.data = static_cast<T*>(data);
    return view;
  }

  // A whole number from 0 to 2^53.
  size_t Size() {
    if (!ok_) return 0;
    double value = 0;
    if (napi_get_value_double(env_, values_[at_++], &value) != napi_ok) {
      FailType("expected a number");
      return 0;
    }
    // The comparison is also false for NaN.
    if (!(value >= 0 && value <= 9007199254740992.0) || value != static_cast<double>(static_cast<uint64_t>(value))) {
      FailRange();
      return 0;
    }
    return static_cast<size_t>(value);
  }

  // Throws unless [offset, offset + count) lies inside the array.
  template <typename T>
  void Within(const View<T>& view, size_t offset, size_t count) {
    if (ok_ && (offset > view.length || count > view.length - offset)) FailRange();
  }

  void FailRange(const char* message = "offset or count outside of the array") {
    if (std::exchange(ok_, false)) Throw<Napi::RangeError>(env_, "ERR_OUT_OF_RANGE", message);
  }
  // A value of the right type that the kernel cannot take.
  void FailValue(const char* message) {
    if (std::exchange(ok_, false)) Throw<Napi::TypeError>(env_, "ERR_INVALID_ARG_VALUE", message);
  }

 private:
  void FailType(const char* message) {
    if (std::exchange(ok_, false)) Throw<Napi::TypeError>(env_, "ERR_INVALID_ARG_TYPE", message);
  }

  napi_env env_;
  napi_value values_[kCount == 0 ? 1 : kCount] = {};
  size_t at_ = 0;
  bool ok_ = true;
};

inline napi_value Int32Value(napi_env env, int32_t value) {
  napi_value result = nullptr;
  napi_create_int32(env, value, &result);
  return result;
}

inline napi_value DoubleValue(napi_env env, double value) {
  napi_value result = nullptr;
  napi_create_double(env, value, &result);
  return result;
}

}  // namespace ringline::binding

#endif  // RINGLINE_BINDING_ARGUMENTS_H_
