#include "gateway/tlog/proof_file.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"
#include "gateway/tlog/strict_text.h"

namespace sluss {
namespace {

constexpr absl::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr size_t kMaxPath = 64;  // a tree of 2^64 entries

absl::Status Fault(int line, absl::string_view expected) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, " of the proof is not ", expected));
}

}  // namespace

std::string FormatProofFile(const ProofFile& proof) {
  std::string text = absl::StrCat(kFirstLine, "\n");
  if (proof.extra) absl::StrAppend(&text, "extra ", absl::Base64Escape(*proof.extra), "\n");
  absl::StrAppend(&text, "index ", proof.index, "\n");
  for (const Hash& hash : proof.path) absl::StrAppend(&text, FormatHash(hash), "\n");
  absl::StrAppend(&text, "\n", proof.checkpoint);
  return text;
}

absl::StatusOr<ProofFile> ParseProofFile(absl::string_view text) {
  ProofFile proof;
  int number = 1;
  std::optional<absl::string_view> line = TakeLine(&text);
  if (line != kFirstLine) return Fault(number, absl::StrCat("`", kFirstLine, "`"));

  ++number;
  line = TakeLine(&text);
  if (line && absl::ConsumePrefix(&*line, "extra ")) {
    proof.extra = ParseBase64(*line);
    if (!proof.extra) return Fault(number, "`extra <base64>`");
    ++number;
    line = TakeLine(&text);
  }

  std::optional<uint64_t> index;
  if (line && absl::ConsumePrefix(&*line, "index ")) index = ParseDecimal(*line);
  if (!index) return Fault(number, "`index <number>`");
  proof.index = *index;

  for (++number; (line = TakeLine(&text)) && !line->empty(); ++number) {
    const std::optional<Hash> hash = ParseHash(*line);
    if (!hash || proof.path.size() == kMaxPath) return Fault(number, "a hash in base64");
    proof.path.push_back(*hash);
  }
  if (!line) return Fault(number, "the empty line before the checkpoint");
  proof.checkpoint = std::string(text);
  RETURN_IF_ERROR(ParseNote(text).status());
  return proof;
}

absl::StatusOr<Checkpoint> VerifyProofFile(const ProofFile& proof, absl::string_view entry,
                                           const VerifierKey& key) {
  ASSIGN_OR_RETURN(Checkpoint checkpoint, OpenCheckpoint(proof.checkpoint, key));
  RETURN_IF_ERROR(
      VerifyInclusion(LeafHash(entry), proof.index, checkpoint.size, proof.path, checkpoint.root));
  return checkpoint;
}

}  // namespace sluss
