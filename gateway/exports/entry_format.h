// Entries of the log in the forms that others read. Entries hold no personal data, so neither does
// any of these: no name, no number; the child is whom a message is about, named by the message's
// id.
#ifndef SLUSS_GATEWAY_EXPORTS_ENTRY_FORMAT_H_
#define SLUSS_GATEWAY_EXPORTS_ENTRY_FORMAT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/export.pb.h"
#include "proto/record.pb.h"

namespace sluss {

// Pure; thread-safe.
class EntryFormat {
 public:
  virtual ~EntryFormat() = default;
  virtual std::string Begin() const { return ""; }
  virtual std::string Entry(uint64_t index, const v1::AuditLeaf& leaf) const = 0;
  virtual std::string End() const { return ""; }
};

// jsonl   a JSON object a line, as `slussctl log show --json`
// csv     RFC 4180, a header line, UTF-8; a cell that a spreadsheet would take for a formula begins
//         with an apostrophe
// fhir    an AuditEvent of FHIR R4 a line; a delivery is IHE BALP's Privacy Disclosure at Source
// riv-ta  one StoreLog request of informationsecurity:auditing:log 2.0
// INVALID_ARGUMENT for any other. `particulars` give organisations their names and HSA ids.
absl::StatusOr<std::unique_ptr<EntryFormat>> MakeEntryFormat(absl::string_view name,
                                                             const v1::Particulars& particulars);

// One cell of RFC 4180, guarded.
std::string CsvCell(absl::string_view text);
std::string CsvRow(const std::vector<std::string>& cells);

std::unique_ptr<EntryFormat> CsvFormat();
std::unique_ptr<EntryFormat> FhirFormat();
std::unique_ptr<EntryFormat> RivTaFormat(const v1::Particulars& particulars);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXPORTS_ENTRY_FORMAT_H_
