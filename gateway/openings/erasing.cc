#include "gateway/openings/erasing.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"

namespace sluss {
namespace {

absl::StatusOr<EventId> EventOf(const StoreView& view, uint64_t index) {
  ASSIGN_OR_RETURN(const std::string entry, view.ReadEntry(index));
  v1::AuditLeaf leaf;
  if (entry.empty() || !leaf.ParseFromString(entry.substr(1))) {
    return absl::DataLossError(absl::StrCat("entry ", index, " of the log cannot be read"));
  }
  return EventId(leaf.event_id());
}

LeafDraft ErasureLeaf(const Erasing& erasing) {
  LeafDraft draft;
  draft.clear.set_kind(v1::ERASURE);
  draft.clear.set_procedure(erasing.procedure);
  draft.clear.set_outcome(erasing.outcome);
  draft.clear.set_count(erasing.erased);
  if (erasing.order.has_value()) CommitOrder(*erasing.order, &draft);
  return draft;
}

absl::Status NotJournalled(const absl::Status& status) {
  return absl::UnavailableError(absl::StrCat(
      "the journal of erasures cannot be written, so nothing was erased: ", status.message()));
}

// What is to be erased of single entries.
struct Chosen {
  std::vector<ErasedEntry> entries;
  std::map<uint64_t, OpeningGroupRow> groups;
};

// Adds the entry where something opens it. A hold is refused, or counted where it is a repetition.
absl::Status Choose(const StoreView& view, const std::vector<v1::LegalHold>& holds, uint64_t index,
                    Erasing* erasing, Chosen* chosen) {
  ASSIGN_OR_RETURN(const std::optional<KeptOpening> kept, view.ReadOpening(index));
  if (!kept.has_value()) {
    erasing->not_there.push_back(index);
    return absl::OkStatus();
  }
  if (const v1::LegalHold* const hold = HoldOver(holds, kept->group.month); hold != nullptr) {
    ++erasing->held;
    erasing->refusal =
        Held(absl::StrCat("entry ", index, " (", OpeningMonthText(kept->group.month), ")"), *hold);
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(EventId event, EventOf(view, index));
  chosen->entries.push_back({index, std::move(event)});
  chosen->groups.emplace(kept->group.number, kept->group);
  return absl::OkStatus();
}

// The groups as they will be without the chosen entries. Nothing is changed yet.
absl::StatusOr<SealedOpenings> SealOthers(const StoreView& view, OpeningVault* vault,
                                          const Chosen& chosen) {
  std::vector<OpeningGroupRow> groups;
  for (const auto& [number, group] : chosen.groups) groups.push_back(group);
  std::set<uint64_t> indexes;
  for (const ErasedEntry& entry : chosen.entries) indexes.insert(entry.index);
  return vault->SealOthersAnew(view, groups, indexes);
}

absl::Status EraseChosen(Recorder& recorder, const ErasingParts& parts, const Chosen& chosen,
                         const SealedOpenings& others, Erasing* erasing) {
  erasing->erased = chosen.entries.size();
  LeafDraft leaf = ErasureLeaf(*erasing);
  for (const ErasedEntry& entry : chosen.entries) leaf.clear.add_about_index(entry.index);
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
  for (const auto& [number, group] : chosen.groups) {
    RETURN_IF_ERROR(recorder.store().EraseOpeningGroup(number, entry));
  }
  RETURN_IF_ERROR(recorder.store().PutOpenings(others));
  parts.vault->Forget();
  recorder.WhenDurable([openings = parts.openings] { openings->Forget(); });
  return absl::OkStatus();
}

// After the journal has it.
absl::Status RetireMonth(Recorder& recorder, const ErasingParts& parts, const OpeningMonth& month,
                         Erasing* erasing) {
  ASSIGN_OR_RETURN(const std::vector<OpeningMonthRow> months, recorder.store().OpeningMonths());
  for (const OpeningMonthRow& row : months) {
    if (row.month == month) erasing->erased = row.openings;
  }
  LeafDraft leaf = ErasureLeaf(*erasing);
  leaf.clear.add_opening_class(OpeningMonthText(month));
  ASSIGN_OR_RETURN(const Entry entry, recorder.Append(leaf, Proof::kWanted));
  RETURN_IF_ERROR(recorder.store().RetireOpenings(month, entry));
  parts.vault->Forget();
  recorder.WhenDurable([parts, month] {
    parts.openings->Forget();
    (void)parts.keys->Destroy(month);  // where it fails, the journal has it done again
  });
  return absl::OkStatus();
}

absl::StatusOr<bool> HasKey(const MonthKeys& keys, const OpeningMonth& month) {
  const absl::Status read = keys.Read(month).status();
  if (absl::IsNotFound(read)) return false;
  if (absl::IsDataLoss(read)) return true;  // a file of that name, whatever it holds
  RETURN_IF_ERROR(read);
  return true;
}

// A month that the journal says is erased. Where nothing of it is left its key goes too; what was
// added after its erasure stays.
absl::Status EraseMonthAgain(Recorder& recorder, const ErasingParts& parts,
                             const JournalledErasure& journalled, Erasing* erasing) {
  const OpeningMonth& month = *journalled.month;
  ASSIGN_OR_RETURN(const auto first, recorder.store().FirstOpening(month));
  if (!first.has_value()) {
    erasing->refusal = parts.keys->Destroy(month);
    return absl::OkStatus();
  }
  if (*first >= journalled.end) return absl::OkStatus();
  ASSIGN_OR_RETURN(const std::vector<v1::LegalHold> holds, recorder.store().LegalHolds());
  const absl::StatusOr<bool> opens = HasKey(*parts.keys, month);
  if (!opens.ok()) {
    erasing->refusal = opens.status();
    return absl::OkStatus();
  }
  // Without its key nobody can open it, so that a hold keeps nothing.
  if (*opens && HoldOver(holds, month) != nullptr) {
    ++erasing->held;
    return absl::OkStatus();
  }
  return RetireMonth(recorder, parts, month, erasing);
}

absl::Status EraseEntriesAgain(Recorder& recorder, const ErasingParts& parts,
                               const JournalledErasure& journalled, Erasing* erasing) {
  const Transaction& view = recorder.store();
  ASSIGN_OR_RETURN(const LogHead head, view.ReadHead(/*gateway=*/""));
  ASSIGN_OR_RETURN(const std::vector<v1::LegalHold> holds, view.LegalHolds());
  Chosen chosen;
  for (const ErasedEntry& entry : journalled.entries) {
    if (entry.index >= head.size) continue;
    ASSIGN_OR_RETURN(const EventId event, EventOf(view, entry.index));
    if (event != entry.event) continue;  // another history, another entry
    RETURN_IF_ERROR(Choose(view, holds, entry.index, erasing, &chosen));
  }
  erasing->refusal = absl::OkStatus();  // what is held waits; the rest does not
  if (chosen.entries.empty()) return absl::OkStatus();
  const absl::StatusOr<SealedOpenings> others = SealOthers(view, parts.vault, chosen);
  if (!others.ok()) {
    parts.vault->Forget();
    erasing->refusal = others.status();
    return absl::OkStatus();
  }
  return EraseChosen(recorder, parts, chosen, *others, erasing);
}

}  // namespace

absl::Status EraseEntries(Recorder& recorder, const ErasingParts& parts,
                          const std::vector<uint64_t>& indexes, Erasing* erasing) {
  const Transaction& view = recorder.store();
  ASSIGN_OR_RETURN(const LogHead head, view.ReadHead(/*gateway=*/""));
  ASSIGN_OR_RETURN(const std::vector<v1::LegalHold> holds, view.LegalHolds());
  Chosen chosen;
  for (const uint64_t index : std::set<uint64_t>(indexes.begin(), indexes.end())) {
    if (index >= head.size) {
      erasing->refusal = absl::InvalidArgumentError(
          absl::StrCat("`index` ", index, ": the log has ", head.size, " entries"));
    } else {
      RETURN_IF_ERROR(Choose(view, holds, index, erasing, &chosen));
    }
    if (!erasing->refusal.ok()) return absl::OkStatus();
  }
  if (chosen.entries.empty()) {
    erasing->refusal = absl::NotFoundError(
        "`index`: nothing opens these entries: it was erased before, or nothing was committed");
    return absl::OkStatus();
  }
  const absl::StatusOr<SealedOpenings> others = SealOthers(view, parts.vault, chosen);
  if (!others.ok()) {
    erasing->refusal = others.status();
  } else if (const absl::Status journalled = parts.journal->Append({.at = recorder.now(),
                                                                    .procedure = erasing->procedure,
                                                                    .entries = chosen.entries,
                                                                    .month = std::nullopt,
                                                                    .end = 0});
             !journalled.ok()) {
    erasing->refusal = NotJournalled(journalled);
  }
  if (!erasing->refusal.ok()) {
    parts.vault->Forget();
    return absl::OkStatus();
  }
  return EraseChosen(recorder, parts, chosen, *others, erasing);
}

absl::Status EraseAgain(Recorder& recorder, const ErasingParts& parts,
                        const JournalledErasure& journalled, Erasing* erasing) {
  return journalled.month.has_value() ? EraseMonthAgain(recorder, parts, journalled, erasing)
                                      : EraseEntriesAgain(recorder, parts, journalled, erasing);
}

absl::Status EraseMonth(Recorder& recorder, const ErasingParts& parts, const OpeningMonth& month,
                        Erasing* erasing) {
  const Transaction& view = recorder.store();
  ASSIGN_OR_RETURN(const LogHead head, view.ReadHead(/*gateway=*/""));
  ASSIGN_OR_RETURN(const std::vector<v1::LegalHold> holds, view.LegalHolds());
  if (const v1::LegalHold* const hold = HoldOver(holds, month); hold != nullptr) {
    erasing->refusal = Held(absl::StrCat("`", OpeningMonthText(month), "`"), *hold);
    return absl::OkStatus();
  }
  const absl::Status journalled = parts.journal->Append({.at = recorder.now(),
                                                         .procedure = erasing->procedure,
                                                         .entries = {},
                                                         .month = month,
                                                         .end = head.size});
  if (!journalled.ok()) {
    erasing->refusal = NotJournalled(journalled);
    return absl::OkStatus();
  }
  return RetireMonth(recorder, parts, month, erasing);
}

}  // namespace sluss
