// One entry of every kind, with everything that such an entry may say.
#ifndef SLUSS_TESTS_GATEWAY_EXPORTS_SAMPLE_LEAVES_H_
#define SLUSS_TESTS_GATEWAY_EXPORTS_SAMPLE_LEAVES_H_

#include <string>
#include <vector>

#include "tests/gateway/tlog/sample_log.h"

namespace sluss::testing {

inline std::vector<v1::AuditLeaf> LeavesOfEveryKind() {
  std::vector<v1::AuditLeaf> leaves;
  for (int kind = v1::RecordKind_MIN + 1; kind <= v1::RecordKind_MAX; ++kind) {
    v1::AuditLeaf leaf = SampleLeaf(leaves.size());
    leaf.set_kind(static_cast<v1::RecordKind>(kind));
    const bool message = kind <= v1::STOP || kind == v1::PHONE_NOTICE || kind == v1::RECALL;
    if (!message) {
      leaf.clear_sender();
      leaf.clear_recipient();
      leaf.clear_message_id();
      leaf.clear_purpose();
    }
    leaf.set_verdict(kind == v1::DELIVERY_DENIED ? "DENY" : message ? "PARTIAL" : "");
    leaf.add_rule("duty-report");
    leaf.set_policy_digest(std::string(32, 'p'));
    leaf.set_policy_version("1");
    leaf.set_decision_day("2025-11-24");
    leaf.add_passed("NARRATIVE");
    leaf.add_withheld("HEALTH");
    leaf.set_consent_id(std::string(16, 'c'));
    leaf.add_further_consent_id(std::string(16, 'd'));
    leaf.set_outcome("consent-expired");
    leaf.set_count(3);
    leaf.set_procedure(std::string(16, 'q'));
    leaf.set_from_us(leaf.time_us());
    leaf.set_to_us(leaf.time_us() + 1);
    v1::Commitment* commitment = leaf.add_commitment();
    commitment->set_tag(1);
    commitment->set_digest(std::string(32, 'x'));
    leaves.push_back(leaf);
  }
  return leaves;
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_GATEWAY_EXPORTS_SAMPLE_LEAVES_H_
