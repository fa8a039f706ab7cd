#include "gateway/policies/recorded.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

constexpr size_t kPage = 256;

}  // namespace

v1::RecordedDecision RecordedOf(const MessageRow& row) {
  v1::RecordedDecision recorded;
  recorded.set_id(absl::StrCat(row.details.decision_index()));
  *recorded.mutable_decision() = row.details.decision();
  v1::Facts& facts = *recorded.mutable_facts();
  facts = row.details.facts();
  // The row keeps the categories that passed; the decision names all that were asked for.
  facts.clear_category();
  for (const v1::CategoryDecision& category : recorded.decision().category()) {
    facts.add_category(category.category());
  }
  return recorded;
}

absl::Status ReadRecorded(const StoreView& view, const std::string& from_day,
                          const std::string& to_day,
                          const std::function<bool(const v1::RecordedDecision&)>& take) {
  uint64_t after = 0;
  for (;;) {
    ASSIGN_OR_RETURN(const std::vector<AdmittedMessage> page, view.MessagesAdmitted(after, kPage));
    for (const AdmittedMessage& message : page) {
      after = message.place;
      const std::string& day = message.row.details.decision().decision_day();
      if (day < from_day || (!to_day.empty() && day >= to_day)) continue;
      if (!take(RecordedOf(message.row))) return absl::OkStatus();
    }
    if (page.size() < kPage) return absl::OkStatus();
  }
}

}  // namespace sluss
