#include "gateway/exports/particulars.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "gateway/base/status_macros.h"
#include "gateway/base/text_file.h"

namespace sluss {

absl::StatusOr<v1::Particulars> LoadParticulars(const std::string& path) {
  v1::Particulars particulars;
  if (path.empty()) return particulars;
  ASSIGN_OR_RETURN(const TextFile file, TextFile::Load(path, &particulars));
  std::set<std::string> agencies;
  for (int i = 0; i < particulars.controller_size(); ++i) {
    const std::string& agency = particulars.controller(i).agency();
    if (agency.empty()) return file.Error("controller", i, "names no `agency`");
    if (!agencies.insert(agency).second) {
      return file.Error("controller", i, absl::StrCat("`", agency, "` is there twice"));
    }
  }
  return particulars;
}

}  // namespace sluss
