// Entries and inclusion proofs of a log that lies in files, for whoever has the whole log and must
// not tell anybody which entries are of interest.
//
// Not thread-safe: it keeps the bundle and the tiles that were read last.
#ifndef SLUSS_GATEWAY_TLOG_LOG_FILES_H_
#define SLUSS_GATEWAY_TLOG_LOG_FILES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/tlog/merkle.h"

namespace sluss {

class LogFileReader {
 public:
  // One file of the log by its path. NOT_FOUND when there is none.
  using Read = std::function<absl::StatusOr<std::string>(const std::string& path)>;

  // `size`: of a checkpoint that was verified with these files (verifier.h).
  LogFileReader(Read read, uint64_t size) : read_(std::move(read)), size_(size) {}

  uint64_t size() const { return size_; }

  // INVALID_ARGUMENT unless index < size; NOT_FOUND names the missing file, DATA_LOSS the one at
  // fault.
  absl::StatusOr<std::string> Entry(uint64_t index);
  absl::StatusOr<std::vector<Hash>> ProofOf(uint64_t index);

 private:
  absl::StatusOr<Hash> Node(NodeId id);
  // The rows that a file has below this log's size, from the partial or the full one.
  absl::StatusOr<std::string> Part(uint64_t width, uint64_t* found,
                                   const std::function<std::string(uint64_t)>& path_of);

  const Read read_;
  const uint64_t size_;
  uint64_t bundle_ = ~uint64_t{0};
  std::vector<std::string> entries_;  // of that bundle
  std::map<std::pair<int, uint64_t>, std::vector<Hash>> tiles_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_LOG_FILES_H_
