// Policies as files on an author's disk, on their way to and from a gateway.
#ifndef SLUSS_GATEWAY_CTL_POLICY_FILES_H_
#define SLUSS_GATEWAY_CTL_POLICY_FILES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/policy_admin.pb.h"

namespace sluss {

// Where a draft lies. Only `policies` must be named.
struct DraftPaths {
  std::string policies;                 // directory or file
  std::string catalogue;                // empty: `catalogue` below the policies, else none is sent
  std::vector<std::string> cases;       // empty: *.cases.txtpb beside the policies
  std::vector<std::string> invariants;  // empty: `invariants` below the policies
  std::string base;                     // hex; empty: `base.digest` below the policies
};

// All but note and flags; `base_digest` stays empty where no file says it. NOT_FOUND and
// INVALID_ARGUMENT name the path.
absl::StatusOr<v1::ProposeRequest> ReadDraft(const DraftPaths& paths);

// Lays a version out as ReadDraft finds it, with the digest that the draft will be against.
// ALREADY_EXISTS where the directory is not empty: nothing is overwritten.
absl::Status WriteVersion(const v1::ActivePolicy& version, const std::string& directory);

// Writes the whole file anew, readable by its owner only.
absl::Status WriteFile(const std::string& path, const std::string& content);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_POLICY_FILES_H_
