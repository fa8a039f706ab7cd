// A small world of parties with real keys: four agencies, a gateway, a key holder, their directory.
#ifndef SLUSS_TESTS_TESTING_PARTIES_H_
#define SLUSS_TESTS_TESTING_PARTIES_H_

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/ids.h"
#include "gateway/crypto/holder.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/personal_number.h"
#include "gtest/gtest.h"
#include "proto/keys.pb.h"

namespace sluss::testing {

inline const AgencyId kSchool("school/ekbacken");
inline const AgencyId kSocialServices("social-services/sundby");
inline const AgencyId kPolice("police/region-mitt");
inline const AgencyId kChildPsychiatry("child-psychiatry/bup-sundby");

// Birth numbers 980-999 are the authority's test series, given to no one.
inline constexpr char kChild[] = "201103159800";
inline constexpr char kOtherChild[] = "201103159818";

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) ADD_FAILURE() << result.status();
  return *std::move(result);  // ends the test program when there is nothing to go on with
}

inline CanonicalNumber Number(const char* digits) { return Must(CanonicalNumber::Parse(digits)); }

// Keys are made anew for each object. The secrets of the holders live in the Holder objects.
class Parties {
 public:
  Parties() : Parties({kSchool, kSocialServices, kPolice, kChildPsychiatry}) {}

  explicit Parties(const std::vector<AgencyId>& agencies) {
    HolderSecrets gateway_secrets = Must(HolderSecrets::Generate("gateway/gw1", 1, agencies));
    HolderSecrets keyholder_secrets = Must(HolderSecrets::Generate("keyholder/kh1", 1, agencies));
    proto_.set_key_set(1);
    *proto_.mutable_gateway() = Must(gateway_secrets.PublicKeys());
    *proto_.mutable_keyholder() = Must(keyholder_secrets.PublicKeys());
    for (const AgencyId& agency : agencies) {
      AgencySecrets secrets = Must(AgencySecrets::Generate(agency, 1));
      *proto_.add_agency() = Must(secrets.PublicKeys());
      agencies_.emplace(agency, std::move(secrets));
    }
    directory_ = Must(KeyDirectory::Activate(proto_));
    gateway_ = Must(Holder::Create(HolderRole::kGateway, std::move(gateway_secrets), directory_));
    keyholder_ =
        Must(Holder::Create(HolderRole::kKeyholder, std::move(keyholder_secrets), directory_));
  }

  const v1::KeyDirectory& proto() const { return proto_; }
  const std::shared_ptr<const KeyDirectory>& shared_directory() const { return directory_; }
  const KeyDirectory& directory() const { return *directory_; }
  const AgencySecrets& secrets(const AgencyId& agency) const { return agencies_.at(agency); }
  const Holder& gateway() const { return *gateway_; }
  const Holder& keyholder() const { return *keyholder_; }

 private:
  v1::KeyDirectory proto_;
  std::map<AgencyId, AgencySecrets> agencies_;
  std::shared_ptr<const KeyDirectory> directory_;
  std::unique_ptr<const Holder> gateway_;
  std::unique_ptr<const Holder> keyholder_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_TESTING_PARTIES_H_
