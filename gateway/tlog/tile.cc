#include "gateway/tlog/tile.h"

#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gateway/tlog/strict_text.h"

namespace sluss {
namespace {

constexpr uint64_t kMaxTileLevel = 7;  // 8 x 8 bits: no tree is higher

std::string NumberedPath(absl::string_view prefix, uint64_t index, uint64_t width) {
  std::string number = absl::StrFormat("%03d", index % 1000);
  for (index /= 1000; index > 0; index /= 1000) {
    number = absl::StrFormat("x%03d/%s", index % 1000, number);
  }
  return absl::StrCat(prefix, "/", number, width < kTileWidth ? absl::StrCat(".p/", width) : "");
}

// More groups than this do not fit into 64 bits.
constexpr size_t kMaxGroups = 6;

// The number that `x001/x234/067` stands for. Whether it is spelt right, the caller finds out by
// spelling it again.
std::optional<uint64_t> ParseNumber(absl::string_view text) {
  const std::vector<absl::string_view> groups = absl::StrSplit(text, '/');
  if (groups.size() > kMaxGroups) return std::nullopt;
  uint64_t number = 0;
  for (absl::string_view group : groups) {
    absl::ConsumePrefix(&group, "x");
    if (group.size() != 3) return std::nullopt;
    for (const char digit : group) {
      if (!absl::ascii_isdigit(static_cast<unsigned char>(digit))) return std::nullopt;
      number = number * 10 + (digit - '0');
    }
  }
  return number;
}

// The number in a path between `before` and `after`.
std::optional<uint64_t> NumberBetween(absl::string_view path, absl::string_view before,
                                      absl::string_view after) {
  if (!absl::ConsumePrefix(&path, before) || !absl::ConsumeSuffix(&path, after)) {
    return std::nullopt;
  }
  return ParseNumber(path);
}

std::optional<LogPath> ParseTilePath(absl::string_view path) {
  if (!absl::ConsumePrefix(&path, "tile/")) return std::nullopt;
  LogPath parsed;
  const size_t slash = path.find('/');
  if (slash == absl::string_view::npos) return std::nullopt;
  const absl::string_view level = path.substr(0, slash);
  path.remove_prefix(slash + 1);
  parsed.kind = level == "entries" ? LogPath::Kind::kEntries : LogPath::Kind::kTile;
  if (parsed.kind == LogPath::Kind::kTile) {
    const std::optional<uint64_t> number = ParseDecimal(level);
    if (!number || *number > kMaxTileLevel) return std::nullopt;
    parsed.tile_level = static_cast<int>(*number);
  }
  parsed.width = kTileWidth;
  if (const size_t partial = path.find(".p/"); partial != absl::string_view::npos) {
    const std::optional<uint64_t> width = ParseDecimal(path.substr(partial + 3));
    if (!width || *width == 0 || *width >= kTileWidth) return std::nullopt;
    parsed.width = *width;
    path = path.substr(0, partial);
  }
  const std::optional<uint64_t> index = ParseNumber(path);
  if (!index) return std::nullopt;
  parsed.index = *index;
  return parsed;
}

std::optional<LogPath> Parse(absl::string_view path) {
  using Kind = LogPath::Kind;
  if (path == kCheckpointPath) return LogPath{.kind = Kind::kCheckpoint};
  if (path == kVerifierKeyPath) return LogPath{.kind = Kind::kVerifierKey};
  if (const auto n = NumberBetween(path, "checkpoints/", "")) {
    return LogPath{.kind = Kind::kKept, .index = *n};
  }
  if (const auto n = NumberBetween(path, "timestamps/", "/checkpoint")) {
    return LogPath{.kind = Kind::kStamped, .index = *n};
  }
  if (const auto n = NumberBetween(path, "timestamps/", "/response.tsr")) {
    return LogPath{.kind = Kind::kTimestamp, .index = *n};
  }
  return ParseTilePath(path);
}

std::string Spell(const LogPath& path) {
  switch (path.kind) {
    case LogPath::Kind::kCheckpoint:
      return std::string(kCheckpointPath);
    case LogPath::Kind::kVerifierKey:
      return std::string(kVerifierKeyPath);
    case LogPath::Kind::kKept:
      return KeptCheckpointPath(path.index);
    case LogPath::Kind::kStamped:
      return StampedCheckpointPath(path.index);
    case LogPath::Kind::kTimestamp:
      return TimestampPath(path.index);
    case LogPath::Kind::kTile:
      return TilePath(path.tile_level, path.index, path.width);
    case LogPath::Kind::kEntries:
      return EntriesPath(path.index, path.width);
  }
  return "";
}

}  // namespace

std::optional<LogPath> ParseLogPath(absl::string_view path) {
  const std::optional<LogPath> parsed = Parse(path);
  return parsed && Spell(*parsed) == path ? parsed : std::nullopt;
}

std::string KeptCheckpointPath(uint64_t number) {
  return NumberedPath("checkpoints", number, kTileWidth);
}

std::string StampedCheckpointPath(uint64_t number) {
  return absl::StrCat(NumberedPath("timestamps", number, kTileWidth), "/checkpoint");
}

std::string TimestampPath(uint64_t number) {
  return absl::StrCat(NumberedPath("timestamps", number, kTileWidth), "/response.tsr");
}

std::string TilePath(int tile_level, uint64_t index, uint64_t width) {
  return NumberedPath(absl::StrCat("tile/", tile_level), index, width);
}

std::string EntriesPath(uint64_t index, uint64_t width) {
  return NumberedPath("tile/entries", index, width);
}

std::string TileBytes(std::span<const Hash> hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * kHashBytes);
  for (const Hash& hash : hashes) absl::StrAppend(&bytes, AsStringView(hash));
  return bytes;
}

absl::StatusOr<std::vector<Hash>> ParseTile(absl::string_view bytes, uint64_t width) {
  if (bytes.size() != width * kHashBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a tile of ", width, " hashes is ", width * kHashBytes, " bytes, not ", bytes.size()));
  }
  std::vector<Hash> hashes(width);
  for (size_t i = 0; i < width; ++i) {
    std::memcpy(hashes[i].data(), bytes.data() + i * kHashBytes, kHashBytes);
  }
  return hashes;
}

absl::Status AppendToBundle(absl::string_view entry, std::string* bundle) {
  if (entry.size() > kMaxEntryBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("an entry is at most ", kMaxEntryBytes, " bytes, not ", entry.size()));
  }
  bundle->push_back(static_cast<char>(entry.size() >> 8));
  bundle->push_back(static_cast<char>(entry.size() & 0xff));
  absl::StrAppend(bundle, entry);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<absl::string_view>> ParseBundle(absl::string_view bytes, uint64_t width,
                                                           uint64_t first_entry) {
  std::vector<absl::string_view> entries;
  const auto fault = [&](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(what, " entry ", first_entry + entries.size()));
  };
  while (entries.size() < width) {
    if (bytes.size() < 2) return fault("the file ends before");
    const size_t length =
        static_cast<size_t>(static_cast<uint8_t>(bytes[0])) << 8 | static_cast<uint8_t>(bytes[1]);
    bytes.remove_prefix(2);
    if (length > kMaxEntryBytes) return fault("there is an impossible length before");
    if (bytes.size() < length) return fault("the file ends within");
    entries.push_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  if (!bytes.empty()) return fault("the file goes on where it must end before");
  return entries;
}

}  // namespace sluss
