// The record of processing activities (GDPR Art. 30), made from the policies that are in force: one
// activity a policy, so that a changed policy is a changed record.
//
// Non-promise: it is no legal opinion. What the catalogue marks to be confirmed, and every choice
// of a basis in the GDPR, which the policies do not make, says that a lawyer must confirm it.
#ifndef SLUSS_GATEWAY_EXPORTS_ART30_H_
#define SLUSS_GATEWAY_EXPORTS_ART30_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/export.pb.h"
#include "proto/policy.pb.h"

namespace sluss {

struct Art30Value {
  std::string text;
  bool to_be_confirmed = false;  // by a lawyer
  bool not_given = false;        // nobody has told us
};

struct Art30Field {
  std::string id, sv, en;
  std::vector<Art30Value> values;
};

struct Art30Activity {
  std::string id, title, about;
  std::vector<Art30Field> fields;
};

struct Art30Record {
  std::string exchange, version, digest, day;  // digest in hexadecimal
  std::vector<Art30Activity> activities;
};

// Of the rules in force on `day` (YYYY-MM-DD); a policy without any is left out. The same set, day
// and particulars give the same record. Pure.
Art30Record MakeArt30(const v1::PolicyBundle& bundle, const std::string& version,
                      const std::string& digest, const v1::Particulars& particulars,
                      const std::string& day);

std::string Art30AsJson(const Art30Record& record);
// In Swedish, as it is shown to the supervisory authority; headings in both languages.
std::string Art30AsHtml(const Art30Record& record);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_ART30_H_
