#include "dsp/json_scanner.h"

#include <cstring>

namespace ringline::dsp {
namespace {

bool IsDigit(uint8_t character) { return character >= '0' && character <= '9'; }

int HexValue(uint8_t character) {
  if (IsDigit(character)) return character - '0';
  const uint8_t lower = character | 0x20;
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

}  // namespace

int JsonStringReader::Next() {
  if (at_ == end_) return -1;
  const uint8_t character = *at_++;
  if (character != '\\') return character;
  const uint8_t escape = *at_++;
  switch (escape) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    case 'u': {
      int unit = 0;
      for (int i = 0; i < 4; ++i) unit = unit << 4 | HexValue(*at_++);
      return unit;
    }
    default: return escape;  // " \ /
  }
}

bool JsonStringEquals(const JsonValue& value, std::string_view ascii) {
  if (value.kind != JsonValue::Kind::kString) return false;
  if (value.length == ascii.size() && std::memcmp(value.data, ascii.data(), ascii.size()) == 0) {
    return std::memchr(value.data, '\\', value.length) == nullptr;
  }
  JsonStringReader reader(value);
  for (const char character : ascii) {
    if (reader.Next() != static_cast<uint8_t>(character)) return false;
  }
  return reader.Next() == -1;
}

void JsonScanner::SkipWhitespace() {
  while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
}

bool JsonScanner::Peek(char character) {
  SkipWhitespace();
  return at_ != end_ && *at_ == static_cast<uint8_t>(character);
}

bool JsonScanner::Take(char character) {
  if (!Peek(character)) return false;
  ++at_;
  return true;
}

bool JsonScanner::AtEnd() {
  SkipWhitespace();
  return at_ == end_;
}

bool JsonScanner::ReadString(JsonValue* value) {
  if (!Take('"')) return false;
  value->kind = JsonValue::Kind::kString;
  value->data = at_;
  while (at_ != end_) {
    const uint8_t character = *at_++;
    if (character == '"') {
      value->length = static_cast<size_t>(at_ - 1 - value->data);
      return true;
    }
    if (character < 0x20) return false;
    if (character != '\\') continue;
    if (at_ == end_) return false;
    const uint8_t escape = *at_++;
    if (escape == 'u') {
      if (end_ - at_ < 4) return false;
      for (int i = 0; i < 4; ++i) {
        if (HexValue(*at_++) < 0) return false;
      }
    } else if (escape == 0 || std::strchr("\"\\/bfnrt", escape) == nullptr) {
      return false;
    }
  }
  return false;
}

bool JsonScanner::ReadNumber(JsonValue* value) {
  value->kind = JsonValue::Kind::kNumber;
  value->data = at_;
  const auto digits = [this] {
    const uint8_t* from = at_;
    while (at_ != end_ && IsDigit(*at_)) ++at_;
    return at_ != from;
  };
  if (at_ != end_ && *at_ == '-') ++at_;
  if (at_ != end_ && *at_ == '0') {
    ++at_;
  } else if (!digits()) {
    return false;
  }
  if (at_ != end_ && *at_ == '.') {
    ++at_;
    if (!digits()) return false;
  }
  if (at_ != end_ && (*at_ | 0x20) == 'e') {
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return false;
  }
  value->length = static_cast<size_t>(at_ - value->data);
  return true;
}

bool JsonScanner::ReadLiteral(std::string_view word, JsonValue* value) {
  if (static_cast<size_t>(end_ - at_) < word.size() || std::memcmp(at_, word.data(), word.size()) != 0) return false;
  at_ += word.size();
  value->kind = JsonValue::Kind::kOther;
  return true;
}

bool JsonScanner::ReadScalar(JsonValue* value) {
  SkipWhitespace();
  if (at_ == end_) return false;
  switch (*at_) {
    case '"': return ReadString(value);
    case 't': return ReadLiteral("true", value);
    case 'f': return ReadLiteral("false", value);
    case 'n': return ReadLiteral("null", value);
    default: return ReadNumber(value);
  }
}

bool JsonScanner::ReadValue(JsonValue* value) {
  *value = JsonValue();
  if (!Peek('{') && !Peek('[')) return ReadScalar(value);

  // One bit per open container, 1 = object; no recursion, so hostile nesting costs no stack.
  uint64_t objects = 0;
  int depth = 0;
  JsonValue ignored;
  for (;;) {
    // Here a value begins.
    if (Take('{')) {
      if (++depth > kDepthMax) return false;
      objects = objects << 1 | 1;
      if (!Peek('}')) {
        if (!ReadString(&ignored) || !Take(':')) return false;
        continue;
      }
    } else if (Take('[')) {
      if (++depth > kDepthMax) return false;
      objects <<= 1;
      if (!Peek(']')) continue;
    } else if (!ReadScalar(&ignored)) {
      return false;
    }
    // Here a value has ended, or an empty container is about to.
    for (;;) {
      const bool in_object = objects & 1;
      if (Take(in_object ? '}' : ']')) {
        objects >>= 1;
        if (--depth == 0) {
          value->kind = JsonValue::Kind::kOther;
          return true;
        }
        continue;
      }
      if (!Take(',')) return false;
      if (in_object && (!ReadString(&ignored) || !Take(':'))) return false;
      break;
    }
  }
}

}  // namespace ringline::dsp
