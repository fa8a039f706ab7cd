#include "agency-adapters/client/enrolment.h"

#include <algorithm>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "agency-adapters/client/agency_digest.h"
#include "gateway/base/status_macros.h"
#include "gateway/crypto/enrol.h"

namespace sluss {
namespace {

struct NewRow {
  std::string tag;
  CsvRow row;
};

// What the table must change: rows to rewrite, numbers to enrol, tags to take away.
struct Changes {
  std::vector<RegisterRow> updated;
  std::vector<NewRow> added;
  std::vector<std::string> removed;
};

Changes Compare(const std::vector<CsvRow>& rows, const AgencySecrets& secrets,
                const Register& table) {
  Changes changes;
  std::set<std::string> exported;
  for (const CsvRow& row : rows) {
    const std::string tag = RegisterTag(secrets, row.number);
    exported.insert(tag);
    std::optional<RegisterRow> known = table.RowOf(tag);
    if (!known.has_value()) {
      changes.added.push_back({.tag = tag, .row = row});
    } else if (known->case_ref != row.case_ref) {
      known->case_ref = row.case_ref;
      changes.updated.push_back(*std::move(known));
    }
  }
  for (const std::string& tag : table.Tags()) {
    if (exported.count(tag) == 0) changes.removed.push_back(tag);
  }
  return changes;
}

absl::Status EnrolBatch(std::span<const NewRow> batch, const EdgeParts& parts, Register* table) {
  std::vector<CanonicalNumber> numbers;
  for (const NewRow& row : batch) {
    ASSIGN_OR_RETURN(CanonicalNumber number, CanonicalNumber::Parse(row.row.number));
    numbers.push_back(std::move(number));
  }
  ASSIGN_OR_RETURN(const EnrolmentBatch blinded,
                   EnrolmentBatch::Start(numbers, parts.secrets(), parts.directory()));
  ASSIGN_OR_RETURN(const v1::EnrolResponse response, parts.link->Enrol(blinded.request()));
  ASSIGN_OR_RETURN(const std::vector<Nym> nyms, blinded.Finish(response, parts.secrets()));
  std::vector<RegisterRow> rows;
  for (size_t i = 0; i < batch.size(); ++i) {
    rows.push_back(
        {.tag = batch[i].tag, .nym = nyms[i].value(), .case_ref = batch[i].row.case_ref});
  }
  return table->Put(rows);
}

}  // namespace

absl::StatusOr<EnrolmentResult> EnrolRegister(
    const std::vector<CsvRow>& rows, const EdgeParts& parts, Register* table,
    const std::function<void(size_t done, size_t total)>& progress) {
  const Changes changes = Compare(rows, parts.secrets(), *table);
  RETURN_IF_ERROR(table->Remove(changes.removed));
  RETURN_IF_ERROR(table->Put(changes.updated));
  EnrolmentResult result = {.updated = changes.updated.size(), .removed = changes.removed.size()};
  const std::span<const NewRow> added(changes.added);
  while (result.enrolled < added.size()) {
    const size_t size = std::min(kEnrolmentBatch, added.size() - result.enrolled);
    RETURN_IF_ERROR(EnrolBatch(added.subspan(result.enrolled, size), parts, table));
    result.enrolled += size;
    progress(result.enrolled, added.size());
  }
  return result;
}

}  // namespace sluss
