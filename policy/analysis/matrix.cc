#include "policy/analysis/matrix.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "policy/analysis/comparison.h"
#include "policy/analysis/subject.h"

namespace sluss {
namespace {

// Whether `a` is fulfilled wherever `b` is, the cited paragraph left out.
bool AsksNoMore(const RuleBox& a, const RuleBox& b) {
  for (const Axis axis : {kPurposeAxis, kOfficersAxis, kRoleAxis, kConsentAxis, kYoungestAxis,
                          kOldestAxis, kReasonAxis, kWeighingAxis, kProtectedAxis}) {
    if (!b.box[axis].Within(a.box[axis])) return false;
  }
  return true;
}

class MatrixMaker {
 public:
  MatrixMaker(const PolicySet& set, Day day)
      : subject_(set,
                 Space::Extra{.agencies = {}, .ages = {}, .officers = {}, .days = {day, day + 1}}),
        index_(subject_.space, subject_.rules),
        comparison_(&subject_.space, /*terms=*/false),
        day_(subject_.space.DaysWithin({day, day + 1})) {
    for (const RuleBox& rule : subject_.rules) numbers_.push_back(comparison_.Add(rule));
  }

  absl::StatusOr<v1::Matrix> Run();

 private:
  using Numbers = std::vector<uint32_t>;

  // Atoms of agencies that are worth a line: kinds, and agencies that rules treat otherwise.
  Numbers Parties(Axis axis) const;
  // The permits that let something of the box pass and ask for least.
  Numbers Least(const AtomBox& box);
  bool Survives(uint32_t permit, const Numbers& forbids, const AtomBox& box);
  void AddPair(uint32_t sender, uint32_t recipient);
  v1::MatrixEntry Entry(const AtomBox& box, const Numbers& least) const;
  v1::Condition ConditionOf(const RuleBox& rule) const;
  std::string Party(uint32_t atom) const;

  const Subject subject_;
  const OverlapIndex index_;
  Comparison comparison_;
  const AtomSet day_;
  Numbers numbers_;
  v1::Matrix matrix_;
};

MatrixMaker::Numbers MatrixMaker::Parties(Axis axis) const {
  Numbers parties;
  for (uint32_t atom = 0; atom < subject_.space.size(axis); ++atom) {
    const uint32_t kind = subject_.space.KindOf(atom);
    if (atom == kind || !(index_.RulesWith(axis, atom) == index_.RulesWith(axis, kind))) {
      parties.push_back(atom);
    }
  }
  return parties;
}

bool MatrixMaker::Survives(uint32_t permit, const Numbers& forbids, const AtomBox& box) {
  std::vector<Comparison::Entry> entries = {{numbers_[permit], kBefore}};
  for (const uint32_t forbid : forbids) {
    if (Overlap(subject_.rules[forbid].box, subject_.rules[permit].box)) {
      entries.push_back({numbers_[forbid], kBoth});
    }
  }
  return entries.size() == 1 || comparison_.Find(entries, box).has_value();
}

MatrixMaker::Numbers MatrixMaker::Least(const AtomBox& box) {
  Numbers permits, forbids, alive;
  for (const uint32_t rule : index_.Overlapping(box)) {
    (subject_.rules[rule].forbid() ? forbids : permits).push_back(rule);
  }
  for (const uint32_t permit : permits) {
    if (Survives(permit, forbids, box)) alive.push_back(permit);
  }
  Numbers least;
  for (const uint32_t permit : alive) {
    const RuleBox& rule = subject_.rules[permit];
    const bool beaten = std::any_of(alive.begin(), alive.end(), [&](uint32_t other) {
      const RuleBox& easier = subject_.rules[other];
      return AsksNoMore(easier, rule) && !AsksNoMore(rule, easier);
    });
    if (!beaten) least.push_back(permit);
  }
  return least;
}

void MatrixMaker::AddPair(uint32_t sender, uint32_t recipient) {
  const Space& space = subject_.space;
  AtomBox box = space.Everything();
  box[kSenderAxis] = AtomSet::Only(space.size(kSenderAxis), sender);
  box[kRecipientAxis] = AtomSet::Only(space.size(kRecipientAxis), recipient);
  box[kDayAxis] = day_;
  if (index_.Overlapping(box).empty()) return;
  std::map<Numbers, AtomSet> categories;  // by what asks least
  for (uint32_t category = 0; category < space.size(kCategoryAxis); ++category) {
    box[kCategoryAxis] = AtomSet::Only(space.size(kCategoryAxis), category);
    const Numbers least = Least(box);
    if (!least.empty()) {
      categories.try_emplace(least, space.size(kCategoryAxis)).first->second.Add(category);
    }
  }
  for (const auto& [least, atoms] : categories) {
    box[kCategoryAxis] = atoms;
    *matrix_.add_entry() = Entry(box, least);
  }
}

std::string MatrixMaker::Party(uint32_t atom) const {
  const std::vector<std::string>& kinds = subject_.space.kinds();
  return atom < kinds.size() ? absl::StrCat(kinds[atom], "/*")
                             : subject_.space.agencies()[atom - kinds.size()];
}

v1::Condition MatrixMaker::ConditionOf(const RuleBox& rule) const {
  const v1::Rule& source = *rule.rule->source;
  v1::Condition condition;
  condition.set_rule(rule.id());
  for (const uint32_t paragraph : rule.rule->paragraphs) {
    condition.add_legal_basis(subject_.set.names().paragraphs().name(paragraph));
  }
  condition.set_duty(source.duty());
  condition.set_consent(source.consent() == v1::REQUIRED);
  if (source.has_attestation()) *condition.mutable_attestation() = source.attestation();
  if (source.has_age()) *condition.mutable_age() = source.age();
  const auto& roles = source.sender_role();
  if (std::find(roles.begin(), roles.end(), "ANY") == roles.end()) {
    *condition.mutable_sender_role() = roles;
  }
  return condition;
}

v1::MatrixEntry MatrixMaker::Entry(const AtomBox& box, const Numbers& least) const {
  const Space& space = subject_.space;
  const v1::Box message = BoxMessage(space, box);
  v1::MatrixEntry entry;
  entry.set_sender(Party(box[kSenderAxis].First()));
  entry.set_recipient(Party(box[kRecipientAxis].First()));
  box[kCategoryAxis].ForEach(
      [&](uint32_t atom) { entry.add_category(space.names(kCategoryAxis)[atom]); });
  AtomSet purposes(space.size(kPurposeAxis));
  std::vector<Text> alternatives;
  for (const uint32_t number : least) {
    const RuleBox& rule = subject_.rules[number];
    *entry.add_least() = ConditionOf(rule);
    purposes |= rule.box[kPurposeAxis];
    AtomBox conditions = rule.box;
    conditions[kDayAxis] = space.All(kDayAxis);
    const Text purpose = subject_.words.Purposes(rule.box[kPurposeAxis]);
    const Text clause = subject_.words.Conditions(conditions);
    alternatives.push_back(
        {absl::StrCat("för ", purpose.sv, clause.sv), absl::StrCat("for ", purpose.en, clause.en)});
  }
  purposes.ForEach([&](uint32_t atom) { entry.add_purpose(space.names(kPurposeAxis)[atom]); });
  const Text from = subject_.words.Senders(box[kSenderAxis]);
  const Text to = subject_.words.Recipients(box[kRecipientAxis]);
  const Text what = subject_.words.Categories(box[kCategoryAxis]);
  std::string sv, en;
  for (const Text& alternative : alternatives) {
    absl::StrAppend(&sv, sv.empty() ? "" : "; eller ", alternative.sv);
    absl::StrAppend(&en, en.empty() ? "" : "; or ", alternative.en);
  }
  entry.set_sentence_sv(
      absl::StrCat(from.sv, " får lämna ", what.sv, " till ", to.sv, " ", sv, "."));
  entry.set_sentence_en(absl::StrCat(from.en, " may tell ", to.en, " ", what.en, " ", en, "."));
  return entry;
}

absl::StatusOr<v1::Matrix> MatrixMaker::Run() {
  matrix_.set_day(DayText(subject_.space.Days(day_.First()).from));
  const Numbers recipients = Parties(kRecipientAxis);
  for (const uint32_t sender : Parties(kSenderAxis)) {
    for (const uint32_t recipient : recipients) AddPair(sender, recipient);
  }
  RETURN_IF_ERROR(comparison_.status());
  return std::move(matrix_);
}

}  // namespace

absl::StatusOr<v1::Matrix> MakeMatrix(const PolicySet& set, absl::string_view day) {
  ASSIGN_OR_RETURN(const Day number, ParseDay(day));
  return MatrixMaker(set, number).Run();
}

}  // namespace sluss
