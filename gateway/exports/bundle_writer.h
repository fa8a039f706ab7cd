// An officer's bundle as one zip, from whatever hands out its parts.
#ifndef SLUSS_GATEWAY_EXPORTS_BUNDLE_WRITER_H_
#define SLUSS_GATEWAY_EXPORTS_BUNDLE_WRITER_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/verify/bundle_page.h"
#include "proto/export.pb.h"

namespace sluss {

// Where a bundle's parts come from: a gateway, or a fake. Called by one thread.
class BundleFeed {
 public:
  virtual ~BundleFeed() = default;
  virtual absl::StatusOr<v1::BundleHead> Head() = 0;
  // In the order of the log; empty at the end.
  virtual absl::StatusOr<std::optional<v1::EntryOpening>> NextOpening() = 0;
  // A file of the log or of the policies, by its path in the bundle.
  virtual absl::StatusOr<std::string> ReadFile(const std::string& path) = 0;
};

struct WrittenBundle {
  v1::BundleHead head;
  BundleTally tally;
};

// Writes it to `path`, which must not be there yet. The log's entries and the openings pass through
// memory a file at a time. What came is not verified. Errors of the feed, and those of ZipWriter.
absl::StatusOr<WrittenBundle> WriteBundle(BundleFeed* feed, const std::string& path);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_BUNDLE_WRITER_H_
