#include "policy/page_words.h"

#include <algorithm>
#include <iterator>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "policy/bounds.h"
#include "policy/days.h"

namespace sluss {
namespace {

// The Swedish name of the entry that `is_it` finds, or nothing.
template <typename Entries, typename IsIt>
std::string NameOf(const Entries& entries, absl::string_view otherwise, IsIt is_it) {
  const auto at = std::find_if(entries.begin(), entries.end(), is_it);
  return at == entries.end() ? std::string(otherwise) : at->name_sv();
}

std::string Days(uint32_t count) { return absl::StrCat(count, count == 1 ? " dag" : " dagar"); }

std::string AssessmentWords(const v1::Obligation::ProtectionAssessment& owed) {
  std::string words = "Mottagaren gör genast en skyddsbedömning";
  if (owed.assess_hours() != 0) {
    absl::StrAppend(&words, ", senast inom ", owed.assess_hours(),
                    owed.assess_hours() == 1 ? " timme," : " timmar,");
  }
  absl::StrAppend(&words, " och beslutar inom ", Days(owed.decide_days()),
                  " om utredning ska inledas");
  if (owed.finish_months() != 0) {
    absl::StrAppend(&words, "; en utredning slutförs inom ", owed.finish_months(),
                    owed.finish_months() == 1 ? " månad" : " månader", " från beslutet");
  }
  return words + ".";
}

std::string NumberWord(uint32_t number) {
  static constexpr absl::string_view kWords[] = {"noll", "en",  "två", "tre", "fyra",
                                                 "fem",  "sex", "sju", "åtta"};
  return number < std::size(kWords) ? std::string(kWords[number]) : absl::StrCat(number);
}

}  // namespace

std::string PageWords::Agency(absl::string_view name) const {
  if (name == "*") return "alla myndigheter";
  const absl::string_view kind = name.substr(0, name.find('/'));
  const std::string kind_name = NameOf(vocabulary_.agency_kind(), kind,
                                       [&](const auto& entry) { return entry.kind() == kind; });
  if (absl::EndsWith(name, "/*") || absl::EndsWith(name, "/example")) return kind_name;
  return absl::StrCat(kind_name, " (`", name, "`)");
}

std::string PageWords::Agencies(
    const google::protobuf::RepeatedPtrField<std::string>& names) const {
  std::vector<std::string> words;
  for (const std::string& name : ExpandAgencies(vocabulary_, names)) {
    const std::string word = Agency(name);
    if (!absl::c_linear_search(words, word)) words.push_back(word);
  }
  return Listed(words);
}

std::string PageWords::Category(absl::string_view id) const {
  return NameOf(vocabulary_.category(), id, [&](const auto& entry) { return entry.id() == id; });
}

std::string PageWords::Purpose(absl::string_view id) const {
  if (id == "ANY") return "alla ändamål";
  return NameOf(vocabulary_.purpose(), id, [&](const auto& entry) { return entry.id() == id; });
}

std::string PageWords::Age(const v1::Rule& rule) const {
  const uint32_t from = rule.age().from(), below = rule.age().below();
  std::string age = "alla åldrar";
  if (from != 0 && below != 0) age = absl::StrCat(from, " till och med ", below - 1, " år");
  if (from != 0 && below == 0) age = absl::StrCat("från ", from, " år");
  if (from == 0 && below != 0) age = absl::StrCat("under ", below, " år");
  return rule.age_unknown() ? age + "; också när åldern inte är känd" : age;
}

std::string PageWords::Roles(const v1::Rule& rule) const {
  if (absl::c_linear_search(rule.sender_role(), "UNKNOWN")) return "vem som helst i tjänsten";
  if (absl::c_linear_search(rule.sender_role(), "ANY")) return "den som har en känd yrkesroll";
  std::vector<std::string> words;
  for (const std::string& id : rule.sender_role()) {
    words.push_back(
        NameOf(vocabulary_.role(), id, [&](const auto& entry) { return entry.id() == id; }));
  }
  return Listed(words, "eller");
}

std::string PageWords::Attestation(const v1::Rule& rule) const {
  const v1::AttestationNeed& need = rule.attestation();
  const bool several = need.officers() > 1;
  std::string words = "ingen särskild";
  if (need.officers() == 1) words = "en namngiven handläggare";
  if (several) words = absl::StrCat(NumberWord(need.officers()), " olika handläggare");
  if (need.reason() == v1::TEXT_REQUIRED) {
    absl::StrAppend(&words, several ? ", som var och en anger skäl" : ", som anger skäl");
  }
  if (need.weighing() == v1::TEXT_REQUIRED) {
    absl::StrAppend(&words, ", och en skriftlig intresseavvägning");
  }
  return words;
}

std::string Listed(const std::vector<std::string>& words, absl::string_view last) {
  if (words.size() < 2) return absl::StrJoin(words, "");
  const std::vector<std::string> front(words.begin(), words.end() - 1);
  return absl::StrCat(absl::StrJoin(front, ", "), " ", last, " ", words.back());
}

std::string Capitalised(absl::string_view text) {
  static constexpr std::pair<absl::string_view, absl::string_view> kLetters[] = {
      {"å", "Å"}, {"ä", "Ä"}, {"ö", "Ö"}};
  for (const auto& [small, large] : kLetters) {
    if (absl::StartsWith(text, small)) return absl::StrCat(large, text.substr(small.size()));
  }
  std::string result(text);
  if (!result.empty()) result[0] = absl::ascii_toupper(static_cast<unsigned char>(result[0]));
  return result;
}

std::string ValidityWords(const v1::Validity& validity) {
  std::vector<std::string> words;
  if (!validity.from().empty()) {
    words.push_back(absl::StrCat("från och med ", validity.from()));
  }
  if (!validity.to().empty()) {
    const absl::StatusOr<Day> end = ParseDay(validity.to());
    words.push_back(absl::StrCat("till och med ", end.ok() ? DayText(*end - 1) : validity.to()));
  }
  return words.empty() ? "tills vidare" : absl::StrJoin(words, " ");
}

std::string ObligationWords(const v1::Obligation& obligation) {
  switch (obligation.kind_case()) {
    case v1::Obligation::kNotifyGuardian:
      return obligation.notify_guardian().unless().empty()
                 ? "Vårdnadshavaren underrättas."
                 : "Vårdnadshavaren underrättas, om det inte innebär risk för barnet.";
    case v1::Obligation::kRetain:
      return absl::StrCat("Mottagaren bevarar uppgifterna högst ", Days(obligation.retain().days()),
                          ".");
    case v1::Obligation::kReview:
      return "Utlämnandet ingår i loggranskningen.";
    case v1::Obligation::kProtectionAssessment:
      return AssessmentWords(obligation.protection_assessment());
    case v1::Obligation::kFeedback:
      return absl::StrCat("På begäran får anmälaren återkoppling inom ",
                          Days(obligation.feedback().days()), ".");
    case v1::Obligation::kAcknowledgeWithin: {
      const uint32_t minutes = obligation.acknowledge_within().minutes();
      const std::string time =
          minutes % 60 == 0 ? absl::StrCat(minutes / 60, minutes == 60 ? " timme" : " timmar")
                            : absl::StrCat(minutes, " minuter");
      return absl::StrCat("Mottagandet bekräftas inom ", time,
                          "; annars uppmanas avsändaren att ringa.");
    }
    case v1::Obligation::KIND_NOT_SET:
      break;
  }
  return "";
}

std::string TestWords(v1::HumanTest test) {
  switch (test) {
    case v1::NECESSITY:
      return "att uppgiften behövs";
    case v1::SUITABILITY:
      return "att det inte är olämpligt";
    case v1::WEIGHING:
      return "vilket intresse som väger tyngst";
    case v1::OBVIOUS:
      return "att intresset av utlämnandet uppenbart har företräde";
    case v1::IMMEDIATE_DANGER:
      return "att faran är uppenbar och omedelbar";
    case v1::CONCRETE_RISK:
      return "att konkreta omständigheter visar risken";
    case v1::SUSPICION:
      return "att det finns misstanke om brott";
    case v1::SEVERITY:
      return "att brottet är tillräckligt allvarligt";
    case v1::NO_HARM:
      return "risken för skada eller men";
    case v1::EXCEPTIONAL_REASONS:
      return "om det finns synnerliga skäl";
    case v1::CLEAR_CONSENT:
      return "att samtycket är tydligt och gäller just detta";
    case v1::MATURITY:
      return "barnets ålder och mognad";
    case v1::PROPORTIONALITY:
      return "att det är proportionerligt";
    default:
      return "";
  }
}

std::string EffectWords(v1::LawEffect effect) {
  switch (effect) {
    case v1::PERMITS:
      return "tillåter";
    case v1::OBLIGES:
      return "förpliktar";
    case v1::FORBIDS:
      return "förbjuder";
    case v1::RECOMMENDS:
      return "rekommenderar";
    default:
      return "";
  }
}

}  // namespace sluss
