// What the gateway and the recipient both check of a notification: manifest, header, signature,
// pseudonym ciphertext, and the compartments that are there.
#ifndef SLUSS_GATEWAY_CRYPTO_MANIFEST_H_
#define SLUSS_GATEWAY_CRYPTO_MANIFEST_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/pseudonym.h"
#include "proto/notification.pb.h"

namespace sluss {

// A manifest whose signature and proof hold. `sender` and `recipient` live as long as the
// directory.
struct CheckedManifest {
  v1::Manifest manifest;
  v1::Header header;
  std::string digest;  // SHA-512 of the manifest's bytes
  const AgencyEntry* sender;
  const AgencyEntry* recipient;
  std::optional<NymCiphertext> nym_ciphertext;
  std::optional<NymCiphertext> access_ciphertext;  // decoded; CheckAccessProof checks the rest
};

// The three fields as carried. Every error begins with the field at fault.
absl::StatusOr<CheckedManifest> CheckManifest(absl::string_view manifest,
                                              absl::string_view signature,
                                              absl::string_view nym_proof,
                                              const KeyDirectory& directory);

// That the officer's copy holds the number of the pseudonym ciphertext. The gateway's to check, for
// every message: a recipient has no use for the copy.
absl::Status CheckAccessProof(const CheckedManifest& manifest, absl::string_view access_proof,
                              const KeyDirectory& directory);

// By which key directory it says that it was made, not believed yet. INVALID_ARGUMENT as above
// where it cannot be read.
absl::StatusOr<std::string> DirectoryNamedIn(absl::string_view manifest);

using Compartments = google::protobuf::RepeatedPtrField<v1::Compartment>;

// That each compartment is well-formed, for the recipient, alone in its category and one of the
// manifest's. How many of the manifest's are missing is left to the caller.
absl::Status CheckCompartments(const Compartments& compartments, const CheckedManifest& manifest);

// The digest that stands for a compartment in the manifest, 32 bytes.
std::string CompartmentDigest(const v1::Compartment& compartment);

// HPKE's `info` of a compartment.
std::string CompartmentInfo(const v1::Header& header, absl::string_view category);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_MANIFEST_H_
