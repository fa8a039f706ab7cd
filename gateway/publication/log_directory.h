// The stored log as files: a tlog-tiles directory that anyone's verifier reads, and that any web
// server can serve.
//
// Each file is whole and on disk before it has its name, and `checkpoint` is written last, so that
// neither a reader nor a loss of power finds a checkpoint whose tiles are not there. Full tiles
// that are there already are not written again. The gateway may go on meanwhile: what lies below
// a signed head never changes.
//
// FAILED_PRECONDITION when the directory holds another log or a longer one; nothing is written
// then. UNAVAILABLE where a file cannot be written.
#ifndef SLUSS_GATEWAY_PUBLICATION_LOG_DIRECTORY_H_
#define SLUSS_GATEWAY_PUBLICATION_LOG_DIRECTORY_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/exchange/store.h"
#include "gateway/publication/published_files.h"
#include "gateway/tlog/note.h"

namespace sluss {

// The whole log, up to the head that was signed last, whether published or not; with it what was
// published and what was said of that. Makes `directory` where it is missing; returns the log's
// size. With `key`, the checkpoint is verified first and the key is left beside it.
absl::StatusOr<uint64_t> ExportLog(const StoreView& view, const std::string& directory,
                                   const std::optional<VerifierKey>& key);

// Exactly what is published, kept up to date. Not thread-safe.
class PublishedDirectory {
 public:
  // `verifier_key` as text; empty: none is left.
  PublishedDirectory(std::string path, std::string verifier_key)
      : path_(std::move(path)), verifier_key_(std::move(verifier_key)) {}

  // The first time, whatever is missing; then, what is new.
  absl::Status Update(const StoreView& view, const ShownCheckpoint& shown);
  // This checkpoint has got another cosignature: the next update writes it again.
  void Cosigned(uint64_t number) { cosigned_.insert(number); }

 private:
  const std::string path_;
  const std::string verifier_key_;
  // What is there already.
  uint64_t entries_ = 0;
  uint64_t checkpoints_ = 0;
  uint64_t timestamps_ = 0;
  std::set<uint64_t> cosigned_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_PUBLICATION_LOG_DIRECTORY_H_
