// What is published of the log: its files, byte for byte the same over HTTPS and in a directory.
//
// `checkpoint` and the tiles and entries below it are C2SP tlog-tiles; `checkpoints/<N>` is every
// checkpoint that was ever published, with the cosignatures that it has got since, and nothing
// beyond the newest of them is shown.
#ifndef SLUSS_GATEWAY_PUBLICATION_PUBLISHED_FILES_H_
#define SLUSS_GATEWAY_PUBLICATION_PUBLISHED_FILES_H_

#include <functional>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/exchange/store.h"

namespace sluss {

// The number of the checkpoint that readers are given as the newest; nothing before the first.
using ShownCheckpoint = std::function<absl::StatusOr<std::optional<uint64_t>>(const StoreView&)>;
// The newest published, cosigned or not.
absl::StatusOr<std::optional<uint64_t>> NewestPublished(const StoreView& view);

struct PublishedFile {
  std::string bytes;
  bool text = false;       // else octets
  bool immutable = false;  // the same for ever: may be cached
};

// A published checkpoint as readers get it: the log's signatures, then the witnesses'.
absl::StatusOr<std::string> CosignedNote(const StoreView& view,
                                         const PublishedCheckpoint& checkpoint);

// One file by its path ("tile/0/000"). NOT_FOUND for whatever is not published (yet); else an error
// of the view. As thread-safe as the view.
absl::StatusOr<PublishedFile> ReadPublished(const StoreView& view, absl::string_view path,
                                            const ShownCheckpoint& shown,
                                            absl::string_view verifier_key);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_PUBLICATION_PUBLISHED_FILES_H_
