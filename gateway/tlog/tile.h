// Paths and bytes of C2SP tlog-tiles: how a log lies in files or behind a web server.
//
//   checkpoint                    the signed head, the only file that changes
//   tile/<L>/<N>[.p/<W>]          W hashes of 32 bytes, level 8L of the tree; 256 when full
//   tile/entries/<N>[.p/<W>]      W times (u16be length || entry)
//   checkpoints/<N>               every checkpoint that was ever published, counted from 0 (*)
//   timestamps/<N>/checkpoint     one that an authority stamped, as it was stamped (*)
//   timestamps/<N>/response.tsr   what the authority answered, RFC 3161 (*)
//   verifier-key                  the log's key, for the reader's convenience (*)
//   <N>                           groups of 3 digits, all but the last begin with x: x001/x234/067
//
// What is marked (*) is not of tlog-tiles.
//
// A tree of size s has s >> 8L hashes at tile level L; a partial tile holds the last of them when
// their number is no multiple of 256. Pure functions, thread-safe.
#ifndef SLUSS_GATEWAY_TLOG_TILE_H_
#define SLUSS_GATEWAY_TLOG_TILE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/tlog/merkle.h"

namespace sluss {

inline constexpr int kTileHeight = 8;
inline constexpr uint64_t kTileWidth = 256;
inline constexpr size_t kHashBytes = 32;
inline constexpr size_t kMaxEntryBytes = 8192;
inline constexpr absl::string_view kCheckpointPath = "checkpoint";
// Not of tlog-tiles: the log's verifier key, put beside an export for the reader's convenience.
inline constexpr absl::string_view kVerifierKeyPath = "verifier-key";

// How many hashes a tree of this size has at a tile level.
constexpr uint64_t HashesAt(int tile_level, uint64_t size) {
  return kTileHeight * tile_level < 64 ? size >> (kTileHeight * tile_level) : 0;
}

// `width` is 1..256; 256 is the full tile, without a `.p` part.
std::string TilePath(int tile_level, uint64_t index, uint64_t width);
std::string EntriesPath(uint64_t index, uint64_t width);
std::string KeptCheckpointPath(uint64_t number);
std::string StampedCheckpointPath(uint64_t number);
std::string TimestampPath(uint64_t number);

// What a path asks for.
struct LogPath {
  enum class Kind { kCheckpoint, kKept, kTile, kEntries, kStamped, kTimestamp, kVerifierKey };
  Kind kind = Kind::kCheckpoint;
  int tile_level = 0;  // of a tile
  uint64_t index = 0;  // of tile or bundle; number of a kept checkpoint or timestamp
  uint64_t width = 0;  // of tile or bundle
};
// `path` without a leading slash. Empty unless it is spelt exactly as above: one spelling a file.
std::optional<LogPath> ParseLogPath(absl::string_view path);

// Hashes one after the other.
std::string TileBytes(std::span<const Hash> hashes);
// INVALID_ARGUMENT unless the bytes are exactly `width` hashes.
absl::StatusOr<std::vector<Hash>> ParseTile(absl::string_view bytes, uint64_t width);

// INVALID_ARGUMENT when the entry is larger than kMaxEntryBytes.
absl::Status AppendToBundle(absl::string_view entry, std::string* bundle);
// Views into `bytes`. INVALID_ARGUMENT unless the bytes are exactly `width` entries with nothing
// after them; the error names the entry at fault, counted from `first_entry`.
absl::StatusOr<std::vector<absl::string_view>> ParseBundle(absl::string_view bytes, uint64_t width,
                                                           uint64_t first_entry);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_TLOG_TILE_H_
