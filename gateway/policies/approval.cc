#include "gateway/policies/approval.h"

#include "gateway/crypto/sha256.h"
#include "policy/canonical.h"

namespace sluss {
namespace {

std::string Length(absl::string_view value) {
  const size_t size = value.size();
  return {static_cast<char>(size >> 24), static_cast<char>(size >> 16),
          static_cast<char>(size >> 8), static_cast<char>(size)};
}

}  // namespace

std::string ApprovalDigest(const v1::Proposal& proposal) {
  const Sha256Digest digest =
      Sha256({"policy-approval/v1\n", Length(proposal.base_digest()), proposal.base_digest(),
              Length(proposal.digest()), proposal.digest(), Length(proposal.vocabulary_digest()),
              proposal.vocabulary_digest(), Length(proposal.diff()), proposal.diff()});
  return std::string(AsStringView(digest));
}

std::string VocabularyDigest(const PolicySet& set) {
  return Sha256String(CanonicalBytes(set.bundle().vocabulary()));
}

}  // namespace sluss
