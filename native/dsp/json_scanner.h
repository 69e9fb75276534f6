// Walks over one JSON text (RFC 8259) without building anything. Accepts and refuses what JSON.parse does, except that
// nesting deeper than kDepthMax is refused and bytes above 0x7f inside strings are not checked for being UTF-8.
// Knows nothing of what the text means; that is media_message.cc. Its twin is src/audio/kernels/json_scanner.ts.
#ifndef RINGLINE_DSP_JSON_SCANNER_H_
#define RINGLINE_DSP_JSON_SCANNER_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ringline::dsp {

struct JsonValue {
  enum class Kind : uint8_t { kNone, kString, kNumber, kOther };
  Kind kind = Kind::kNone;
  // Of a string: the text between the quotes, escapes as written. Of a number: its characters.
  const uint8_t* data = nullptr;
  size_t length = 0;
};

// Gives the UTF-16 units of a string value one by one, escapes undone. Bytes above 0x7f come out as they are, which is
// enough for comparing with ASCII. Only for strings that JsonScanner accepted.
class JsonStringReader {
 public:
  explicit JsonStringReader(const JsonValue& value) : at_(value.data), end_(value.data + value.length) {}
  // Next unit, -1 at the end.
  int Next();

 private:
  const uint8_t* at_;
  const uint8_t* end_;
};

bool JsonStringEquals(const JsonValue& value, std::string_view ascii);

class JsonScanner {
 public:
  static constexpr int kDepthMax = 64;

  JsonScanner(const uint8_t* data, size_t length) : at_(data), end_(data + length) {}

  void SkipWhitespace();
  // Consumes `character` if it is next (after white space).
  bool Take(char character);
  // True when the next thing (after white space) is `character`.
  bool Peek(char character);
  // Reads one string, number, literal, or skips over a whole array or object. False: not JSON.
  bool ReadValue(JsonValue* value);
  // Reads a string (a member's name). False: not a JSON string.
  bool ReadString(JsonValue* value);
  // True when only white space is left.
  bool AtEnd();

 private:
  bool ReadScalar(JsonValue* value);
  bool ReadNumber(JsonValue* value);
  bool ReadLiteral(std::string_view word, JsonValue* value);

  const uint8_t* at_;
  const uint8_t* end_;
};

}  // namespace ringline::dsp

#endif  // RINGLINE_DSP_JSON_SCANNER_H_
