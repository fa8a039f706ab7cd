// Clocks and counters of a load run.
#ifndef SLUSS_TESTS_BENCHMARKS_LOAD_MEASURE_H_
#define SLUSS_TESTS_BENCHMARKS_LOAD_MEASURE_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace sluss {

// CLOCK_MONOTONIC, the same in every process of the machine.
int64_t MonotonicNanoseconds();

// User and system time of a process so far, microseconds; 0 when it is gone.
int64_t CpuMicroseconds(pid_t pid);

// Resident memory of a process, bytes; 0 when it is gone.
int64_t ResidentBytes(pid_t pid);

// How often a second 4 KiB can be written and made durable in `directory`.
double FdatasyncRate(const std::string& directory);

struct Percentiles {
  double p50 = 0;
  double p99 = 0;
};

// Of durations in nanoseconds, in milliseconds.
Percentiles InMilliseconds(std::vector<int64_t> nanoseconds);

}  // namespace sluss

#endif  // SLUSS_TESTS_BENCHMARKS_LOAD_MEASURE_H_
