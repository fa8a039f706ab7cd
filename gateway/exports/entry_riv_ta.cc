// The fields of RIV-TA informationsecurity:auditing:log 2.0, StoreLog, as Inera's log service takes
// them: activityType and purpose are among the words that its contract allows, the rest of what an
// entry says stands in activityLevel and activityArgs. The user is the agency: officers stand in an
// entry as commitments only.
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "gateway/base/hex.h"
#include "gateway/exports/entry_format.h"

namespace sluss {
namespace {

std::string Element(absl::string_view name, absl::string_view text) {
  if (text.empty()) return "";
  return absl::StrCat("<log:", name, ">",
                      absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}}),
                      "</log:", name, ">");
}

std::string Nested(absl::string_view name, const std::string& content) {
  return absl::StrCat("<log:", name, ">", content, "</log:", name, ">");
}

absl::string_view ActivityType(const v1::AuditLeaf& leaf) {
  switch (leaf.kind()) {
    case v1::DELIVERY:
    case v1::EXPORT:
      return "Utskrift";
    case v1::SEARCH:
    case v1::ACCESS_SCAN:
    case v1::REIDENTIFIED:
    case v1::ACKNOWLEDGEMENT:
      return "Läsa";
    case v1::ERASURE:
      return "Radera";
    case v1::POLICY_APPROVAL:
    case v1::REVIEW_CLOSED:
      return "Vidimera";
    default:
      return "Skriva";
  }
}

absl::string_view Purpose(const v1::AuditLeaf& leaf) {
  if (!leaf.purpose().empty()) return "Annan dokumentation enligt lag";
  switch (leaf.kind()) {
    case v1::REVIEW_DRAWN:
    case v1::REVIEW_FINDING:
    case v1::REVIEW_CLOSED:
      return "Kvalitetssäkring";
    default:
      return "Administration";
  }
}

template <typename Strings>
void AddList(absl::string_view name, const Strings& values, std::vector<std::string>* parts) {
  if (!values.empty()) parts->push_back(absl::StrCat(name, "=", absl::StrJoin(values, ",")));
}

// What the contract has no field for.
std::string ActivityArgs(uint64_t index, const v1::AuditLeaf& leaf) {
  std::vector<std::string> parts = {absl::StrCat("entry=", index)};
  if (!leaf.verdict().empty()) parts.push_back(absl::StrCat("verdict=", leaf.verdict()));
  if (!leaf.outcome().empty()) parts.push_back(absl::StrCat("outcome=", leaf.outcome()));
  if (!leaf.purpose().empty()) parts.push_back(absl::StrCat("purpose=", leaf.purpose()));
  AddList("legal_basis", leaf.legal_basis(), &parts);
  AddList("passed", leaf.passed(), &parts);
  AddList("withheld", leaf.withheld(), &parts);
  AddList("rule", leaf.rule(), &parts);
  if (!leaf.message_id().empty()) {
    parts.push_back(absl::StrCat("message=", ToHex(leaf.message_id())));
  }
  if (leaf.count() > 0) parts.push_back(absl::StrCat("count=", leaf.count()));
  return absl::StrJoin(parts, ";");
}

class RivTa final : public EntryFormat {
 public:
  explicit RivTa(const v1::Particulars& particulars) {
    for (const v1::Organisation& one : particulars.controller()) organisations_[one.agency()] = one;
    gateway_ = particulars.processor();
  }

  std::string Begin() const override {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<StoreLog xmlns=\"urn:riv:informationsecurity:auditing:log:StoreLogResponder:2\" "
           "xmlns:log=\"urn:riv:informationsecurity:auditing:log:2\">\n";
  }

  std::string Entry(uint64_t index, const v1::AuditLeaf& leaf) const override {
    const std::string actor = leaf.sender().empty() ? leaf.gateway() : leaf.sender();
    const std::string subject = leaf.recipient().empty() ? actor : leaf.recipient();
    const std::string time = absl::FormatTime(
        "%Y-%m-%dT%H:%M:%E6SZ", absl::FromUnixMicros(leaf.time_us()), absl::UTCTimeZone());
    return absl::StrCat(
        "<log>", Element("logId", ToHex(leaf.event_id())),
        Nested("system",
               Element("systemId", IdOf(leaf.gateway())) + Element("systemName", leaf.gateway())),
        Nested("activity",
               absl::StrCat(Element("activityType", ActivityType(leaf)),
                            Element("activityLevel", v1::RecordKind_Name(leaf.kind())),
                            Element("activityArgs", ActivityArgs(index, leaf)),
                            Element("startDate", time), Element("purpose", Purpose(leaf)))),
        Nested("user",
               absl::StrCat(Element("userId", IdOf(actor)), CareProvider(actor), CareUnit(actor))),
        Nested("resources",
               Nested("resource", absl::StrCat(Element("resourceType", leaf.message_id().empty()
                                                                           ? "Utlämningslogg"
                                                                           : "Underrättelse"),
                                               CareProvider(subject), CareUnit(subject)))),
        "</log>\n");
  }

  std::string End() const override { return "</StoreLog>\n"; }

 private:
  const v1::Organisation* Find(const std::string& who) const {
    const auto found = organisations_.find(who);
    if (found != organisations_.end()) return &found->second;
    return who.rfind("gateway/", 0) == 0 ? &gateway_ : nullptr;
  }
  // Its HSA id; our own name for it where nobody gave one.
  std::string IdOf(const std::string& who) const {
    const v1::Organisation* const known = Find(who);
    return known != nullptr && !known->hsa_id().empty() ? known->hsa_id()
                                                        : absl::StrCat("sluss://", who);
  }
  std::string NameOf(const std::string& who) const {
    const v1::Organisation* const known = Find(who);
    return known != nullptr ? known->name() : "";
  }
  std::string CareProvider(const std::string& who) const {
    return Nested("careProvider",
                  Element("careProviderId", IdOf(who)) + Element("careProviderName", NameOf(who)));
  }
  std::string CareUnit(const std::string& who) const {
    return Nested("careUnit", Element("careUnitId", IdOf(who)) + Element("careUnitName", who));
  }

  std::map<std::string, v1::Organisation> organisations_;
  v1::Organisation gateway_;
};

}  // namespace

std::unique_ptr<EntryFormat> RivTaFormat(const v1::Particulars& particulars) {
  return std::make_unique<RivTa>(particulars);
}

}  // namespace sluss
