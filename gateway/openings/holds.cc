#include "gateway/openings/holds.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/base/hex.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/random.h"

namespace sluss {
namespace {

constexpr size_t kIdBytes = 16;
constexpr size_t kDigestBytes = 32;

bool Covers(const v1::LegalHold& hold, const OpeningMonth& month) {
  const auto& classes = hold.opening_class();
  const std::string text = MonthText(month.month);  // sorts as the months do
  return std::find(classes.begin(), classes.end(), ClassName(month.opening_class)) !=
             classes.end() &&
         hold.from_month() <= text && text <= hold.to_month();
}

absl::StatusOr<absl::CivilMonth> MonthField(absl::string_view field, absl::string_view text) {
  absl::StatusOr<absl::CivilMonth> month = ParseMonth(text);
  if (month.ok()) return month;
  return absl::InvalidArgumentError(absl::StrCat("`", field, "`: ", month.status().message()));
}

int64_t StartUs(absl::CivilMonth month) {
  return absl::ToUnixMicros(absl::FromCivil(month, absl::UTCTimeZone()));
}

absl::StatusOr<LeafDraft> HoldLeaf(v1::RecordKind kind, const v1::LegalHold& hold,
                                   const OfficersOrder& order) {
  LeafDraft draft;
  draft.clear.set_kind(kind);
  draft.clear.set_procedure(hold.hold());
  *draft.clear.mutable_opening_class() = hold.opening_class();
  ASSIGN_OR_RETURN(const absl::CivilMonth from, ParseMonth(hold.from_month()));
  ASSIGN_OR_RETURN(const absl::CivilMonth to, ParseMonth(hold.to_month()));
  draft.clear.set_from_us(StartUs(from));
  draft.clear.set_to_us(StartUs(to + 1));
  CommitOrder(order, &draft);
  return draft;
}

}  // namespace

const v1::LegalHold* HoldOver(const std::vector<v1::LegalHold>& holds, const OpeningMonth& month) {
  for (const v1::LegalHold& hold : holds) {
    if (Covers(hold, month)) return &hold;
  }
  return nullptr;
}

absl::Status Held(absl::string_view what, const v1::LegalHold& hold) {
  const std::string since =
      absl::FormatTime("%Y-%m-%d", absl::FromUnixMicros(hold.since_us()), absl::UTCTimeZone());
  return absl::FailedPreconditionError(absl::StrCat(
      what, " is under legal hold ", ToHex(hold.hold()), " of ", since,
      ": an officer ends it with `slussctl log release --hold ", ToHex(hold.hold()), "`"));
}

absl::StatusOr<v1::LegalHold> CheckHold(const v1::HoldRequest& request) {
  ASSIGN_OR_RETURN(const absl::CivilMonth from, MonthField("from_month", request.from_month()));
  ASSIGN_OR_RETURN(const absl::CivilMonth to, MonthField("to_month", request.to_month()));
  if (to < from) return absl::InvalidArgumentError("`to_month` must not be before `from_month`");
  std::set<std::string> classes;
  for (const std::string& name : request.opening_class()) {
    const absl::Status known = ParseOpeningClass(name).status();
    if (!known.ok()) {
      return absl::InvalidArgumentError(absl::StrCat("`opening_class`: ", known.message()));
    }
    classes.insert(name);
  }
  if (classes.empty()) {
    for (const OpeningClass one : kOpeningClasses) classes.emplace(ClassName(one));
  }
  v1::LegalHold hold;
  hold.mutable_opening_class()->Assign(classes.begin(), classes.end());
  hold.set_from_month(MonthText(from));
  hold.set_to_month(MonthText(to));
  return hold;
}

absl::Status CheckReason(absl::string_view digest) {
  if (digest.size() == kDigestBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "`reason_digest` must be SHA-256 of a salt and the reason, 32 bytes: the officer keeps both");
}

void CommitOrder(const OfficersOrder& order, LeafDraft* draft) {
  const auto commit = [&](CommitTag tag, const std::string& value) {
    if (value.empty()) return;
    v1::OpenedField& field = draft->committed.emplace_back();
    field.set_tag(static_cast<uint32_t>(tag));
    field.set_value(value);
  };
  commit(CommitTag::kOfficer, order.official);
  commit(CommitTag::kReasons, order.reason_digest);
}

absl::Status PlaceHold(Recorder& recorder, const OfficersOrder& order, HoldResult* result) {
  v1::LegalHold& hold = result->hold;
  hold.set_hold(RandomBytes(kIdBytes));
  hold.set_since_us(absl::ToUnixMicros(recorder.now()));
  ASSIGN_OR_RETURN(const LeafDraft leaf, HoldLeaf(v1::LEGAL_HOLD, hold, order));
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
  hold.set_log_index(entry.index());
  return recorder.store().PutLegalHold(hold, entry);
}

absl::Status ReleaseHold(Recorder& recorder, const OfficersOrder& order, absl::string_view hold,
                         HoldResult* result) {
  ASSIGN_OR_RETURN(const std::vector<v1::LegalHold> holds, recorder.store().LegalHolds());
  const auto found = std::find_if(holds.begin(), holds.end(), [&](const v1::LegalHold& one) {
    return one.hold() == std::string(hold);
  });
  if (found == holds.end()) {
    result->refusal = absl::NotFoundError(
        "`hold`: there is no such legal hold, or it has ended: see `slussctl log openings`");
    return absl::OkStatus();
  }
  result->hold = *found;
  ASSIGN_OR_RETURN(const LeafDraft leaf, HoldLeaf(v1::LEGAL_HOLD_END, *found, order));
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
  return recorder.store().RemoveLegalHold(hold, entry);
}

}  // namespace sluss
