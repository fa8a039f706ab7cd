#include "gateway/tlog/tile.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace sluss {
namespace {

std::string NumberedPath(absl::string_view prefix, uint64_t index, uint64_t width) {
  std::string number = absl::StrFormat("%03d", index % 1000);
  for (index /= 1000; index > 0; index /= 1000) {
    number = absl::StrFormat("x%03d/%s", index % 1000, number);
  }
  return absl::StrCat(prefix, "/", number, width < kTileWidth ? absl::StrCat(".p/", width) : "");
}

}  // namespace

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
