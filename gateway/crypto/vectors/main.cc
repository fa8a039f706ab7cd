// crypto-vectors FILE...: runs published test vectors and prints "N passed, N failed".
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "absl/status/status.h"
#include "gateway/crypto/vectors/vectors.h"

namespace {

void RunFile(const std::string& path, sluss::VectorReport* report) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file) {
    report->Add(path, absl::NotFoundError("cannot be read"));
    return;
  }
  sluss::RunVectorText(path, text, report);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: crypto-vectors FILE...\n";
    return 2;
  }
  sluss::VectorReport report;
  for (int i = 1; i < argc; ++i) RunFile(argv[i], &report);
  for (const std::string& failure : report.failures()) std::cerr << failure << "\n";
  std::cout << report.passed() << " passed, " << report.failed() << " failed";
  if (report.skipped() > 0) std::cout << ", " << report.skipped() << " skipped";
  std::cout << "\n";
  return report.failed() == 0 && report.passed() > 0 ? 0 : 1;
}
