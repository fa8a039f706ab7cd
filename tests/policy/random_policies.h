// Random rules and facts over the small catalogue of policy_texts.h.
#ifndef SLUSS_TESTS_POLICY_RANDOM_POLICIES_H_
#define SLUSS_TESTS_POLICY_RANDOM_POLICIES_H_

#include <random>
#include <string>
#include <vector>

#include "proto/policy.pb.h"

namespace sluss::testing {

// The same seed makes the same rules and facts.
class RandomPolicies {
 public:
  explicit RandomPolicies(uint32_t seed) : random_(seed) {}

  // Rules that load. `permits_list_unknown` lets permits match what is not known.
  v1::Rule Permit(const std::string& id, bool permits_list_unknown);
  v1::Rule Forbid(const std::string& id);
  std::vector<v1::Rule> Rules(int count, bool permits_list_unknown);
  v1::Facts Facts();
  // The same facts with one attribute hidden, or known less exactly.
  v1::Facts Hide(v1::Facts facts);

  bool Chance(int percent) { return Below(100) < percent; }
  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint32_t>(limit)); }

 private:
  using Values = google::protobuf::RepeatedPtrField<std::string>;

  const std::string& OneOf(const std::vector<std::string>& values);
  void Some(const std::vector<std::string>& values, Values* out);
  void Common(v1::Rule* rule);

  std::mt19937 random_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_POLICY_RANDOM_POLICIES_H_
