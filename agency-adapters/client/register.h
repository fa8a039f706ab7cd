// The agency's own table from pseudonym to case, made by enrolment. No personal number in it.
//
// File "register-<key set>.log", a line a row, appended and synced; the last line of a row counts:
//   line := ("+" | "-") SP tag SP nym SP case SP check LF
//   tag  := 64 hex digits: the number under a key that never leaves the agency; tells which rows of
//           a new export are enrolled already
//   nym  := 64 hex digits            case := the agency's reference in hex, at most 200 bytes
//   check := first 8 hex digits of SHA-256 over the line before it
// "-" takes a row away. A last line that is cut off is dropped (the write never returned OK); any
// other line that does not check is DATA_LOSS, and the cure is to enrol anew.
//
// Thread-safe: enrolment writes while the receive path looks up. Errors: those of DurableDir.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_REGISTER_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_REGISTER_H_

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/client/durable_dir.h"
#include "gateway/base/mutex.h"

namespace sluss {

struct RegisterRow {
  std::string tag;       // 32 bytes
  std::string nym;       // 32 bytes
  std::string case_ref;  // the agency's own; shown to its officers only
};

class Register {
 public:
  // `files` must outlive the result. `directory` is the state directory.
  static absl::StatusOr<std::unique_ptr<Register>> Open(FileSystem* files,
                                                        const std::string& directory,
                                                        uint32_t key_set);

  // Adds or replaces rows by tag, all durable when OK. After an error the rows may be there; adding
  // them again is right.
  absl::Status Put(const std::vector<RegisterRow>& rows);
  absl::Status Remove(const std::vector<std::string>& tags);

  std::optional<std::string> CaseOf(absl::string_view nym) const;
  std::optional<RegisterRow> RowOf(absl::string_view tag) const;
  std::vector<std::string> Tags() const;
  size_t size() const;

 private:
  Register(DurableDir directory, FileSystem* files, std::string name)
      : directory_(std::move(directory)), files_(files), name_(std::move(name)) {}

  absl::Status Load() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Append(const std::string& lines) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Rewrite() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Apply(const RegisterRow& row) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Drop(const std::string& tag) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const DurableDir directory_;
  FileSystem* const files_;
  const std::string name_;
  mutable Mutex mutex_;
  std::unordered_map<std::string, RegisterRow> by_tag_ ABSL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::string> tag_of_nym_ ABSL_GUARDED_BY(mutex_);
  // The file ends in something that is not a whole line: rewrite it before appending.
  bool torn_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_REGISTER_H_
