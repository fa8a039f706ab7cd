#include "policy/analysis/box_words.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sluss {
namespace {

constexpr size_t kMostWords = 8;

Text Both(const std::string& word) { return {word, word}; }

void Append(Text* text, const Text& clause) {
  if (clause.sv.empty()) return;
  absl::StrAppend(&text->sv, ", ", clause.sv);
  absl::StrAppend(&text->en, ", ", clause.en);
}

std::string Joined(std::vector<std::string> words, absl::string_view last) {
  if (words.size() < 2) return absl::StrJoin(words, "");
  const std::string end = words.back();
  words.pop_back();
  return absl::StrCat(absl::StrJoin(words, ", "), " ", last, " ", end);
}

Text Years(uint32_t from, uint32_t below) {
  if (from + 1 == below) return Both(absl::StrCat(from));
  if (below == 0) return {absl::StrCat(from, " eller mer"), absl::StrCat(from, " or more")};
  return Both(absl::StrCat(from, "-", below - 1));
}

Text YearLists(const google::protobuf::RepeatedPtrField<v1::AgeBox>& ages) {
  std::vector<Text> words;
  for (const v1::AgeBox& age : ages) words.push_back(Years(age.from(), age.below()));
  return WordList(words, "eller", "or");
}

// The common case: the whole interval between two ages. Empty for others.
Text PlainAge(const v1::Box& box) {
  const bool from = box.youngest_size() == 1 && box.youngest(0).below() == 0;
  const bool below = box.oldest_size() == 1 && box.oldest(0).from() == 0;
  if (from && below) {
    return Both(absl::StrCat(box.youngest(0).from(), "-", box.oldest(0).below() - 1));
  }
  if (from && box.oldest().empty()) {
    return {absl::StrCat(box.youngest(0).from(), " eller äldre"),
            absl::StrCat(box.youngest(0).from(), " or older")};
  }
  if (below && box.youngest().empty()) {
    return {absl::StrCat("under ", box.oldest(0).below()),
            absl::StrCat("under ", box.oldest(0).below())};
  }
  return {};
}

}  // namespace

Text WordList(const std::vector<Text>& words, absl::string_view last_sv,
              absl::string_view last_en) {
  std::vector<std::string> sv, en;
  for (size_t i = 0; i < words.size() && (words.size() <= kMostWords || i + 1 < kMostWords); ++i) {
    sv.push_back(words[i].sv);
    en.push_back(words[i].en);
  }
  if (sv.size() < words.size()) {
    sv.push_back(absl::StrCat(words.size() - sv.size(), " till"));
    en.push_back(absl::StrCat(words.size() - en.size(), " more"));
  }
  return {Joined(std::move(sv), last_sv), Joined(std::move(en), last_en)};
}

BoxWords::BoxWords(const Space* space, const PolicySet& first, const PolicySet* second)
    : space_(*space) {
  if (second != nullptr) Learn(*second);
  Learn(first);
}

void BoxWords::Learn(const PolicySet& set) {
  const v1::Vocabulary& vocabulary = set.bundle().vocabulary();
  for (const auto& kind : vocabulary.agency_kind()) {
    names_[kSenderAxis].try_emplace(kind.kind(), Text{kind.name_sv(), kind.name_en()});
  }
  for (const auto& purpose : vocabulary.purpose()) {
    names_[kPurposeAxis].try_emplace(purpose.id(), Text{purpose.name_sv(), purpose.name_en()});
  }
  for (const auto& category : vocabulary.category()) {
    names_[kCategoryAxis].try_emplace(category.id(), Text{category.name_sv(), category.name_en()});
  }
  for (const auto& role : vocabulary.role()) {
    names_[kRoleAxis].try_emplace(role.id(), Text{role.name_sv(), role.name_en()});
  }
  for (const auto& paragraph : vocabulary.paragraph()) {
    names_[kBasisAxis].try_emplace(paragraph.id(), Both(paragraph.short_citation()));
  }
}

Text BoxWords::NameOf(Axis axis, absl::string_view id) const {
  const auto at = names_[axis].find(id);
  if (at == names_[axis].end() || at->second.sv.empty() || at->second.en.empty()) {
    return Both(std::string(id));
  }
  return at->second;
}

Text BoxWords::Agencies(const AtomSet& atoms, const Text& all) const {
  if (atoms == space_.All(kSenderAxis)) return all;
  const auto kinds = static_cast<uint32_t>(space_.kinds().size());
  std::vector<Text> words;
  for (uint32_t kind = 0; kind < kinds; ++kind) {
    if (!atoms.Has(kind)) continue;
    Text word = NameOf(kSenderAxis, space_.kinds()[kind]);
    std::vector<std::string> except;
    for (uint32_t i = 0; i < space_.agencies().size(); ++i) {
      if (space_.KindOf(kinds + i) == kind && !atoms.Has(kinds + i)) {
        except.push_back(space_.agencies()[i]);
      }
    }
    if (!except.empty()) {
      absl::StrAppend(&word.sv, " (utom ", absl::StrJoin(except, ", "), ")");
      absl::StrAppend(&word.en, " (but not ", absl::StrJoin(except, ", "), ")");
    }
    words.push_back(std::move(word));
  }
  for (uint32_t i = 0; i < space_.agencies().size(); ++i) {
    if (!atoms.Has(kinds + i) || atoms.Has(space_.KindOf(kinds + i))) continue;
    words.push_back(Both(space_.agencies()[i]));
  }
  return WordList(words, "eller", "or");
}

Text BoxWords::Senders(const AtomSet& atoms) const {
  return Agencies(atoms, {"alla", "everybody"});
}

Text BoxWords::Recipients(const AtomSet& atoms) const {
  return Agencies(atoms, {"alla", "everybody"});
}

Text BoxWords::Names(Axis axis, const AtomSet& atoms, const Text& all) const {
  if (atoms == space_.All(axis)) return all;
  const auto list = [&](const AtomSet& some) {
    std::vector<Text> words;
    some.ForEach([&](uint32_t atom) { words.push_back(NameOf(axis, space_.names(axis)[atom])); });
    return words;
  };
  const AtomSet others = space_.All(axis) - atoms;
  if (others.Count() >= atoms.Count() || atoms.Count() < 4) {
    const bool choice = axis != kCategoryAxis;
    return WordList(list(atoms), choice ? "eller" : "och", choice ? "or" : "and");
  }
  const Text except = WordList(list(others), "och", "and");
  return {absl::StrCat(all.sv, " utom ", except.sv), absl::StrCat(all.en, " but ", except.en)};
}

Text BoxWords::Categories(const AtomSet& atoms) const {
  return Names(kCategoryAxis, atoms, {"alla uppgifter", "everything"});
}

Text BoxWords::Purposes(const AtomSet& atoms) const {
  return Names(kPurposeAxis, atoms, {"alla ändamål", "all purposes"});
}

Text BoxWords::Basis(const AtomSet& atoms) const {
  if (atoms == space_.All(kBasisAxis)) return {};
  AtomSet cited = atoms;
  const bool none = atoms.Has(kUnknownAtom);
  if (none) cited -= AtomSet::Only(space_.size(kBasisAxis), kUnknownAtom);
  if (cited.Empty()) return {"utan att något lagrum åberopas", "citing no legal basis"};
  const Text names = Names(kBasisAxis, cited, {"varje lagrum", "any legal basis"});
  // Names() counts UNKNOWN among the others.
  return {absl::StrCat("med stöd av ", names.sv, none ? " eller utan lagrum" : ""),
          absl::StrCat("citing ", names.en, none ? " or nothing" : "")};
}

Text BoxWords::Attestation(const AtomSet& officers, const AtomSet& roles) const {
  Text text;
  const AtomSet none = AtomSet::Only(space_.size(kOfficersAxis), 0);
  if (officers == none) return {"utan att någon handläggare intygar", "attested by no officer"};
  if (roles != space_.All(kRoleAxis)) {
    const AtomSet unknown = AtomSet::Only(space_.size(kRoleAxis), kUnknownAtom);
    const AtomSet known = roles - unknown;
    if (known.Empty()) {
      text = {"av någon vars roll inte är känd", "by somebody whose role is not known"};
    } else if (roles == space_.All(kRoleAxis) - unknown) {
      text = {"av någon med känd roll", "by somebody of known role"};
    } else {
      const Text names = Names(kRoleAxis, known, {"varje roll", "any role"});
      text = {absl::StrCat("av ", names.sv), absl::StrCat("by ", names.en)};
      if (roles.Has(kUnknownAtom)) {
        absl::StrAppend(&text.sv, " eller okänd roll");
        absl::StrAppend(&text.en, " or an unknown role");
      }
    }
  }
  // That somebody attests follows from a known role.
  const bool follows = officers == space_.All(kOfficersAxis) - none && !text.sv.empty();
  if (officers == space_.All(kOfficersAxis) || follows) return text;
  std::vector<Text> counts;
  officers.ForEach([&](uint32_t atom) {
    const auto [from, to] = space_.Officers(atom);
    counts.push_back(to == 0
                         ? Text{absl::StrCat(from, " eller fler"), absl::StrCat(from, " or more")}
                     : from == to ? Both(absl::StrCat(from))
                                  : Both(absl::StrCat(from, "-", to)));
  });
  const Text count = WordList(counts, "eller", "or");
  Text full = {absl::StrCat("intygat av ", count.sv, " handläggare"),
               absl::StrCat("attested by ", count.en, " officers")};
  if (!text.sv.empty()) {
    absl::StrAppend(&full.sv, ", ", text.sv);
    absl::StrAppend(&full.en, ", ", text.en);
  }
  return full;
}

Text BoxWords::Consent(const AtomSet& atoms) const {
  const AtomSet all = space_.All(kConsentAxis);
  const AtomSet covering = AtomSet::Only(all.Count(), v1::VALID);
  if (atoms == all) return {};
  if (atoms == covering) {
    return {"med ett giltigt samtycke som omfattar uppgiften",
            "under a valid consent that covers it"};
  }
  if (atoms == all - covering) {
    return {"utan ett giltigt samtycke som omfattar uppgiften",
            "without a valid consent that covers it"};
  }
  std::vector<Text> states;
  const bool negated = atoms.Count() > all.Count() / 2;
  (negated ? all - atoms : atoms).ForEach([&](uint32_t atom) {
    states.push_back(Both(atom == kConsentNotCovering
                              ? "consent-category-not-covered"
                              : ConsentCode(static_cast<v1::ConsentState>(atom))));
  });
  const Text list = WordList(states, "eller", "or");
  return {absl::StrCat("där samtyckets läge ", negated ? "inte " : "", "är ", list.sv),
          absl::StrCat("where the consent's state is ", negated ? "not " : "", list.en)};
}

Text BoxWords::Days(const AtomSet& atoms) const {
  AtomBox box = space_.Everything();
  box[kDayAxis] = atoms;
  std::vector<Text> spans;
  const v1::Box message = BoxMessage(space_, box);
  for (const v1::Validity& day : message.day()) {
    Text span;
    if (!day.from().empty())
      span = {absl::StrCat("från ", day.from()), absl::StrCat("from ", day.from())};
    if (!day.to().empty()) {
      absl::StrAppend(&span.sv, span.sv.empty() ? "" : " ", "före ", day.to());
      absl::StrAppend(&span.en, span.en.empty() ? "" : " ", "before ", day.to());
    }
    spans.push_back(std::move(span));
  }
  return WordList(spans, "eller", "or");
}

Text BoxWords::Age(const AtomBox& box) const {
  const v1::Box message = BoxMessage(space_, box);
  if (message.age() == v1::AGE_UNKNOWN)
    return {"när åldern inte är känd", "when the age is not known"};
  const bool known = message.age() == v1::AGE_KNOWN;
  if (message.youngest().empty() && message.oldest().empty()) {
    return known ? Text{"när åldern är känd", "when the age is known"} : Text{};
  }
  const Text unknown = known ? Text{} : Text{" eller okänd ålder", " or of unknown age"};
  if (const Text plain = PlainAge(message); !plain.sv.empty()) {
    return {absl::StrCat("om den som är ", plain.sv, " år", unknown.sv),
            absl::StrCat("about a person aged ", plain.en, unknown.en)};
  }
  std::vector<Text> ends;
  const auto add = [&ends](const Text& years, const Text& which) {
    ends.push_back({absl::StrCat(years.sv, " år som ", which.sv, " möjliga ålder"),
                    absl::StrCat(years.en, " as the ", which.en, " possible age")});
  };
  if (!message.youngest().empty()) add(YearLists(message.youngest()), {"lägsta", "lowest"});
  if (!message.oldest().empty()) add(YearLists(message.oldest()), {"högsta", "highest"});
  const Text list = WordList(ends, "och", "and");
  return {absl::StrCat("med ", list.sv, unknown.sv), absl::StrCat("with ", list.en, unknown.en)};
}

Text BoxWords::Conditions(const AtomBox& box) const {
  Text text;
  Append(&text, Basis(box[kBasisAxis]));
  Append(&text, Age(box));
  Append(&text, Consent(box[kConsentAxis]));
  Append(&text, Attestation(box[kOfficersAxis], box[kRoleAxis]));
  const auto flag = [&](Axis axis, const Text& yes, const Text& no) {
    if (box[axis].Count() == 1) Append(&text, box[axis].Has(1) ? yes : no);
  };
  flag(kReasonAxis, {"med angivna skäl", "with reasons given"},
       {"utan angivna skäl", "without reasons"});
  flag(kWeighingAxis, {"med skriftlig avvägning", "with a written weighing"},
       {"utan skriftlig avvägning", "without a written weighing"});
  flag(kProtectedAxis, {"om den som har skyddade personuppgifter", "about a protected person"},
       {"om den som inte har skyddade personuppgifter", "about a person who is not protected"});
  Append(&text, Days(box[kDayAxis]));
  return text;
}

Text BoxWords::Sentence(const AtomBox& box, const Text& may) const {
  const Text senders = Senders(box[kSenderAxis]), recipients = Recipients(box[kRecipientAxis]);
  const Text categories = Categories(box[kCategoryAxis]), purposes = Purposes(box[kPurposeAxis]);
  const Text conditions = Conditions(box);
  return {absl::StrCat(senders.sv, " ", may.sv, " ", categories.sv, " till ", recipients.sv,
                       " för ", purposes.sv, conditions.sv),
          absl::StrCat(senders.en, " ", may.en, " ", recipients.en, " ", categories.en, " for ",
                       purposes.en, conditions.en)};
}

}  // namespace sluss
