#include "policy/rule_sentence.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace sluss {
namespace {

using Names = google::protobuf::RepeatedPtrField<std::string>;

std::string Joined(const std::vector<std::string>& words, absl::string_view last) {
  if (words.size() < 2) return absl::StrJoin(words, "");
  const std::vector<std::string> front(words.begin(), words.end() - 1);
  return absl::StrCat(absl::StrJoin(front, ", "), " ", last, " ", words.back());
}

bool Has(const Names& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <typename Entries, typename IdOf>
Text NameIn(const Entries& entries, const std::string& id, IdOf id_of) {
  for (const auto& entry : entries) {
    if (id_of(entry) == id) return {entry.name_sv(), entry.name_en()};
  }
  return {absl::StrCat("`", id, "`"), absl::StrCat("`", id, "`")};
}

// The names of one list, by a function from id to words.
template <typename Name>
Text List(const Names& ids, bool any_of, Name name) {
  std::vector<std::string> sv, en;
  for (const std::string& id : ids) {
    const Text words = name(id);
    sv.push_back(words.sv);
    en.push_back(words.en);
  }
  return {Joined(sv, any_of ? "eller" : "och"), Joined(en, any_of ? "or" : "and")};
}

class Sentence {
 public:
  Sentence(const v1::Vocabulary& vocabulary, const v1::Rule& rule)
      : vocabulary_(vocabulary), rule_(rule) {}

  Text Make() {
    const bool forbid = rule_.effect() == v1::FORBID;
    const Text sender = Agencies(rule_.sender()), recipient = Agencies(rule_.recipient());
    const Text categories = Categories(), purposes = Purposes();
    sv_ = absl::StrCat(sender.sv, forbid ? " får inte lämna " : " får lämna ", categories.sv,
                       " till ", recipient.sv, " för ", purposes.sv);
    en_ = absl::StrCat(sender.en, forbid ? " may not tell " : " may tell ", recipient.en, " ",
                       categories.en, " for ", purposes.en);
    Bases();
    Age();
    if (forbid) {
      Strikes();
    } else {
      Conditions();
    }
    Validity();
    for (const v1::Obligation& obligation : rule_.obligation()) Owed(obligation);
    if (forbid && !rule_.reason_sv().empty())
      Add("skälet: " + rule_.reason_sv(), "the reason: " + rule_.reason_en());
    return {sv_ + ".", en_ + "."};
  }

 private:
  void Add(absl::string_view sv, absl::string_view en) {
    absl::StrAppend(&sv_, "; ", sv);
    absl::StrAppend(&en_, "; ", en);
  }

  Text Agencies(const Names& names) const {
    return List(names, false, [this](const std::string& name) -> Text {
      if (name == "*") return {"alla myndigheter", "every agency"};
      if (!absl::EndsWith(name, "/*")) return {"`" + name + "`", "`" + name + "`"};
      return NameIn(vocabulary_.agency_kind(), name.substr(0, name.size() - 2),
                    [](const auto& entry) { return entry.kind(); });
    });
  }

  Text Categories() const {
    if (Has(rule_.category(), "ANY")) return {"alla slags uppgifter", "data of every kind"};
    return List(rule_.category(), false, [this](const std::string& id) {
      return NameIn(vocabulary_.category(), id, [](const auto& entry) { return entry.id(); });
    });
  }

  Text Purposes() const {
    if (Has(rule_.purpose(), "ANY")) return {"alla ändamål", "every purpose"};
    return List(rule_.purpose(), true, [this](const std::string& id) {
      return NameIn(vocabulary_.purpose(), id, [](const auto& entry) { return entry.id(); });
    });
  }

  Text Citations(const Names& ids, bool any_of) const {
    return List(ids, any_of, [this](const std::string& id) -> Text {
      for (const v1::Paragraph& paragraph : vocabulary_.paragraph()) {
        if (paragraph.id() == id) return {paragraph.short_citation(), paragraph.short_citation()};
      }
      return {"`" + id + "`", "`" + id + "`"};
    });
  }

  void Bases() {
    const bool duty = rule_.duty();
    const Text basis = Citations(rule_.legal_basis(), rule_.effect() == v1::PERMIT && !duty);
    Add("enligt " + basis.sv, "under " + basis.en);
    if (duty) Add("en skyldighet, vad som än åberopas", "a duty, whatever is cited");
    if (!rule_.cited_basis().empty()) {
      const Text cited = Citations(rule_.cited_basis(), true);
      Add(absl::StrCat("när ", cited.sv, " eller inget åberopas"),
          absl::StrCat("where ", cited.en, " or nothing is cited"));
    }
    if (!rule_.except_legal_basis().empty()) {
      const Text spared = Citations(rule_.except_legal_basis(), true);
      Add(absl::StrCat("utom när ", spared.sv, " åberopas"),
          absl::StrCat("except where ", spared.en, " is cited"));
    }
  }

  void Age() {
    const uint32_t from = rule_.age().from(), below = rule_.age().below();
    const bool also_unknown = rule_.age_unknown() || rule_.effect() == v1::FORBID;
    const Text unknown = also_unknown ? Text{", eller av okänd ålder", ", or of unknown age"}
                                      : Text{", med känd ålder", ", of known age"};
    if (from == 0 && below == 0) {
      if (also_unknown) return Add("i alla åldrar", "at every age");
      return Add("i alla åldrar, om åldern är känd", "at every age, where it is known");
    }
    if (below == 0) {
      return Add(absl::StrCat("från ", from, " år", unknown.sv),
                 absl::StrCat("aged ", from, " or older", unknown.en));
    }
    if (from == 0) {
      return Add(absl::StrCat("under ", below, " år", unknown.sv),
                 absl::StrCat("under ", below, unknown.en));
    }
    Add(absl::StrCat(from, " till och med ", below - 1, " år", unknown.sv),
        absl::StrCat("aged ", from, " to ", below - 1, unknown.en));
  }

  void Roles() {
    if (Has(rule_.sender_role(), "UNKNOWN")) {
      return Add("av vem som helst i tjänsten", "by anyone in service");
    }
    if (Has(rule_.sender_role(), "ANY")) return Add("av en känd yrkesroll", "by a known role");
    const Text roles = List(rule_.sender_role(), true, [this](const std::string& id) {
      return NameIn(vocabulary_.role(), id, [](const auto& entry) { return entry.id(); });
    });
    Add("av " + roles.sv, "by " + roles.en);
  }

  void Cover() {
    if (rule_.recipient_cover().empty()) return;
    const std::string covers = absl::StrJoin(rule_.recipient_cover(), ", ");
    Add(absl::StrCat("när mottagarens sekretess är ", covers),
        absl::StrCat("where the recipient's secrecy is ", covers));
  }

  void Conditions() {
    Roles();
    const bool bound = rule_.consent() == v1::REQUIRED;
    Add(bound ? "med samtycke" : "utan samtycke", bound ? "with consent" : "without consent");
    const v1::AttestationNeed& need = rule_.attestation();
    if (need.officers() != 0) {
      Add(absl::StrCat("intygat av ", need.officers(),
                       need.officers() == 1 ? " handläggare" : " olika handläggare"),
          absl::StrCat("attested by ", need.officers(),
                       need.officers() == 1 ? " officer" : " different officers"));
    }
    if (need.reason() == v1::TEXT_REQUIRED) Add("med skäl", "with a reason");
    if (need.weighing() == v1::TEXT_REQUIRED) {
      Add("med en skriftlig intresseavvägning", "with a written weighing of the interests");
    }
    Cover();
    if (rule_.protected_identity()) {
      Add("också vid skyddade personuppgifter", "also for a person with protected identity");
    }
  }

  // Where a forbid strikes.
  void Strikes() {
    if (!Has(rule_.sender_role(), "ANY")) Roles();
    if (!rule_.consent_state().empty()) {
      std::vector<std::string> states;
      for (const int state : rule_.consent_state()) {
        states.push_back(v1::ConsentState_Name(static_cast<v1::ConsentState>(state)));
      }
      const std::string listed = absl::StrJoin(states, ", ");
      Add(absl::StrCat("när samtycket är ", listed, " eller okänt"),
          absl::StrCat("where the consent is ", listed, " or unknown"));
    }
    Cover();
  }

  void Validity() {
    if (!rule_.valid().from().empty()) {
      Add("från och med " + rule_.valid().from(), "from " + rule_.valid().from());
    }
    if (!rule_.valid().to().empty()) {
      Add("före " + rule_.valid().to(), "before " + rule_.valid().to());
    }
  }

  void Assessment(const v1::Obligation::ProtectionAssessment& owed) {
    std::string sv = "skyddsbedömning genast", en = "protection assessment at once";
    if (owed.assess_hours() != 0) {
      absl::StrAppend(&sv, ", senast inom ", owed.assess_hours(), " timmar");
      absl::StrAppend(&en, ", within ", owed.assess_hours(), " hours at the latest");
    }
    absl::StrAppend(&sv, ", beslut inom ", owed.decide_days(), " dagar");
    absl::StrAppend(&en, ", decision within ", owed.decide_days(), " days");
    if (owed.finish_months() != 0) {
      absl::StrAppend(&sv, ", utredning slutförd inom ", owed.finish_months(), " månader");
      absl::StrAppend(&en, ", investigation finished within ", owed.finish_months(), " months");
    }
    Add(sv, en);
  }

  void Owed(const v1::Obligation& owed) {
    switch (owed.kind_case()) {
      case v1::Obligation::kNotifyGuardian:
        return owed.notify_guardian().unless().empty()
                   ? Add("vårdnadshavaren underrättas", "the guardian is notified")
                   : Add("vårdnadshavaren underrättas om det inte är en risk för barnet",
                         "the guardian is notified unless that is a risk to the child");
      case v1::Obligation::kRetain:
        return Add(absl::StrCat("bevaras högst ", owed.retain().days(), " dagar"),
                   absl::StrCat("kept for at most ", owed.retain().days(), " days"));
      case v1::Obligation::kReview:
        return Add("ingår i loggranskningen", "part of the log review");
      case v1::Obligation::kProtectionAssessment:
        return Assessment(owed.protection_assessment());
      case v1::Obligation::kFeedback:
        return Add(absl::StrCat("återkoppling inom ", owed.feedback().days(), " dagar"),
                   absl::StrCat("feedback within ", owed.feedback().days(), " days"));
      case v1::Obligation::kAcknowledgeWithin:
        return Add(
            absl::StrCat("mottagandet bekräftas inom ", owed.acknowledge_within().minutes(),
                         " minuter"),
            absl::StrCat("acknowledged within ", owed.acknowledge_within().minutes(), " minutes"));
      case v1::Obligation::KIND_NOT_SET:
        return;
    }
  }

  const v1::Vocabulary& vocabulary_;
  const v1::Rule& rule_;
  std::string sv_, en_;
};

}  // namespace

Text RuleSentence(const v1::Vocabulary& vocabulary, const v1::Rule& rule) {
  return Sentence(vocabulary, rule).Make();
}

}  // namespace sluss
