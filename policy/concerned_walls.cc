#include "policy/concerned_walls.h"

#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "policy/bounds.h"
#include "policy/suiting_facts.h"

namespace sluss {
namespace {

using Column = google::protobuf::RepeatedPtrField<std::string>;

std::string KindOf(const std::string& agency) { return agency.substr(0, agency.find('/')); }

bool Means(const std::vector<std::string>& column, const std::string& agency) {
  return absl::c_any_of(column, [&](const std::string& name) {
    return name == "*" || name == agency || name == absl::StrCat(KindOf(agency), "/*");
  });
}

bool HasCover(const v1::Vocabulary& vocabulary, const std::string& agency, const Column& covers) {
  return absl::c_any_of(vocabulary.agency_kind(), [&](const v1::AgencyKindEntry& entry) {
    return entry.kind() == KindOf(agency) && absl::c_linear_search(covers, entry.secrecy_cover());
  });
}

}  // namespace

std::vector<ConcernedWall> WallsConcerning(const PolicySet& set, const v1::Policy& policy) {
  const v1::Vocabulary& vocabulary = set.bundle().vocabulary();
  std::set<std::string> purposes, senders, recipients;
  for (const v1::Rule& rule : policy.rule()) {
    purposes.insert(rule.purpose().begin(), rule.purpose().end());
    for (auto& agency : ExampleAgencies(vocabulary, rule.sender())) senders.insert(agency);
    for (auto& agency : ExampleAgencies(vocabulary, rule.recipient())) recipients.insert(agency);
  }
  std::vector<ConcernedWall> concerned;
  for (const v1::Rule& wall : vocabulary.wall()) {
    const bool purpose = absl::c_any_of(wall.purpose(), [&](const std::string& id) {
      return id == "ANY" || purposes.count(id) != 0;
    });
    const auto tells = ExpandAgencies(vocabulary, wall.sender());
    const auto told = ExpandAgencies(vocabulary, wall.recipient());
    ConcernedWall one{&wall, {}};
    for (const std::string& agency : recipients) {
      const bool cover =
          wall.recipient_cover().empty() || HasCover(vocabulary, agency, wall.recipient_cover());
      if (cover && Means(told, agency)) one.recipients.push_back(agency);
    }
    const bool sender =
        absl::c_any_of(senders, [&](const std::string& agency) { return Means(tells, agency); });
    if (purpose && sender && !one.recipients.empty()) concerned.push_back(std::move(one));
  }
  return concerned;
}

}  // namespace sluss
