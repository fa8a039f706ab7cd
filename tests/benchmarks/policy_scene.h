// Random policies of any size and questions to them, for measuring.
#ifndef SLUSS_TESTS_BENCHMARKS_POLICY_SCENE_H_
#define SLUSS_TESTS_BENCHMARKS_POLICY_SCENE_H_

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "policy/policy_set.h"
#include "policy/rows.h"
#include "proto/policy.pb.h"

namespace sluss::testing {

// The same arguments make the same scene, with 1,024 questions of eight categories of twelve.
class PolicyScene {
 public:
  enum Spread {
    // Every second rule is for two kinds of agencies (12 of them), the others for two of 240 single
    // agencies, drawn alike: more rules mean more rules that a question meets.
    kMixed,
    // Eight rules for each pair of agencies, as in a county where more agencies join; questions are
    // about these pairs.
    kPairs,
    // Every rule is for the same two agencies.
    kOnePair,
  };

  PolicyScene(int rules, Spread spread);

  // As it is loaded, for measuring the load.
  const std::vector<PolicySource>& catalogue() const { return catalogue_; }
  const std::vector<PolicySource>& policies() const { return policies_; }
  std::shared_ptr<const PolicySet> Load() const;

  const PolicySet& set() const { return *set_; }
  const v1::Facts& facts(size_t i) const { return facts_[i % facts_.size()]; }
  const Question& question(size_t i) const { return questions_[i % questions_.size()]; }

 private:
  struct Pair {
    std::string sender, recipient;
  };

  int Below(int limit) { return static_cast<int>(random_() % static_cast<uint32_t>(limit)); }
  std::string One(absl::string_view letter, int limit);
  std::string Agency();
  std::string OneOf(const std::string& agencies);
  Pair PairOf(int rule) const;
  void AddRule(int number, v1::Rule* rule);
  v1::Facts MakeFacts();

  const int rules_;
  const Spread spread_;
  std::mt19937 random_{7};
  v1::Policy policy_;
  std::vector<PolicySource> catalogue_, policies_;
  std::shared_ptr<const PolicySet> set_;
  std::vector<v1::Facts> facts_;
  std::vector<Question> questions_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_BENCHMARKS_POLICY_SCENE_H_
