#include "gateway/exports/entry_format.h"

#include "absl/strings/str_cat.h"
#include "gateway/publication/log_text.h"

namespace sluss {
namespace {

class JsonLines final : public EntryFormat {
 public:
  std::string Entry(uint64_t index, const v1::AuditLeaf& leaf) const override {
    return absl::StrCat(EntryAsJson(index, leaf), "\n");
  }
};

}  // namespace

absl::StatusOr<std::unique_ptr<EntryFormat>> MakeEntryFormat(absl::string_view name,
                                                             const v1::Particulars& particulars) {
  if (name == "jsonl") return std::make_unique<JsonLines>();
  if (name == "csv") return CsvFormat();
  if (name == "fhir") return FhirFormat();
  if (name == "riv-ta") return RivTaFormat(particulars);
  return absl::InvalidArgumentError(
      absl::StrCat("`", name, "` is no format: write jsonl, csv, fhir or riv-ta"));
}

}  // namespace sluss
