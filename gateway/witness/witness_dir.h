// What a witness keeps, in a directory: one file a log, replaced in one step, and evidence beside.
//
//   <16 hex of SHA-256(origin)>.checkpoint                       the last checkpoint cosigned
//   evidence/<the same>-<16 hex of SHA-256(note)>.checkpoint     one that does not follow
//
// Survives kill -9 and loss of power at any moment. One process at a time: the directory is locked.
#ifndef SLUSS_GATEWAY_WITNESS_WITNESS_DIR_H_
#define SLUSS_GATEWAY_WITNESS_WITNESS_DIR_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/tlog/witness.h"

namespace sluss {

class WitnessDir : public WitnessMemory {
 public:
  // Makes the directory with mode 0700 where `create`. NOT_FOUND where it is not there otherwise: a
  // witness that has lost its memory must not go on as if nothing had been. FAILED_PRECONDITION
  // where another process has it.
  static absl::StatusOr<std::unique_ptr<WitnessDir>> Open(const std::string& path, bool create);
  ~WitnessDir() override;

  absl::StatusOr<std::string> Last(const std::string& origin) override;
  absl::Status Keep(const std::string& origin, const std::string& note) override;
  absl::Status KeepEvidence(const std::string& origin, const std::string& note) override;

 private:
  WitnessDir(std::string path, int descriptor) : path_(std::move(path)), lock_(descriptor) {}

  const std::string path_;
  const int lock_;  // the directory itself, locked
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_WITNESS_WITNESS_DIR_H_
