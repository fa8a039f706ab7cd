// write_sample_log DIR SIZE: a made-up log of so many entries as tlog-tiles, for a verifier that
// nobody here wrote (tests/npm/verify-log.mjs). Prints its verifier key.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "tests/gateway/tlog/sample_log.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  namespace fs = std::filesystem;
  using namespace sluss::testing;
  for (const auto& [path, bytes] : LogFilesOf(SampleEntries(std::strtoull(argv[2], nullptr, 10)))) {
    const fs::path file = fs::path(argv[1]) / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
  }
  std::cout << SampleVerifierKey().ToString() << "\n";
}
