// An agency's mapping file, checked and ready for use: routes, fields, options, roles, peers.
//
// Complete after Make: a mapping that could fail on a record for a reason of its own is refused
// when it is loaded, with the entry named ("route[1].field[3]: ..."). Thread-safe; owns what it
// needs.
#ifndef SLUSS_AGENCY_ADAPTERS_COMMON_MAPPING_H_
#define SLUSS_AGENCY_ADAPTERS_COMMON_MAPPING_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "agency-adapters/common/neutral_field.h"
#include "proto/content.pb.h"
#include "proto/mapping.pb.h"

namespace sluss {

// One answer of a native record. `native` is its name there, without any digit of repetition that
// the mapping does not know; a file is an answer with `file` set.
struct NativeAnswer {
  std::string native;
  std::vector<std::string> values;
  std::vector<v1::Attachment> files;
};

class Mapping {
 public:
  struct Field {
    NeutralField neutral;
    bool mandatory;
    std::map<std::string, std::string> options;  // text -> code; empty: the text as it is
  };
  struct Route {
    v1::Route config;
    std::multimap<std::string, Field> fields;  // native name -> what it fills
    std::set<std::string> ignored;
  };

  static absl::StatusOr<Mapping> Make(const v1::MappingConfig& config);

  const v1::MappingConfig& config() const { return config_; }

  // INVALID_ARGUMENT naming the unknown type. The route lives as long as this mapping.
  absl::StatusOr<const Route*> FindRoute(absl::string_view native_type) const;

  // What the route itself says: recipient, purpose, legal basis, urgency, label, escrow.
  static void Start(const Route& route, v1::NeutralNotification* notification);

  // Fills `notification` from the answers. Refused, with the native name: an answer that is neither
  // mapped nor ignored, an option that is not in its table, a mandatory answer that is missing or
  // empty, a role without translation. Empty answers are left out.
  absl::Status Fill(const Route& route, const std::vector<NativeAnswer>& answers,
                    absl::CivilDay today, v1::NeutralNotification* notification) const;

  // The vocabulary's role for the agency's own word; INVALID_ARGUMENT when there is none.
  absl::StatusOr<std::string> FindRole(absl::string_view native) const;

  // nullptr when the mapping does not name the agency.
  const v1::Peer* FindPeer(absl::string_view agency) const;
  // The name for people, or the agency id itself.
  std::string PeerName(absl::string_view agency) const;

 private:
  explicit Mapping(const v1::MappingConfig& config) : config_(config) {}
  absl::Status FillOne(const Field& field, const NativeAnswer& answer, int repetition,
                       absl::CivilDay today, v1::NeutralNotification* notification) const;

  v1::MappingConfig config_;
  std::map<std::string, Route> routes_;
  std::map<std::string, std::string> roles_;
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_COMMON_MAPPING_H_
