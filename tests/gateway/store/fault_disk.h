// A disk under SQLite that fails when it is told to: a VFS that passes everything on to the real
// one.
#ifndef SLUSS_TESTS_GATEWAY_STORE_FAULT_DISK_H_
#define SLUSS_TESTS_GATEWAY_STORE_FAULT_DISK_H_

#include <atomic>

namespace sluss::testing {

// Makes itself the process's default VFS while it lives; one at a time. Thread-safe.
class FaultDisk {
 public:
  FaultDisk();
  ~FaultDisk();

  // Every write that makes a file longer fails as on a full disk.
  std::atomic<bool> full{false};
  // Writes fail as on a broken disk.
  std::atomic<bool> broken{false};
  // Syncing fails; what was written may or may not be there.
  std::atomic<bool> unsynced{false};
  // What each of these takes longer than the disk's own time: for benchmarks that can be repeated.
  std::atomic<int> sync_microseconds{0};
  // How often the disk was told to make something durable.
  std::atomic<int> syncs{0};
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_STORE_FAULT_DISK_H_
