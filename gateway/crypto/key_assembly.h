// Public halves of keys as files, and the key directory made of them.
//
// Each party's public file is a KeyDirectory in text format with its own part filled in, so that
// one reader and one writer serve for parts and whole.
#ifndef SLUSS_GATEWAY_CRYPTO_KEY_ASSEMBLY_H_
#define SLUSS_GATEWAY_CRYPTO_KEY_ASSEMBLY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/crypto/key_directory.h"
#include "proto/keys.pb.h"

namespace sluss {

// Joins the parts. INVALID_ARGUMENT names the file that is of another key set, or that brings a
// gateway, key holder or log that another file brought.
absl::StatusOr<v1::KeyDirectory> AssembleKeyDirectory(const std::vector<std::string>& files);

// Reads a whole directory and activates it.
absl::StatusOr<std::shared_ptr<const KeyDirectory>> LoadKeyDirectory(const std::string& path);

// In text format under a line of comment, world-readable; replaces the file in one step. For what
// is public or sealed.
absl::Status SaveKeyText(const google::protobuf::Message& message, absl::string_view comment,
                         const std::string& path);
absl::Status SavePublicKeys(const v1::KeyDirectory& keys, const std::string& path);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CRYPTO_KEY_ASSEMBLY_H_
