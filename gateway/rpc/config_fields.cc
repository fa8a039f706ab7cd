#include "gateway/rpc/config_fields.h"

#include "absl/strings/str_cat.h"

namespace sluss {
namespace {

absl::string_view Form(PeerKind kind) {
  switch (kind) {
    case PeerKind::kAgency:
      return "KIND/NAME, such as school/ekbacken";
    case PeerKind::kGateway:
      return "gateway/NAME";
    case PeerKind::kKeyHolder:
      return "keyholder/NAME";
    case PeerKind::kRole:
      return "officer/NAME or administrator/NAME";
  }
  return "";
}

}  // namespace

void CheckTlsFields(ConfigCheck* check, v1::TlsFiles* tls) {
  check->File("tls.certificate", tls->mutable_certificate());
  check->SecretFile("tls.private_key", tls->mutable_private_key());
  check->File("tls.authority", tls->mutable_authority());
  check->File("tls.revocation_list", tls->mutable_revocation_list());
}

void CheckBesideFields(ConfigCheck* check, v1::BesideKeys* beside) {
  check->Directory("beside.keys_dir", beside->mutable_keys_dir());
  check->File("beside.key_directory", beside->mutable_key_directory());
}

void CheckArchiveFields(ConfigCheck* check,
                        google::protobuf::RepeatedPtrField<v1::ArchivedKeys>* archive) {
  for (int i = 0; i < archive->size(); ++i) {
    v1::ArchivedKeys& kept = *archive->Mutable(i);
    check->Directory("archive.keys_dir", kept.mutable_keys_dir(), i);
    check->File("archive.key_directory", kept.mutable_key_directory(), i);
  }
}

void CheckPeerName(ConfigCheck* check, absl::string_view field, const std::string& name,
                   PeerKind kind) {
  const absl::StatusOr<Peer> peer = ParsePeerUri(PeerUri({kind, name}));
  if (!peer.ok() || peer->kind != kind) {
    check->Fault(field, absl::StrCat("write ", Form(kind),
                                     " as in the certificate, of a-z, 0-9 "
                                     "and '-'"));
  }
}

}  // namespace sluss
