// The officer's bundle: what lies in it, and the text of its own files.
//
//   checkpoint, tile/..., checkpoints/<N>, timestamps/<N>/..., verifier-key   the log: tile.h
//   bundle.json                  what was asked for, and which entry of the log says so
//   openings.ndjson              a line for each entry of the period that commits to something
//   policies/<sha256>.binpb      a version that decided in the period, as its digest is over it
//   policies/<sha256>.txtpb      the same for people
//   report.html, README.txt      what is in it, and how to check it
//
//   {"entry":17,"event":"<32 hex>","fields":{"officer":{"salt":"<64 hex>","text":"..."}}}
//   {"entry":18,"event":"<32 hex>","erased":true}
//
// A value that is no plain text stands under `hex` in the place of `text`. Pure; thread-safe.
#ifndef SLUSS_GATEWAY_VERIFY_BUNDLE_LAYOUT_H_
#define SLUSS_GATEWAY_VERIFY_BUNDLE_LAYOUT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/export.pb.h"
#include "proto/record.pb.h"

namespace sluss {

inline constexpr absl::string_view kBundlePath = "bundle.json";
inline constexpr absl::string_view kOpeningsPath = "openings.ndjson";
inline constexpr absl::string_view kReportPath = "report.html";
inline constexpr absl::string_view kReadmePath = "README.txt";
inline constexpr absl::string_view kPoliciesFolder = "policies/";
inline constexpr absl::string_view kBundleOutcome = "bundle";  // of the entry of the export

std::string PolicyPath(absl::string_view digest);      // of its bytes
std::string PolicyTextPath(absl::string_view digest);  // for people
// The digest that a path is of; empty for any other path.
std::string PolicyDigestIn(absl::string_view path);

// Whether a bundle has a file of this name. Each file has one spelling.
bool IsBundlePath(absl::string_view path);

// "officer", "reasons"; "field 12" for what only a newer program names.
std::string CommitmentName(uint32_t tag);
// 0 for a name that there is not.
uint32_t CommitmentTag(absl::string_view name);
// What a bundle opens unless it is asked otherwise: all but the number that leads to the child.
std::vector<uint32_t> StandardTags();

// ---- What a bundle is about
bool InScope(const v1::BundleHead& head, const v1::AuditLeaf& leaf);
// The commitments of an entry that the bundle opens.
std::vector<const v1::Commitment*> ToOpen(const v1::BundleHead& head, const v1::AuditLeaf& leaf);

// ---- Its files. INVALID_ARGUMENT names what is wrong, never a value.
std::string FormatBundleHead(const v1::BundleHead& head);
absl::StatusOr<v1::BundleHead> ParseBundleHead(absl::string_view json);
std::string FormatOpening(const v1::EntryOpening& opening);  // without a newline
absl::StatusOr<v1::EntryOpening> ParseOpening(absl::string_view line);
std::string BundleReadme();

}  // namespace sluss

#endif  // SLUSS_GATEWAY_VERIFY_BUNDLE_LAYOUT_H_
