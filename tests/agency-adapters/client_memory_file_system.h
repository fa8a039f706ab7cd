// A disk in memory that fails when told to, and that forgets at a crash what was not synced.
//
// Bytes are durable as FileSystem promises (WriteSynced, AppendSynced sync them); names become
// durable when their directory is synced. Crash() brings every directory back to its last sync.
// Not thread-safe but for the mutex around each call.
#ifndef SLUSS_TESTS_AGENCY_ADAPTERS_CLIENT_MEMORY_FILE_SYSTEM_H_
#define SLUSS_TESTS_AGENCY_ADAPTERS_CLIENT_MEMORY_FILE_SYSTEM_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agency-adapters/client/file_system.h"
#include "gateway/base/mutex.h"

namespace sluss::testing {

enum class FaultForm {
  kFailed,             // nothing happened
  kFailedPersisted,    // it happened, but the caller is told that it did not
  kPowerLoss,          // nothing happened, nor does anything after it until Crash()
  kPowerLossPersisted  // it happened; nothing after it does until Crash()
};

inline constexpr FaultForm kAllFaultForms[] = {FaultForm::kFailed, FaultForm::kFailedPersisted,
                                               FaultForm::kPowerLoss,
                                               FaultForm::kPowerLossPersisted};

class MemoryFileSystem : public FileSystem {
 public:
  // The `n`th changing call from now (0 = the next) meets the fault.
  void FailAt(int n, FaultForm form, absl::Status status = absl::InternalError("injected fault")) {
    MutexLock lock(&mutex_);
    fault_at_ = changes_ + n;
    form_ = form;
    fault_ = std::move(status);
  }
  void Crash() {
    MutexLock lock(&mutex_);
    for (auto& [path, directory] : directories_) directory.live = directory.durable;
    off_ = false;
    fault_at_ = -1;
  }
  int changes() const {
    MutexLock lock(&mutex_);
    return changes_;
  }
  // A file that somebody else puts there, durable at once.
  void Place(const std::string& path, const std::string& bytes) {
    MutexLock lock(&mutex_);
    Directory& directory = directories_[DirectoryOf(path)];
    directory.live[NameOf(path)] = directory.durable[NameOf(path)] = NewFile(bytes);
  }
  // Path -> bytes of all files, to look for what must not be there.
  std::map<std::string, std::string> Files() const {
    MutexLock lock(&mutex_);
    std::map<std::string, std::string> files;
    for (const auto& [path, directory] : directories_) {
      for (const auto& [name, file] : directory.live) files[path + "/" + name] = file->bytes;
    }
    return files;
  }

  absl::StatusOr<std::string> Read(const std::string& path, size_t max_bytes) override {
    MutexLock lock(&mutex_);
    if (off_) return fault_;
    const auto directory = directories_.find(DirectoryOf(path));
    if (directory == directories_.end()) return absl::NotFoundError("no such directory");
    const auto file = directory->second.live.find(NameOf(path));
    if (file == directory->second.live.end()) return absl::NotFoundError("no such file");
    if (file->second->bytes.size() > max_bytes) return absl::OutOfRangeError("too large");
    return file->second->bytes;
  }
  absl::Status WriteSynced(const std::string& path, absl::string_view bytes, mode_t) override {
    return Change([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      directories_[DirectoryOf(path)].live[NameOf(path)] = NewFile(std::string(bytes));
      return absl::OkStatus();
    });
  }
  absl::Status AppendSynced(const std::string& path, absl::string_view bytes) override {
    return Change([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::Status {
      const auto file = directories_[DirectoryOf(path)].live.find(NameOf(path));
      if (file == directories_[DirectoryOf(path)].live.end()) return absl::NotFoundError("no file");
      file->second->bytes += std::string(bytes);
      return absl::OkStatus();
    });
  }
  absl::Status Rename(const std::string& from, const std::string& to) override {
    return Change([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::Status {
      auto& source = directories_[DirectoryOf(from)].live;
      const auto file = source.find(NameOf(from));
      if (file == source.end()) return absl::NotFoundError("no such file");
      const std::shared_ptr<File> moved = file->second;
      source.erase(file);
      directories_[DirectoryOf(to)].live[NameOf(to)] = moved;
      return absl::OkStatus();
    });
  }
  absl::Status Remove(const std::string& path) override {
    return Change([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS -> absl::Status {
      if (directories_[DirectoryOf(path)].live.erase(NameOf(path)) == 0) {
        return absl::NotFoundError("no such file");
      }
      return absl::OkStatus();
    });
  }
  absl::Status SyncDirectory(const std::string& path) override {
    return Change([&]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
      Directory& directory = directories_[path];
      directory.durable = directory.live;
      return absl::OkStatus();
    });
  }
  absl::StatusOr<std::vector<DirectoryEntry>> List(const std::string& path) override {
    MutexLock lock(&mutex_);
    if (off_) return fault_;
    std::vector<DirectoryEntry> entries;
    for (const auto& [name, file] : directories_[path].live) {
      entries.push_back({.name = name,
                         .regular = true,
                         .size = file->bytes.size(),
                         .modified_ns = file->modified_ns});
    }
    return entries;
  }
  absl::Status MakeDirectory(const std::string& path) override {
    MutexLock lock(&mutex_);
    if (off_) return fault_;
    directories_[path];
    return absl::OkStatus();
  }

 private:
  struct File {
    std::string bytes;
    int64_t modified_ns = 0;
  };
  struct Directory {
    std::map<std::string, std::shared_ptr<File>> live, durable;
  };

  static std::string DirectoryOf(const std::string& path) {
    return path.substr(0, path.find_last_of('/'));
  }
  static std::string NameOf(const std::string& path) {
    return path.substr(path.find_last_of('/') + 1);
  }
  std::shared_ptr<File> NewFile(std::string bytes) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return std::make_shared<File>(File{.bytes = std::move(bytes), .modified_ns = ++ticks_});
  }

  template <typename F>
  absl::Status Change(F change) {
    MutexLock lock(&mutex_);
    if (off_) return fault_;
    if (changes_++ != fault_at_) return change();
    const bool persisted =
        form_ == FaultForm::kFailedPersisted || form_ == FaultForm::kPowerLossPersisted;
    off_ = form_ == FaultForm::kPowerLoss || form_ == FaultForm::kPowerLossPersisted;
    if (persisted) {
      if (absl::Status status = change(); !status.ok()) return status;
    }
    return fault_;
  }

  mutable Mutex mutex_;
  std::map<std::string, Directory> directories_ ABSL_GUARDED_BY(mutex_);
  int64_t ticks_ ABSL_GUARDED_BY(mutex_) = 0;
  int changes_ ABSL_GUARDED_BY(mutex_) = 0;
  int fault_at_ ABSL_GUARDED_BY(mutex_) = -1;
  bool off_ ABSL_GUARDED_BY(mutex_) = false;
  FaultForm form_ ABSL_GUARDED_BY(mutex_) = FaultForm::kFailed;
  absl::Status fault_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_AGENCY_ADAPTERS_CLIENT_MEMORY_FILE_SYSTEM_H_
