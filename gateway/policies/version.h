// A version of the policies as it is stored: the canonical bundle, and what it was checked with.
//
// Comments and the split into files are not kept; ids, notes and legal comments are. What is loaded
// from a stored version has the digest under which it was stored, or is not loaded.
#ifndef SLUSS_GATEWAY_POLICIES_VERSION_H_
#define SLUSS_GATEWAY_POLICIES_VERSION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/exchange/store.h"
#include "google/protobuf/repeated_field.h"
#include "policy/policy_set.h"
#include "proto/policy_admin.pb.h"
#include "proto/stored.pb.h"

namespace sluss {

using PolicyFiles = google::protobuf::RepeatedPtrField<v1::PolicyFile>;

std::vector<PolicySource> SourcesOf(const PolicyFiles& files);

// The bundle as files that load to the same digest: one for the vocabulary, one a policy.
struct BundleFiles {
  PolicyFiles catalogue;
  PolicyFiles policy;
};
BundleFiles FilesOf(const v1::PolicyBundle& bundle);

// NOT_FOUND where it was never stored; DATA_LOSS where its bytes are not those of the digest.
absl::StatusOr<v1::StoredPolicyVersion> ReadVersion(const StoreView& view,
                                                    const std::string& digest);

// The set of a stored version. FAILED_PRECONDITION where this program does not take it any more.
absl::StatusOr<std::shared_ptr<const PolicySet>> LoadVersion(const StoreView& view,
                                                             const std::string& digest);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_POLICIES_VERSION_H_
