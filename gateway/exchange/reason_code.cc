#include "gateway/exchange/reason_code.h"

#include <set>
#include <vector>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "proto/gateway.pb.h"
#include "proto/notification.pb.h"
#include "proto/policy.pb.h"

namespace sluss {
namespace {

std::string Kebab(absl::string_view name) { return absl::StrReplaceAll(name, {{"_", "-"}}); }

// Fields of the wire format, and of the facts made from it.
const std::set<std::string>& FieldCodes() {
  static const auto* const codes = [] {
    auto* names = new std::set<std::string>;
    for (const google::protobuf::Descriptor* type :
         {v1::Header::descriptor(), v1::Manifest::descriptor(), v1::Envelope::descriptor(),
          v1::Compartment::descriptor(), v1::Attestation::descriptor(),
          v1::ConsentProof::descriptor(), v1::RegisterConsentRequest::descriptor(),
          v1::ConsentRecord::descriptor(), v1::ConsentParty::descriptor(),
          v1::ConsentGrant::descriptor(), v1::Notification::descriptor(),
          v1::EnrolOfficersRequest::descriptor(), v1::ReidentificationOrder::descriptor(),
          v1::ReidentifyRequest::descriptor(), v1::Facts::descriptor()}) {
      for (int i = 0; i < type->field_count(); ++i) names->insert(Kebab(type->field(i)->name()));
    }
    return names;
  }();
  return *codes;
}

}  // namespace

std::string RejectionCode(const absl::Status& status) {
  const std::vector<std::string> parts = absl::StrSplit(status.message(), absl::MaxSplits('`', 2));
  if (parts.size() < 3 || !parts[0].empty()) return "malformed";
  const std::string code = Kebab(parts[1].substr(0, parts[1].find_first_of("[. ")));
  return FieldCodes().contains(code) ? code : "malformed";
}

std::string RefusalCode(absl::string_view code) {
  static const auto* const spoken = new std::set<std::string>{
      "seal", "padding", "nym-mismatch", "consent-mismatch", "content", "invalid"};
  const std::string text(code);
  return spoken->contains(text) || FieldCodes().contains(text) ? text : "other";
}

}  // namespace sluss
