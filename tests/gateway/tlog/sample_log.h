// A log of made-up disclosures in memory, as tlog-tiles: what verifier tests and benchmarks read.
#ifndef SLUSS_TESTS_GATEWAY_TLOG_SAMPLE_LOG_H_
#define SLUSS_TESTS_GATEWAY_TLOG_SAMPLE_LOG_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/crypto/secret.h"
#include "gateway/tlog/appender.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/tile.h"
#include "gateway/tlog/verifier.h"
#include "proto/record.pb.h"

namespace sluss::testing {

using FileMap = std::map<std::string, std::string>;  // path -> bytes

inline constexpr char kSampleOrigin[] = "log.sluss.example/gw1";

inline SigningKey SampleLogKey() {
  return *SigningKey::FromSeed(SecretBytes(std::string(32, 'L'), InsecureSecretAccess::Get()));
}

inline VerifierKey SampleVerifierKey() {
  return *VerifierKey::Make(kSampleOrigin, SampleLogKey().public_key());
}

inline std::string Id16(const std::string& text) {
  return std::string(AsStringView(LeafHash(text)).substr(0, 16));
}

inline std::string Serialised(const v1::AuditLeaf& leaf) {
  return absl::StrCat("\x01", leaf.SerializeAsString());
}

// Entry `i` of the sample story: message after message, each decided, delivered and acknowledged.
inline v1::AuditLeaf SampleLeaf(uint64_t i) {
  static constexpr v1::RecordKind kSteps[] = {v1::DECISION, v1::DELIVERY, v1::ACKNOWLEDGEMENT};
  v1::AuditLeaf leaf;
  leaf.set_event_id(Id16(absl::StrCat("event ", i)));
  leaf.set_gateway("gateway/gw1");
  leaf.set_counter(i + 1);
  leaf.set_time_us(1764000000000000 + static_cast<int64_t>(i) * 1000);
  leaf.set_kind(kSteps[i % 3]);
  leaf.set_verdict(i % 3 < 2 ? "PERMIT" : "");
  leaf.set_sender("school/ekbacken");
  leaf.set_recipient("social-services/sundby");
  leaf.set_purpose("PROTECTION");
  leaf.add_legal_basis("SOL-2025-19-1");
  leaf.set_message_id(Id16(absl::StrCat("message ", i / 3)));
  return leaf;
}

inline std::vector<std::string> SampleEntries(uint64_t count) {
  std::vector<std::string> entries;
  for (uint64_t i = 0; i < count; ++i) entries.push_back(Serialised(SampleLeaf(i)));
  return entries;
}

// The files of the log that has these entries, signed by SampleLogKey.
inline FileMap LogFilesOf(const std::vector<std::string>& entries) {
  FileMap files;
  Appender tree;
  std::vector<Hash> leaves;
  for (const std::string& entry : entries) leaves.push_back(LeafHash(entry));
  for (const FullTile& tile : tree.Append(leaves)) {
    files[TilePath(tile.tile_level, tile.index, kTileWidth)] = tile.hashes;
  }
  for (int level = 0; HashesAt(level, tree.size()) > 0; ++level) {
    const auto partial = tree.PartialTile(level);
    const uint64_t index = HashesAt(level, tree.size()) / kTileWidth;
    if (!partial.empty()) files[TilePath(level, index, partial.size())] = TileBytes(partial);
  }
  for (uint64_t first = 0; first < entries.size(); first += kTileWidth) {
    const uint64_t width = std::min<uint64_t>(kTileWidth, entries.size() - first);
    std::string& bundle = files[EntriesPath(first / kTileWidth, width)];
    for (uint64_t i = 0; i < width; ++i) (void)AppendToBundle(entries[first + i], &bundle);
  }
  files[std::string(kCheckpointPath)] =
      SignCheckpoint({kSampleOrigin, tree.size(), tree.root()}, SampleLogKey());
  return files;
}

inline absl::StatusOr<VerifiedLog> VerifyFiles(
    const FileMap& files, const std::optional<Checkpoint>& earlier = std::nullopt) {
  const auto read = [&](const std::string& path) -> absl::StatusOr<std::string> {
    const auto file = files.find(path);
    if (file == files.end()) return absl::NotFoundError("no such file");
    return file->second;
  };
  LogChecks checks;
  if (earlier) checks.seen.push_back({*earlier});
  return VerifyLog(read, SampleVerifierKey(), std::move(checks));
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_TLOG_SAMPLE_LOG_H_
