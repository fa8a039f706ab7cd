#include "tests/benchmarks/load/consent.h"

#include "absl/time/clock.h"

namespace sluss {

v1::ConsentRecord ConsentOfADay() {
  v1::ConsentRecord record;
  record.set_valid_from_us(absl::ToUnixMicros(absl::Now() - absl::Hours(1)));
  record.set_valid_to_us(absl::ToUnixMicros(absl::Now() + absl::Hours(24)));
  for (const v1::Grantor grantor : {v1::GUARDIAN, v1::CHILD}) {
    v1::ConsentGrant* const grant = record.add_grant();
    grant->set_grantor(grantor);
    grant->set_granted(true);
    grant->set_channel("paper");
    grant->set_evidence_digest(std::string(32, 'e'));
    grant->set_person(std::string(32, grantor == v1::CHILD ? 'c' : 'g'));
  }
  record.set_guardians(1);
  record.mutable_child_age()->set_from(12);
  record.mutable_child_age()->set_below(15);
  record.set_maturity(v1::MATURE);
  record.set_maturity_note(std::string(32, 'm'));
  record.mutable_information()->set_voluntary(true);
  record.mutable_information()->set_revocable(true);
  record.mutable_information()->set_consequence(true);
  record.set_interpreter(v1::INTERPRETER_NOT_NEEDED);
  record.mutable_gdpr()->set_article_6("6.1.e");
  record.mutable_gdpr()->set_article_9("9.2.g");
  return record;
}

void AddParty(const std::string& agency, const std::string& function, v1::ConsentRecord* record) {
  v1::ConsentParty* const party = record->add_party();
  party->set_agency(agency);
  party->add_function(function);
}

}  // namespace sluss
