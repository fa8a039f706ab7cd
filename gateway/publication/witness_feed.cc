#include "gateway/publication/witness_feed.h"

#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"
#include "gateway/publication/log_tiles.h"
#include "gateway/tlog/strict_text.h"

namespace sluss {
namespace {

// It tells its size once, and once more where somebody else showed it a checkpoint meanwhile.
constexpr int kAttempts = 3;

std::string RequestBody(uint64_t old_size, const std::vector<Hash>& proof,
                        const std::string& note) {
  std::string body = absl::StrCat("old ", old_size, "\n");
  for (const Hash& hash : proof) absl::StrAppend(&body, FormatHash(hash), "\n");
  return absl::StrCat(body, "\n", note);
}

absl::StatusOr<uint64_t> SizeLastCosigned(const StoreView& store, const std::string& label) {
  ASSIGN_OR_RETURN(const auto last, store.LastCosignature(label));
  if (!last.has_value()) return uint64_t{0};
  ASSIGN_OR_RETURN(const auto checkpoint, store.FindPublished(last->number));
  return checkpoint.has_value() ? checkpoint->size : uint64_t{0};
}

absl::Status Refused(int status) {
  const std::string text = absl::StrCat("it answers ", status);
  switch (status) {
    case 400:
      return absl::InvalidArgumentError(absl::StrCat(text, ": it does not understand the request"));
    case 401:
    case 403:
      return absl::InvalidArgumentError(
          absl::StrCat(text, ": give its operator this log's verifier key, and certificate"));
    case 404:
      return absl::InvalidArgumentError(
          absl::StrCat(text, ": it does not watch this log, or its URL is another"));
    case 422:
      return absl::FailedPreconditionError(absl::StrCat(
          text,
          ": what it was shown before is not the beginning of this log: a restored backup, a "
          "rewritten entry or a second gateway under this log's name"));
    default:
      return absl::UnavailableError(text);
  }
}

}  // namespace

absl::Status WitnessFeed::Offer(const PublishedCheckpoint& checkpoint) {
  if (!known_.has_value()) {
    ASSIGN_OR_RETURN(known_, SizeLastCosigned(*store_, witness_->key.Label()));
  }
  ASSIGN_OR_RETURN(const LogTiles tiles, LogTiles::Of(*store_));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (*known_ > checkpoint.size) return absl::UnavailableError("it has a newer one already");
    ASSIGN_OR_RETURN(const std::vector<Hash> proof,
                     tiles.ConsistencyBetween(*known_, checkpoint.size));
    ASSIGN_OR_RETURN(const HttpReply reply,
                     poster_->Post(absl::StrCat(witness_->url, "/add-checkpoint"), "text/plain",
                                   RequestBody(*known_, proof, checkpoint.note)));
    if (reply.status == 200) return Keep(checkpoint, reply.body);
    if (reply.status != 409) return Refused(reply.status);
    RETURN_IF_ERROR(Learn(checkpoint, reply.body));
  }
  return absl::UnavailableError("it names another size each time it is asked");
}

absl::Status WitnessFeed::Learn(const PublishedCheckpoint& checkpoint, const std::string& answer) {
  const std::optional<uint64_t> size = ParseDecimal(absl::StripSuffix(answer, "\n"));
  if (!size.has_value()) return absl::UnavailableError("it answers 409 without a size");
  if (*size == *known_) {
    return absl::FailedPreconditionError(absl::StrCat(
        "it was shown another tree of ", *size, " entries under this log's name: two histories"));
  }
  ASSIGN_OR_RETURN(const auto newest, store_->LastPublished());
  if (newest.has_value() && *size > newest->size) {
    return absl::FailedPreconditionError(
        absl::StrCat("it has seen ", *size, " entries under this log's name, of which only ",
                     newest->size, " were published here: a restored backup, or a second gateway"));
  }
  known_ = *size;
  return absl::OkStatus();
}

absl::Status WitnessFeed::Keep(const PublishedCheckpoint& checkpoint, const std::string& answer) {
  const absl::StatusOr<Note> note = ParseNote(absl::StrCat(checkpoint.note, answer));
  if (!note.ok()) return absl::PermissionDeniedError("it answers with no cosignature");
  RETURN_IF_ERROR(witness_->key.Verify(*note).status());
  CosignatureRow row{checkpoint.number, witness_->key.Label(), ledger_->clock().Now(), ""};
  for (const NoteSignature& line : note->signatures) {
    if (witness_->key.Owns(line)) row.line = witness_->key.Line(line);
  }
  const auto keep = [&](Recorder& recorder) { return recorder.store().PutCosignature(row); };
  RETURN_IF_ERROR(ledger_->Run(keep).status());
  known_ = checkpoint.size;
  return absl::OkStatus();
}

}  // namespace sluss
