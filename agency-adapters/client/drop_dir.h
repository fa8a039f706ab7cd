// The directory where the agency's own system puts records, and where they go from there.
//
//   DROP/NAME               a record that waits; taken when it stood unchanged between two looks.
//                           ".NAME", "NAME.tmp", "NAME.part" are still being written: best is to
//                           write one of these and to rename it.
//   DROP/done/NAME          sealed into the outbox, or carried out
//   DROP/rejected/NAME      could not be read; NAME.error.txt beside it names the field
//   DROP/evidence/          what consent files refer to; read, never moved
// Nothing is deleted and nothing overwritten: a name that is taken gets ".1", ".2" ... at its end.
// For one thread. Errors: those of DurableDir.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_DROP_DIR_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_DROP_DIR_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agency-adapters/client/durable_dir.h"

namespace sluss {

class DropDir {
 public:
  // `files` must outlive the result; `path` exists.
  static absl::StatusOr<DropDir> Open(FileSystem* files, const std::string& path);

  // The records that have not changed since the last call.
  absl::StatusOr<std::vector<std::string>> Settled();
  // At most `max_bytes`; OUT_OF_RANGE for a larger one.
  absl::StatusOr<std::string> Read(const std::string& name, size_t max_bytes) const;

  // The name that a record will have in done/.
  absl::StatusOr<std::string> DoneName(const std::string& name) const;
  absl::StatusOr<bool> IsDone(const std::string& done_name) const;
  absl::Status MoveToDone(const std::string& name, const std::string& done_name) const;

  // Moves a record to rejected/ with the reason beside it; the second one from done/.
  absl::Status Reject(const std::string& name, absl::string_view reason) const;
  absl::Status RejectDone(const std::string& done_name, absl::string_view reason) const;

  // Records that wait, and those in rejected/.
  struct Depth {
    uint64_t waiting = 0;
    uint64_t rejected = 0;
  };
  absl::StatusOr<Depth> Count() const;

  const DurableDir& evidence() const { return evidence_; }

 private:
  DropDir(DurableDir incoming, DurableDir done, DurableDir rejected, DurableDir evidence)
      : incoming_(std::move(incoming)),
        done_(std::move(done)),
        rejected_(std::move(rejected)),
        evidence_(std::move(evidence)) {}
  absl::Status RejectFrom(const DurableDir& from, const std::string& name,
                          absl::string_view reason) const;

  DurableDir incoming_;
  DurableDir done_;
  DurableDir rejected_;
  DurableDir evidence_;
  std::map<std::string, std::pair<uint64_t, int64_t>> seen_;  // size and time at the last look
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_DROP_DIR_H_
