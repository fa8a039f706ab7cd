// Everything the log's reader parses from strangers: notes, checkpoints, verifier keys, proof
// files, tiles, entry bundles, saved states, paths that are asked for, policies of witnesses. What
// parses must be written the same way again.
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "gateway/tlog/appender.h"
#include "gateway/tlog/checkpoint.h"
#include "gateway/tlog/history.h"
#include "gateway/tlog/proof_file.h"
#include "gateway/tlog/tile.h"
#include "gateway/tlog/witness_policy.h"

namespace {

void Require(bool ok) {
  if (!ok) std::abort();
}

void ParseBinary(absl::string_view bytes) {
  if (const auto entries = sluss::ParseBundle(bytes, /*width=*/3, /*first_entry=*/0);
      entries.ok()) {
    std::string again;
    for (const absl::string_view entry : *entries) {
      Require(sluss::AppendToBundle(entry, &again).ok());
      (void)sluss::ParseEntry(entry);
    }
    Require(again == std::string(bytes));
  }
  if (const auto tile = sluss::ParseTile(bytes, bytes.size() / 32); tile.ok()) {
    Require(sluss::TileBytes(*tile) == std::string(bytes));
  }
  if (const auto tree = sluss::Appender::Restore(bytes); tree.ok()) {
    (void)tree->root();
    Require(tree->Save() == std::string(bytes));
  }
}

void ParseText(absl::string_view text) {
  if (const auto note = sluss::ParseNote(text); note.ok()) {
    Require(!note->signatures.empty());
    (void)sluss::ParseCheckpointText(note->text);
  }
  if (const auto key = sluss::VerifierKey::Parse(text); key.ok()) {
    Require(key->ToString() == std::string(text));
  }
  if (const auto path = sluss::ParseLogPath(text);
      path && path->kind == sluss::LogPath::Kind::kTile) {
    Require(sluss::TilePath(path->tile_level, path->index, path->width) == std::string(text));
  }
  if (const auto policy = sluss::WitnessPolicy::Parse(text); policy.ok()) {
    std::set<std::string> all;
    for (const sluss::PolicyWitness& witness : policy->witnesses()) all.insert(witness.key.Label());
    Require(policy->IsQuorum(all));  // whatever it asks for can be had
  }
  if (const auto proof = sluss::ParseProofFile(text); proof.ok()) {
    Require(sluss::FormatProofFile(*proof) == std::string(text));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  ParseBinary(input);
  ParseText(input);
  return 0;
}
