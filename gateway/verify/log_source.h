// The files that are verified, wherever they lie: in a directory, or in a zip that is read as it is
// and never unpacked.
//
// A source is not trusted: names and sizes are checked before a byte is read, and no file is read
// beyond the size that the caller allows, whatever it says of itself.
#ifndef SLUSS_GATEWAY_VERIFY_LOG_SOURCE_H_
#define SLUSS_GATEWAY_VERIFY_LOG_SOURCE_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/tlog/tile.h"

namespace sluss {

// The largest file that is read at once: a full bundle of the largest entries.
inline constexpr size_t kLargestLogFile = kTileWidth * (2 + kMaxEntryBytes);

// A text file read line by line, so that its length costs no memory. Not thread-safe; dies before
// its source.
class LineReader {
 public:
  virtual ~LineReader() = default;
  // Without its newline; empty at the end. INVALID_ARGUMENT where a line is longer than 64 KiB or
  // the last one does not end; otherwise as LogSource::Read.
  virtual absl::StatusOr<std::optional<std::string>> Next() = 0;
};

// Not thread-safe.
class LogSource {
 public:
  virtual ~LogSource() = default;

  // NOT_FOUND where there is no such file; INVALID_ARGUMENT where it is larger than `max_bytes`;
  // DATA_LOSS where it is damaged.
  virtual absl::StatusOr<std::string> Read(const std::string& path,
                                           size_t max_bytes = kLargestLogFile) const = 0;
  virtual absl::StatusOr<std::unique_ptr<LineReader>> ReadLines(const std::string& path) const = 0;
  // Of every file below `folder` ("policies/"), from the root on.
  virtual absl::StatusOr<std::set<std::string>> Below(const std::string& folder) const = 0;
};

// NOT_FOUND unless `path` is a directory or a zip; of a zip also the errors of OpenZipSource.
absl::StatusOr<std::unique_ptr<LogSource>> OpenLogSource(const std::string& path);

inline constexpr size_t kLongestLine = 64 << 10;

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_LOG_SOURCE_H_
