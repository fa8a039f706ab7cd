#include "policy/analysis/diff.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "policy/analysis/box_words.h"
#include "policy/analysis/boxes.h"
#include "policy/analysis/comparison.h"
#include "policy/analysis/determining_rules.h"
#include "policy/analysis/rule_boxes.h"
#include "policy/analysis/written_changes.h"

namespace sluss {
namespace {

struct Kind {
  Text heading;  // "Nu tillåtet"
  Text may;      // "får lämna"
};

const Kind& KindOf(uint32_t value) {
  static const auto* const permitted =
      new Kind{{"Nytt tillåtet", "Newly permitted"}, {"får nu lämna", "may now tell"}};
  static const auto* const denied =
      new Kind{{"Nytt nekat", "Newly denied"}, {"får inte längre lämna", "may no longer tell"}};
  static const auto* const terms = new Kind{
      {"Ändrade skyldigheter", "Changed obligations"},
      {"får lämna med andra skyldigheter än förut", "may tell with other obligations than before"}};
  return value == kNewlyPermitted ? *permitted : value == kNewlyDenied ? *denied : *terms;
}

// The work of one call.
class Differ {
 public:
  Differ(const PolicySet& before, const PolicySet& after, const DiffOptions& options)
      : before_(before),
        after_(after),
        options_(options),
        space_(before, &after),
        words_(&space_, before, &after),
        comparison_(&space_, /*terms=*/true) {}

  absl::StatusOr<v1::PolicyDiff> Run();

 private:
  std::vector<Comparison::Entry> Entries();
  void NameSets();
  void List(NodeId root, v1::ChangeList* list);
  v1::Change ChangeOf(const ValuedBox& box) const;
  void CountRecorded(NodeId root);
  v1::ChangeList* ListOf(uint32_t value);
  void Summarise();

  const PolicySet& before_;
  const PolicySet& after_;
  const DiffOptions& options_;
  const Space space_;
  const BoxWords words_;
  Comparison comparison_;
  Diagram diagram_;
  v1::PolicyDiff diff_;
  std::map<const v1::Change*, AtomBox> boxes_;
};

std::vector<Comparison::Entry> Differ::Entries() {
  std::vector<Comparison::Entry> entries;
  for (const auto& [set, side] : {std::pair(&before_, kBefore), std::pair(&after_, kAfter)}) {
    for (const RuleBox& rule : RuleBoxes(space_, *set)) {
      if (!rule.empty()) entries.push_back({comparison_.Add(rule), side});
    }
  }
  return entries;
}

void Differ::NameSets() {
  diff_.set_before_version(before_.version());
  diff_.set_before_digest(before_.digest());
  diff_.set_before_vocabulary(before_.vocabulary_version());
  diff_.set_after_version(after_.version());
  diff_.set_after_digest(after_.digest());
  diff_.set_after_vocabulary(after_.vocabulary_version());
}

v1::Change Differ::ChangeOf(const ValuedBox& box) const {
  v1::Change change;
  *change.mutable_box() = BoxMessage(space_, box.box);
  change.set_situations(box.cells);
  *change.mutable_example() = space_.Example(box.box);
  const Determining was = DeterminingRules(before_, change.example());
  const Determining is = DeterminingRules(after_, change.example());
  *change.mutable_rule_before() = {was.ids.begin(), was.ids.end()};
  *change.mutable_rule_after() = {is.ids.begin(), is.ids.end()};
  if (was.permitted) *change.mutable_before() = was.terms;
  if (is.permitted) *change.mutable_after() = is.terms;
  const Kind& kind = KindOf(box.value);
  const Text sentence = words_.Sentence(box.box, kind.may);
  change.set_sentence_sv(absl::StrCat(kind.heading.sv, ": ", sentence.sv, "."));
  change.set_sentence_en(absl::StrCat(kind.heading.en, ": ", sentence.en, "."));
  return change;
}

void Differ::List(NodeId root, v1::ChangeList* list) {
  const BoxList boxes = MaximalBoxes(space_, diagram_, root, options_.most_boxes);
  list->set_situations(boxes.cells);
  list->set_situations_unlisted(boxes.cells_unlisted);
  for (const ValuedBox& box : boxes.boxes) {
    v1::Change* change = list->add_change();
    *change = ChangeOf(box);
    boxes_.emplace(change, box.box);
  }
}

v1::ChangeList* Differ::ListOf(uint32_t value) {
  return value == kNewlyPermitted ? diff_.mutable_newly_permitted()
         : value == kNewlyDenied  ? diff_.mutable_newly_denied()
                                  : diff_.mutable_terms_changed();
}

// A notification counts once in each list and in each box that one of its categories lies in.
void Differ::CountRecorded(NodeId root) {
  diff_.set_recorded(options_.recorded.size());
  for (const v1::Facts& facts : options_.recorded) {
    std::set<v1::ChangeList*> lists;
    std::set<v1::Change*> changes;
    for (const std::string& category : facts.category()) {
      const std::optional<Cell> cell = space_.CellOf(facts, category);
      const uint32_t value = cell.has_value() ? diagram_.ValueAt(root, *cell) : kNothing;
      if (value == kNothing) continue;
      v1::ChangeList* list = ListOf(value);
      lists.insert(list);
      for (v1::Change& change : *list->mutable_change()) {
        if (Contains(boxes_.at(&change), *cell)) changes.insert(&change);
      }
    }
    for (v1::ChangeList* list : lists) list->set_recorded(list->recorded() + 1);
    for (v1::Change* change : changes) change->set_recorded(change->recorded() + 1);
  }
}

void Differ::Summarise() {
  const int more = diff_.newly_permitted().change_size(), less = diff_.newly_denied().change_size(),
            terms = diff_.terms_changed().change_size();
  const uint64_t unlisted = diff_.newly_permitted().situations_unlisted() +
                            diff_.newly_denied().situations_unlisted() +
                            diff_.terms_changed().situations_unlisted();
  if (more + less + terms + diff_.purpose_size() == 0) {
    diff_.set_summary_sv("Inget ändras: varje meddelande avgörs likadant.");
    diff_.set_summary_en("Nothing changes: every notification is decided alike.");
    return;
  }
  const auto sentence = [](int count, absl::string_view some, absl::string_view none) {
    return count == 0 ? std::string(none) : absl::StrCat(count, " ", some);
  };
  diff_.set_summary_sv(
      absl::StrCat(sentence(more, "nytt tillåtet.", "Inget tillåts som var nekat."), " ",
                   sentence(less, "nytt nekat.", "Inget nekas som var tillåtet."), " ",
                   sentence(terms, "med ändrade skyldigheter.", "Inga skyldigheter ändras."),
                   unlisted == 0 ? "" : " Listan är inte fullständig."));
  diff_.set_summary_en(
      absl::StrCat(sentence(more, "newly permitted.", "Nothing is permitted that was denied."), " ",
                   sentence(less, "newly denied.", "Nothing is denied that was permitted."), " ",
                   sentence(terms, "with changed obligations.", "No obligations change."),
                   unlisted == 0 ? "" : " The list is not complete."));
}

absl::StatusOr<v1::PolicyDiff> Differ::Run() {
  NameSets();
  AddRuleChanges(before_, after_, &diff_);
  AddPurposeChanges(before_, after_, words_, &diff_);
  const NodeId root = comparison_.Build(Entries(), &diagram_);
  RETURN_IF_ERROR(comparison_.status());
  const auto only = [&](auto keep) { return Select(&diagram_, root, keep); };
  List(only([](uint32_t value) { return value == kNewlyPermitted; }),
       diff_.mutable_newly_permitted());
  List(only([](uint32_t value) { return value == kNewlyDenied; }), diff_.mutable_newly_denied());
  List(only([](uint32_t value) { return value >= kFirstTermsChange; }),
       diff_.mutable_terms_changed());
  CountRecorded(root);
  Summarise();
  return std::move(diff_);
}

}  // namespace

absl::StatusOr<v1::PolicyDiff> DiffPolicies(const PolicySet& before, const PolicySet& after,
                                            const DiffOptions& options) {
  return Differ(before, after, options).Run();
}

absl::StatusOr<v1::PolicyDiff> DiffPolicies(const PolicySet& before, const PolicySet& after) {
  return DiffPolicies(before, after, DiffOptions());
}

}  // namespace sluss
