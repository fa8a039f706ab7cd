#include "gateway/store/postgres_sql.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sluss {

std::string ToPostgres(absl::string_view sql) {
  const std::string blobs = absl::StrReplaceAll(sql, {{"x''", "''::bytea"}});
  std::string translated;
  int number = 0;
  for (size_t i = 0; i < blobs.size(); ++i) {
    if (blobs[i] != '?') {
      translated += blobs[i];
    } else if (i + 1 < blobs.size() && absl::ascii_isdigit(blobs[i + 1])) {
      translated += '$';  // its number follows
    } else {
      absl::StrAppend(&translated, "$", ++number);
    }
  }
  return translated;
}

std::string ToPostgresRows(absl::string_view sql, const std::vector<absl::string_view>& types) {
  constexpr absl::string_view kValues = "VALUES (";
  const size_t from = sql.find(kValues);
  const size_t to = sql.find(')', from);
  std::string arrays;
  for (size_t i = 0; i < types.size(); ++i) {
    absl::StrAppend(&arrays, i == 0 ? "" : ", ", "$", i + 1, "::", types[i], "[]");
  }
  return absl::StrCat(sql.substr(0, from), "SELECT * FROM unnest(", arrays, sql.substr(to));
}

}  // namespace sluss
