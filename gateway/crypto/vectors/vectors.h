// Runs published test vectors against the module, whatever file they come in.
//
// A file is searched for objects of the shapes below, told apart by their fields; other fields are
// ignored, and fields that a case lacks are not checked. Hex everywhere.
//   RFC 9497   suites {mode, seed, keyInfo, skSm, pkSm, vectors [...]}
//   RFC 9380   expand_message_xmd {DST, hash, tests [{msg, len_in_bytes, uniform_bytes ...}]}
//   RFC 9496   {generator_multiples, invalid_encodings, one_way_map}
//   RFC 9180   {mode, kem_id, kdf_id, aead_id, ..., encryptions [...], exports [...]}
//   Wycheproof {testGroups [...]} of X25519 (XdhComp) and Ed25519 (EddsaVerify)
#ifndef SLUSS_GATEWAY_CRYPTO_VECTORS_VECTORS_H_
#define SLUSS_GATEWAY_CRYPTO_VECTORS_VECTORS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json_fwd.hpp"

namespace sluss {

// How a run ended. A case is one line of a published table: one key pair, one ciphertext, one
// proof.
class VectorReport {
 public:
  // Counts one case: OK passes, UNIMPLEMENTED is skipped, anything else fails.
  void Add(absl::string_view name, const absl::Status& result);

  int passed() const { return passed_; }
  int failed() const { return failed_; }
  int skipped() const { return skipped_; }
  // "<name>: <what differed>", one for each failure.
  const std::vector<std::string>& failures() const { return failures_; }

 private:
  int passed_ = 0;
  int failed_ = 0;
  int skipped_ = 0;
  std::vector<std::string> failures_;
};

// Everything found in the text of a file. Text that is not JSON, or has no vectors of a known
// shape, counts as one failure.
void RunVectorText(absl::string_view file, absl::string_view text, VectorReport* report);

// One object of each shape.
void RunOprfSuite(const nlohmann::json& suite, VectorReport* report);
void RunExpandMessage(const nlohmann::json& group, VectorReport* report);
void RunRistretto(const nlohmann::json& tables, VectorReport* report);
void RunHpke(const nlohmann::json& vector, VectorReport* report);
void RunWycheproofGroup(const nlohmann::json& group, VectorReport* report);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_VECTORS_VECTORS_H_
