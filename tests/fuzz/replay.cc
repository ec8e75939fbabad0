// Runs a fuzz target over the files of its corpus: replay_<target> DIRECTORY...
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> inputs;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      inputs.push_back(entry.path());
    }
  }
  std::sort(inputs.begin(), inputs.end());
  LLVMFuzzerTestOneInput(nullptr, 0);
  for (const auto& input : inputs) {
    std::ifstream file(input, std::ios::binary);
    // Exactly sized, so that AddressSanitizer sees a read behind the end.
    const std::vector<char> text(std::istreambuf_iterator<char>(file), {});
    const std::vector<uint8_t> data(text.begin(), text.end());
    fprintf(stderr, "%s\n", input.c_str());
    LLVMFuzzerTestOneInput(data.data(), data.size());
  }
  printf("%zu inputs\n", inputs.size());
  return inputs.empty() ? 1 : 0;
}
