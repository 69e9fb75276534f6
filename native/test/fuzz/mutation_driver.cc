// Runs LLVMFuzzerTestOneInput where libFuzzer is not to be had (g++): every file of the corpus as it is, then random
// changes of them. No coverage feedback, so it finds less; it is seeded, so a finding comes back.
//
//   fuzzer [-seconds=N] [-seed=N] FILE_OR_FOLDER...
//
// When the program dies, the input at fault is left in the file "crash-input".
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "test/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
// Of the sanitizers' run time, which has no header everywhere.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

using Input = std::vector<uint8_t>;
constexpr size_t kInputMax = 4096;

Input current;

void SaveCurrent() {
  if (std::FILE* file = std::fopen("crash-input", "wb")) {
    std::fwrite(current.data(), 1, current.size(), file);
    std::fclose(file);
  }
}

void RunCurrent() { LLVMFuzzerTestOneInput(current.data(), current.size()); }

Input ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Input(std::istreambuf_iterator<char>(file), {});
}

// Pieces of the formats, which single bytes would not come up with.
constexpr const char* kWords[] = {"\"event\":\"media\"", "\"media\":{", "\"payload\":\"", "\"track\":\"inbound\"",
                                  "\"timestamp\":\"",    "\\u0061",     "\\/",            "====",
                                  "2147483648",          "\"},\"streamSid\":\"MZ"};

void Mutate(Input* input, const std::vector<Input>& corpus, ringline::test::Random* random) {
  const size_t at = random->Below(input->size() + 1);
  const auto position = input->begin() + static_cast<std::ptrdiff_t>(at);
  switch (random->Below(7)) {
    case 0:
      if (at < input->size()) (*input)[at] ^= static_cast<uint8_t>(1u << random->Below(8));
      break;
    case 1:
      if (at < input->size()) (*input)[at] = static_cast<uint8_t>(random->Next() >> 5);
      break;
    case 2:
      input->insert(position, random->Below(9), static_cast<uint8_t>(random->Next() >> 5));
      break;
    case 3: {
      const size_t count = std::min(random->Below(9), input->size() - at);
      input->erase(position, position + static_cast<std::ptrdiff_t>(count));
      break;
    }
    case 4: {
      const char* word = kWords[random->Below(std::size(kWords))];
      input->insert(position, word, word + std::strlen(word));
      break;
    }
    case 5: {
      const Input& other = corpus[random->Below(corpus.size())];
      const size_t from = random->Below(other.size() + 1);
      input->insert(position, other.begin() + static_cast<std::ptrdiff_t>(from), other.end());
      break;
    }
    default:
      input->resize(at);
  }
  if (input->size() > kInputMax) input->resize(kInputMax);
}

}  // namespace

int main(int argc, char** argv) {
  double seconds = 10;
  uint32_t seed = 1;
  std::vector<Input> corpus;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument.rfind("-seconds=", 0) == 0) {
      seconds = std::atof(argument.c_str() + 9);
    } else if (argument.rfind("-seed=", 0) == 0) {
      seed = static_cast<uint32_t>(std::strtoul(argument.c_str() + 6, nullptr, 10));
    } else if (std::filesystem::is_directory(argument)) {
      for (const auto& entry : std::filesystem::directory_iterator(argument)) corpus.push_back(ReadFile(entry.path()));
    } else {
      corpus.push_back(ReadFile(argument));
    }
  }
  if (corpus.empty()) {
    std::fprintf(stderr, "no corpus\n");
    return EXIT_FAILURE;
  }
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(SaveCurrent);
  for (const Input& input : corpus) {
    current = input;
    RunCurrent();
  }
  ringline::test::Random random(seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  size_t runs = 0;
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 1000; ++i, ++runs) {
      current = corpus[random.Below(corpus.size())];
      for (size_t changes = 1 + random.Below(6); changes > 0; --changes) Mutate(&current, corpus, &random);
      RunCurrent();
    }
  }
  std::printf("%zu files, %zu mutations, nothing found\n", corpus.size(), runs);
  return EXIT_SUCCESS;
}
