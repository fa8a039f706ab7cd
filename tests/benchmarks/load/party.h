// One agency of a load run, from its adapter's configuration file.
#ifndef SLUSS_TESTS_BENCHMARKS_LOAD_PARTY_H_
#define SLUSS_TESTS_BENCHMARKS_LOAD_PARTY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/party_keys.h"
#include "proto/config.pb.h"
#include "proto/gateway.grpc.pb.h"

namespace sluss {

struct Party {
  v1::AdapterConfig config;
  AgencySecrets secrets;
  std::shared_ptr<const KeyDirectory> directory;
};

absl::StatusOr<Party> LoadParty(const std::string& config_path);

// A channel of the party's own to `address`. Errors are the channel's.
absl::StatusOr<std::unique_ptr<v1::Gateway::Stub>> ConnectParty(const Party& party,
                                                                const std::string& address);

}  // namespace sluss

#endif  // SLUSS_TESTS_BENCHMARKS_LOAD_PARTY_H_
