// A small world of parties with real keys: four agencies, a gateway, a key holder, their directory.
#ifndef SLUSS_TESTS_TESTING_PARTIES_H_
#define SLUSS_TESTS_TESTING_PARTIES_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/base/ids.h"
#include "gateway/crypto/holder.h"
#include "gateway/crypto/key_directory.h"
#include "gateway/crypto/key_ring.h"
#include "gateway/crypto/key_rotation.h"
#include "gateway/crypto/party_keys.h"
#include "gateway/crypto/personal_number.h"
#include "gateway/crypto/scan_keys.h"
#include "gtest/gtest.h"
#include "proto/keys.pb.h"

namespace sluss::testing {

inline const AgencyId kSchool("school/ekbacken");
inline const AgencyId kSocialServices("social-services/sundby");
inline const AgencyId kPolice("police/region-mitt");
inline const AgencyId kChildPsychiatry("child-psychiatry/bup-sundby");
// The data protection officer's domain; named in the directory where it is among the agencies.
inline const AgencyId kDataProtection("data-protection/sundby");

// Birth numbers 980-999 are the authority's test series, given to no one.
inline constexpr char kChild[] = "201103159800";
inline constexpr char kOtherChild[] = "201103159818";

template <typename T>
T Must(absl::StatusOr<T> result) {
  if (!result.ok()) ADD_FAILURE() << result.status();
  return *std::move(result);  // ends the test program when there is nothing to go on with
}

inline CanonicalNumber Number(const char* digits) { return Must(CanonicalNumber::Parse(digits)); }

// Keys are made anew for each object, which is one generation of everybody's. Movable.
class Parties {
 public:
  Parties() : Parties({kSchool, kSocialServices, kPolice, kChildPsychiatry}) {}

  explicit Parties(const std::vector<AgencyId>& agencies)
      : Parties(Must(HolderSecrets::Generate("gateway/gw1", 1, agencies)),
                Must(HolderSecrets::Generate("keyholder/kh1", 1, agencies)), Made(agencies),
                Must(LogSecrets::Generate("log.sluss.example/gw1")).PublicKey()) {}

  // The next generation: everybody's keys new and the shares refreshed, so that every nym stays;
  // without the agencies that are put out.
  Parties Next(const std::set<AgencyId>& out = {}) const {
    HolderSecrets keyholder = Must(Rotated(keyholder_secrets_));
    RefreshedShares refreshed =
        Must(RefreshShares(*directory_, gateway_secrets_, Must(keyholder.PublicKeys())));
    EXPECT_TRUE(ApplyRefresh(*directory_, refreshed.for_keyholder, &keyholder).ok());
    const std::vector<AgencyId> removed(out.begin(), out.end());
    std::vector<AgencySecrets> agencies;
    for (const auto& [id, keys] : agencies_) {
      if (!out.contains(id)) agencies.push_back(Must(Rotated(keys->secrets())));
    }
    return Parties(Must(WithShares(refreshed.secrets, {}, removed)),
                   Must(WithShares(keyholder, {}, removed)), std::move(agencies), proto_.log());
  }

  const v1::KeyDirectory& proto() const { return proto_; }
  const std::shared_ptr<const KeyDirectory>& shared_directory() const { return directory_; }
  const KeyDirectory& directory() const { return *directory_; }
  const AgencySecrets& secrets(const AgencyId& agency) const {
    return agencies_.at(agency)->secrets();
  }
  const Holder& gateway() const { return *gateway_; }
  const Holder& keyholder() const { return *keyholder_; }

  // What is kept of this generation when its time is over.
  std::shared_ptr<const ScanKeys> gateway_kept() const {
    return Must(ScanKeys::Create(HolderRole::kGateway,
                                 Must(ScanSecretsOf(gateway_secrets_, *directory_)), directory_));
  }
  std::shared_ptr<const ScanKeys> keyholder_kept() const {
    return Must(ScanKeys::Create(HolderRole::kKeyholder,
                                 Must(ScanSecretsOf(keyholder_secrets_, *directory_)), directory_));
  }
  std::shared_ptr<const AgencyKeys> kept(const AgencyId& agency) const {
    return agencies_.at(agency);
  }
  const HolderSecrets& gateway_secrets() const { return gateway_secrets_; }

  // These keys, and those of another generation beside them.
  HolderRing gateway_ring(const Parties* beside = nullptr) const {
    return Must(HolderRing::Make(gateway_, beside == nullptr ? nullptr : beside->gateway_));
  }
  HolderRing keyholder_ring(const Parties* beside = nullptr) const {
    return Must(HolderRing::Make(keyholder_, beside == nullptr ? nullptr : beside->keyholder_));
  }
  AgencyRing ring(const AgencyId& agency, const Parties* beside = nullptr) const {
    return Must(MakeAgencyRing(agencies_.at(agency),
                               beside == nullptr ? nullptr : beside->agencies_.at(agency)));
  }

 private:
  static std::vector<AgencySecrets> Made(const std::vector<AgencyId>& agencies) {
    std::vector<AgencySecrets> made;
    for (const AgencyId& agency : agencies)
      made.push_back(Must(AgencySecrets::Generate(agency, 1)));
    return made;
  }

  Parties(HolderSecrets gateway, HolderSecrets keyholder, std::vector<AgencySecrets> agencies,
          const v1::LogKey& log)
      : gateway_secrets_(std::move(gateway)), keyholder_secrets_(std::move(keyholder)) {
    proto_.set_key_set(1);
    *proto_.mutable_gateway() = Must(gateway_secrets_.PublicKeys());
    *proto_.mutable_keyholder() = Must(keyholder_secrets_.PublicKeys());
    *proto_.mutable_log() = log;
    for (const AgencySecrets& secrets : agencies) {
      *proto_.add_agency() = Must(secrets.PublicKeys());
      if (secrets.agency == kDataProtection) proto_.set_access_domain(kDataProtection.value());
    }
    directory_ = Must(KeyDirectory::Activate(proto_));
    for (AgencySecrets& secrets : agencies) {
      const AgencyId id = secrets.agency;
      agencies_.emplace(id, Must(AgencyKeys::Create(std::move(secrets), directory_)));
    }
    gateway_ = Must(Holder::Create(HolderRole::kGateway, Must(WithShares(gateway_secrets_, {}, {})),
                                   directory_));
    keyholder_ = Must(Holder::Create(HolderRole::kKeyholder,
                                     Must(WithShares(keyholder_secrets_, {}, {})), directory_));
  }

  HolderSecrets gateway_secrets_;
  HolderSecrets keyholder_secrets_;
  v1::KeyDirectory proto_;
  std::map<AgencyId, std::shared_ptr<const AgencyKeys>> agencies_;
  std::shared_ptr<const KeyDirectory> directory_;
  std::shared_ptr<const Holder> gateway_;
  std::shared_ptr<const Holder> keyholder_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_TESTING_PARTIES_H_
