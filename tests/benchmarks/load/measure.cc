#include "tests/benchmarks/load/measure.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace sluss {

int64_t MonotonicNanoseconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

int64_t CpuMicroseconds(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
  std::string line;
  std::getline(file, line);
  // The name may hold spaces; fields are counted from the closing bracket on.
  std::istringstream fields(line.substr(std::min(line.size(), line.rfind(')') + 2)));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  int64_t user = 0, system = 0;
  fields >> user >> system;
  return (user + system) * 1'000'000 / sysconf(_SC_CLK_TCK);
}

int64_t ResidentBytes(pid_t pid) {
  std::ifstream file(absl::StrCat("/proc/", pid, "/statm"));
  int64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

double FdatasyncRate(const std::string& directory) {
  const std::string path = directory + "/fdatasync.probe";
  const int fd = open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return 0;
  const std::string block(4096, 'x');
  const int64_t start = MonotonicNanoseconds();
  int64_t now = start;
  int writes = 0;
  while (now - start < 500'000'000) {
    if (write(fd, block.data(), block.size()) != static_cast<ssize_t>(block.size())) break;
    if (fdatasync(fd) != 0) break;
    ++writes;
    now = MonotonicNanoseconds();
  }
  close(fd);
  unlink(path.c_str());
  return writes * 1e9 / static_cast<double>(now - start);
}

Percentiles InMilliseconds(std::vector<int64_t> nanoseconds) {
  if (nanoseconds.empty()) return {};
  std::sort(nanoseconds.begin(), nanoseconds.end());
  const auto at = [&](double part) {
    return static_cast<double>(nanoseconds[static_cast<size_t>(
               part * static_cast<double>(nanoseconds.size() - 1))]) /
           1e6;
  };
  return {at(0.5), at(0.99)};
}

}  // namespace sluss
