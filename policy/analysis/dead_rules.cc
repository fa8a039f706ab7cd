#include "policy/analysis/dead_rules.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gateway/base/status_macros.h"
#include "policy/analysis/comparison.h"
#include "policy/analysis/subject.h"

namespace sluss {
namespace {

// Above it the reasons are listed as they are, not reduced to those that suffice.
constexpr size_t kMostReduced = 32;

class DeadFinder {
 public:
  explicit DeadFinder(const PolicySet& set)
      : subject_(set),
        index_(subject_.space, subject_.rules),
        everything_(subject_.space.Everything()),
        comparison_(&subject_.space, /*terms=*/true) {
    for (const RuleBox& rule : subject_.rules) numbers_.push_back(comparison_.Add(rule));
  }

  absl::StatusOr<v1::DeadRules> Run();

 private:
  using Numbers = std::vector<uint32_t>;

  // Whether `rule` beside `others` decides anything that they do not.
  bool Matters(uint32_t rule, const Numbers& others);
  // As few of `others` as it takes for `rule` not to matter, at least where they are not many.
  Numbers Suffice(uint32_t rule, Numbers others);
  std::optional<v1::DeadRule> Judge(uint32_t rule);
  v1::DeadRule Report(uint32_t rule, v1::DeadRule::Why why, const Numbers& because) const;

  const Subject subject_;
  const OverlapIndex index_;
  const AtomBox everything_;
  Comparison comparison_;
  Numbers numbers_;  // in the comparison
};

bool DeadFinder::Matters(uint32_t rule, const Numbers& others) {
  std::vector<Comparison::Entry> entries = {{numbers_[rule], kBefore}};
  for (const uint32_t other : others) entries.push_back({numbers_[other], kBoth});
  return comparison_.Find(entries, everything_).has_value();
}

DeadFinder::Numbers DeadFinder::Suffice(uint32_t rule, Numbers others) {
  if (others.size() > kMostReduced) return others;
  for (size_t i = others.size(); i-- > 0;) {
    Numbers fewer = others;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    if (!Matters(rule, fewer)) others = std::move(fewer);
  }
  return others;
}

std::optional<v1::DeadRule> DeadFinder::Judge(uint32_t rule) {
  const RuleBox& box = subject_.rules[rule];
  if (box.empty()) return Report(rule, v1::DeadRule::NEVER_MATCHES, {});
  Numbers others, forbids;
  for (const uint32_t other : index_.Overlapping(box.box)) {
    if (other == rule) continue;
    others.push_back(other);
    if (subject_.rules[other].forbid()) forbids.push_back(other);
  }
  if (box.forbid()) {
    if (Matters(rule, others)) return std::nullopt;
    // What no permit reaches needs no other rule to explain it.
    return Report(rule, v1::DeadRule::IDLE, Suffice(rule, std::move(others)));
  }
  if (!Matters(rule, forbids)) {
    return Report(rule, v1::DeadRule::STRUCK, Suffice(rule, std::move(forbids)));
  }
  if (Matters(rule, others)) return std::nullopt;
  return Report(rule, v1::DeadRule::REDUNDANT, Suffice(rule, std::move(others)));
}

Text WhyText(v1::DeadRule::Why why, bool alone) {
  switch (why) {
    case v1::DeadRule::NEVER_MATCHES:
      return {"kan inte träffa något meddelande", "can match no notification"};
    case v1::DeadRule::STRUCK:
      return {"tillåter inget: allt den omfattar förbjuds av ",
              "permits nothing: all that it covers is forbidden by "};
    case v1::DeadRule::REDUNDANT:
      return {"behövs inte: allt avgörs likadant utan den, genom ",
              "is not needed: everything is decided alike without it, by "};
    default:
      if (alone) {
        return {"förbjuder inget som någon regel tillåter",
                "forbids nothing that any rule permits"};
      }
      return {"behövs inte: det den förbjuder nekas ändå, genom ",
              "is not needed: what it forbids is denied anyway, by "};
  }
}

v1::DeadRule DeadFinder::Report(uint32_t rule, v1::DeadRule::Why why,
                                const Numbers& because) const {
  v1::DeadRule dead;
  dead.set_rule(subject_.rules[rule].id());
  dead.set_why(why);
  std::vector<Text> ids;
  for (const uint32_t other : because) {
    const RuleBox& box = subject_.rules[other];
    // An idle forbid is idle for what forbids there; permits are what it would have struck.
    if (why == v1::DeadRule::IDLE && !box.forbid()) continue;
    dead.add_because(box.id());
    const bool wall = subject_.IsWall(box);
    if (wall) dead.add_wall(box.id());
    ids.push_back({absl::StrCat(wall ? "skyddsmuren `" : "`", box.id(), "`"),
                   absl::StrCat(wall ? "the wall `" : "`", box.id(), "`")});
  }
  const Text text = WhyText(why, ids.empty());
  const Text list = WordList(ids, "och", "and");
  dead.set_sentence_sv(absl::StrCat("Regeln `", dead.rule(), "` ", text.sv, list.sv, "."));
  dead.set_sentence_en(absl::StrCat("Rule `", dead.rule(), "` ", text.en, list.en, "."));
  return dead;
}

absl::StatusOr<v1::DeadRules> DeadFinder::Run() {
  v1::DeadRules dead;
  dead.set_rules(subject_.rules.size());
  for (uint32_t rule = 0; rule < subject_.rules.size(); ++rule) {
    if (subject_.IsWall(subject_.rules[rule])) continue;
    if (std::optional<v1::DeadRule> found = Judge(rule)) *dead.add_rule() = *std::move(found);
    RETURN_IF_ERROR(comparison_.status());
  }
  return dead;
}

}  // namespace

absl::StatusOr<v1::DeadRules> FindDeadRules(const PolicySet& set) { return DeadFinder(set).Run(); }

}  // namespace sluss
