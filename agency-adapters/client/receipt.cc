#include "agency-adapters/client/receipt.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/field_error.h"
#include "gateway/tlog/proof_file.h"

namespace sluss {
namespace {

constexpr absl::string_view kLeafVersion = "\x01";

// Whatever is wrong with a proof, the answer that it came with counts as not given.
absl::Status NoProof(const absl::Status& status) {
  return absl::DataLossError(absl::StrCat("`receipt`: ", status.message()));
}

absl::Status Differs(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("`receipt`: the logged entry has another ", what, " than the answer"));
}

absl::Status CheckParties(const v1::AuditLeaf& leaf, const v1::Header& header) {
  if (leaf.message_id() != header.message_id()) return Differs("message");
  if (leaf.sender() != header.sender()) return Differs("sender");
  if (leaf.recipient() != header.recipient()) return Differs("recipient");
  if (leaf.purpose() != header.purpose()) return Differs("purpose");
  return absl::OkStatus();
}

absl::string_view VerdictText(v1::Verdict verdict) {
  switch (verdict) {
    case v1::VERDICT_PERMIT:
      return "PERMIT";
    case v1::VERDICT_PARTIAL:
      return "PARTIAL";
    case v1::VERDICT_DENY:
      return "DENY";
    default:
      return "no verdict";
  }
}

absl::Status CheckDecision(const v1::AuditLeaf& leaf, const v1::Decision& decision) {
  if (leaf.verdict() != std::string(VerdictText(decision.verdict()))) return Differs("verdict");
  std::set<std::string> passed, withheld;
  for (const v1::CategoryDecision& category : decision.category()) {
    (category.permitted() ? passed : withheld).insert(category.category());
  }
  if (std::set<std::string>(leaf.passed().begin(), leaf.passed().end()) != passed ||
      std::set<std::string>(leaf.withheld().begin(), leaf.withheld().end()) != withheld) {
    return Differs("set of categories");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ReceiptVerifier> ReceiptVerifier::Make(const v1::LogKey& log) {
  ASSIGN_OR_RETURN(VerifierKey key,
                   AtField("log.verifier_key", VerifierKey::Parse(log.verifier_key())));
  return ReceiptVerifier(std::move(key));
}

absl::StatusOr<v1::AuditLeaf> ReceiptVerifier::Verify(const v1::LogReceipt& receipt) const {
  const absl::StatusOr<ProofFile> proof = ParseProofFile(receipt.proof());
  if (!proof.ok()) return NoProof(proof.status());
  const absl::Status status = VerifyProofFile(*proof, receipt.leaf(), key_).status();
  if (!status.ok()) return NoProof(status);
  if (proof->index != receipt.index()) return Differs("index");
  absl::string_view entry = receipt.leaf();
  v1::AuditLeaf leaf;
  if (!absl::ConsumePrefix(&entry, kLeafVersion) || !leaf.ParseFromString(std::string(entry))) {
    return absl::DataLossError("`receipt`: the leaf is not an entry of the disclosure log");
  }
  return leaf;
}

absl::Status ReceiptVerifier::VerifySubmission(const v1::Header& header,
                                               const v1::SubmitResponse& answer) const {
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, Verify(answer.receipt()));
  if (leaf.kind() != v1::DECISION) return Differs("kind");
  RETURN_IF_ERROR(CheckParties(leaf, header));
  return CheckDecision(leaf, answer.decision());
}

absl::Status ReceiptVerifier::VerifyDelivery(const v1::Header& header,
                                             const v1::Notification& notification) const {
  ASSIGN_OR_RETURN(const v1::AuditLeaf leaf, Verify(notification.receipt()));
  if (leaf.kind() != v1::DELIVERY) return Differs("kind");
  RETURN_IF_ERROR(CheckParties(leaf, header));
  return CheckDecision(leaf, notification.decision());
}

}  // namespace sluss
