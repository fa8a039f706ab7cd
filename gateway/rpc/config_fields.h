// Checks of the configuration fields that every program with a connection has.
#ifndef SLUSS_GATEWAY_RPC_CONFIG_FIELDS_H_
#define SLUSS_GATEWAY_RPC_CONFIG_FIELDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "gateway/base/config_check.h"
#include "gateway/rpc/peer.h"
#include "proto/config.pb.h"

namespace sluss {

// Four files that are there, the private key for its owner only. Whether they fit each other and
// the program's name is found out by CheckTlsFiles when they are used.
void CheckTlsFields(ConfigCheck* check, v1::TlsFiles* tls);

// Keys that are honoured beside those in force. Whether both belong together is found out when they
// are loaded.
void CheckBesideFields(ConfigCheck* check, v1::BesideKeys* beside);

// What is kept of earlier keys for scans. Whether it belongs together is found out when it is
// loaded.
void CheckArchiveFields(ConfigCheck* check,
                        google::protobuf::RepeatedPtrField<v1::ArchivedKeys>* archive);

// The name of a peer of `kind`, as its certificate has it.
void CheckPeerName(ConfigCheck* check, absl::string_view field, const std::string& name,
                   PeerKind kind);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_RPC_CONFIG_FIELDS_H_
