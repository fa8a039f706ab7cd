#include "tests/gateway/store/fault_disk.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>

namespace sluss::testing {
namespace {

FaultDisk* disk = nullptr;  // the one that lives
sqlite3_vfs* real_vfs = nullptr;

struct File {
  sqlite3_file base;
  sqlite3_file* real;  // lies behind this
};

sqlite3_file* Real(sqlite3_file* file) { return reinterpret_cast<File*>(file)->real; }

int Write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 offset) {
  sqlite3_file* const real = Real(file);
  if (disk->broken) return SQLITE_IOERR_WRITE;
  sqlite3_int64 size = 0;
  if (disk->full && real->pMethods->xFileSize(real, &size) == SQLITE_OK && offset + count > size) {
    return SQLITE_FULL;
  }
  return real->pMethods->xWrite(real, bytes, count, offset);
}

int Sync(sqlite3_file* file, int flags) {
  ++disk->syncs;
  if (const int time = disk->sync_microseconds; time > 0) usleep(time);
  if (disk->unsynced) return SQLITE_IOERR_FSYNC;
  return Real(file)->pMethods->xSync(Real(file), flags);
}

const sqlite3_io_methods kMethods = {
    .iVersion = 2,
    .xClose = [](sqlite3_file* f) { return Real(f)->pMethods->xClose(Real(f)); },
    .xRead =
        [](sqlite3_file* f, void* bytes, int count, sqlite3_int64 offset) {
          return Real(f)->pMethods->xRead(Real(f), bytes, count, offset);
        },
    .xWrite = Write,
    .xTruncate = [](sqlite3_file* f,
                    sqlite3_int64 size) { return Real(f)->pMethods->xTruncate(Real(f), size); },
    .xSync = Sync,
    .xFileSize = [](sqlite3_file* f,
                    sqlite3_int64* size) { return Real(f)->pMethods->xFileSize(Real(f), size); },
    .xLock = [](sqlite3_file* f, int level) { return Real(f)->pMethods->xLock(Real(f), level); },
    .xUnlock = [](sqlite3_file* f,
                  int level) { return Real(f)->pMethods->xUnlock(Real(f), level); },
    .xCheckReservedLock =
        [](sqlite3_file* f, int* held) {
          return Real(f)->pMethods->xCheckReservedLock(Real(f), held);
        },
    .xFileControl =
        [](sqlite3_file* f, int op, void* argument) {
          return Real(f)->pMethods->xFileControl(Real(f), op, argument);
        },
    .xSectorSize = [](sqlite3_file* f) { return Real(f)->pMethods->xSectorSize(Real(f)); },
    .xDeviceCharacteristics =
        [](sqlite3_file* f) { return Real(f)->pMethods->xDeviceCharacteristics(Real(f)); },
    .xShmMap =
        [](sqlite3_file* f, int page, int size, int extend, void volatile** memory) {
          return Real(f)->pMethods->xShmMap(Real(f), page, size, extend, memory);
        },
    .xShmLock =
        [](sqlite3_file* f, int offset, int count, int flags) {
          return Real(f)->pMethods->xShmLock(Real(f), offset, count, flags);
        },
    .xShmBarrier = [](sqlite3_file* f) { Real(f)->pMethods->xShmBarrier(Real(f)); },
    .xShmUnmap = [](sqlite3_file* f,
                    int remove) { return Real(f)->pMethods->xShmUnmap(Real(f), remove); },
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int Open(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  File* const mine = reinterpret_cast<File*>(file);
  mine->real = reinterpret_cast<sqlite3_file*>(mine + 1);
  const int code = real_vfs->xOpen(real_vfs, name, mine->real, flags, out_flags);
  mine->base.pMethods = mine->real->pMethods == nullptr ? nullptr : &kMethods;
  return code;
}

sqlite3_vfs fault_vfs;

}  // namespace

FaultDisk::FaultDisk() {
  disk = this;
  real_vfs = sqlite3_vfs_find(nullptr);
  fault_vfs = *real_vfs;
  fault_vfs.zName = "fault";
  fault_vfs.szOsFile = static_cast<int>(sizeof(File)) + real_vfs->szOsFile;
  fault_vfs.xOpen = Open;
  if (sqlite3_vfs_register(&fault_vfs, /*makeDflt=*/1) != SQLITE_OK) std::abort();
}

FaultDisk::~FaultDisk() {
  sqlite3_vfs_unregister(&fault_vfs);
  if (sqlite3_vfs_register(real_vfs, /*makeDflt=*/1) != SQLITE_OK) std::abort();
}

}  // namespace sluss::testing
