#include "gateway/store/postgres_statement.h"

#include <utility>

#include "gateway/base/status_macros.h"
#include "gateway/store/postgres_sql.h"

namespace sluss {
namespace {

// Of the catalogue pg_type; they never change.
constexpr Oid kBytea = 17, kInt8 = 20, kText = 25;

Oid ArrayOf(Oid type) { return type == kBytea ? 1001 : type == kInt8 ? 1016 : 1009; }

absl::string_view NameOf(Oid type) {
  return type == kBytea ? "bytea" : type == kInt8 ? "int8" : "text";
}

void AppendBigEndian(std::string* bytes, uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
    bytes->push_back(static_cast<char>(value >> shift));
  }
}

// int32 dimensions, int32 whether there are NULLs, int32 type, then of each dimension int32 size
// and int32 first subscript; then the elements, each with its length before it (array_send).
constexpr size_t kArrayHeader = 20;

std::string ArrayHeader(Oid type, uint32_t rows) {
  std::string header;
  for (const uint32_t field : {uint32_t{1}, uint32_t{0}, uint32_t{type}, rows, uint32_t{1}}) {
    AppendBigEndian(&header, field, 4);
  }
  return header;
}

}  // namespace

void PostgresStatement::Bind(Oid type, absl::string_view bytes) {
  if (bound_ == values_.size()) values_.emplace_back();
  Value& value = values_[bound_++];
  value.type = type;
  value.bytes.assign(bytes.data(), bytes.size());
}

void PostgresStatement::BindInt(int64_t value) {
  std::string bytes;
  AppendBigEndian(&bytes, static_cast<uint64_t>(value), 8);
  Bind(kInt8, bytes);
}

void PostgresStatement::BindText(absl::string_view value) { Bind(kText, value); }

void PostgresStatement::BindBlob(absl::string_view value) { Bind(kBytea, value); }

void PostgresStatement::EndRow() {
  for (Value& value : values_) {
    if (rows_ == 0) value.array.assign(kArrayHeader, '\0');
    AppendBigEndian(&value.array, value.bytes.size(), 4);
    value.array += value.bytes;
  }
  ++rows_;
  bound_ = 0;
}

void PostgresStatement::Reset() {
  bound_ = 0;
  rows_ = 0;
  row_ = -1;
  result_.reset();
}

int PostgresStatement::Prepare(PGconn* connection) {
  std::vector<Oid> types;
  std::vector<absl::string_view> names;
  for (const Value& value : values_) {
    types.push_back(rows_ > 0 ? ArrayOf(value.type) : value.type);
    names.push_back(NameOf(value.type));
  }
  const std::string sql = rows_ > 0 ? ToPostgresRows(sql_, names) : ToPostgres(sql_);
  return PQsendPrepare(connection, name_.c_str(), sql.c_str(), static_cast<int>(types.size()),
                       types.data());
}

int PostgresStatement::Send(PGconn* connection) {
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (Value& value : values_) {
    if (rows_ > 0) value.array.replace(0, kArrayHeader, ArrayHeader(value.type, rows_));
    const std::string& bytes = rows_ > 0 ? value.array : value.bytes;
    values.push_back(bytes.data());
    lengths.push_back(static_cast<int>(bytes.size()));
  }
  const std::vector<int> binary(values_.size(), 1);
  return PQsendQueryPrepared(connection, name_.c_str(), static_cast<int>(values.size()),
                             values.data(), lengths.data(), binary.data(), /*resultFormat=*/1);
}

absl::StatusOr<bool> PostgresStatement::Step() {
  if (result_ == nullptr) {
    RETURN_IF_ERROR(connection_->Send(this));
    ASSIGN_OR_RETURN(result_, connection_->Settle());
  }
  return ++row_ < PQntuples(result_.get());
}

absl::Status PostgresStatement::RunLater() { return connection_->Send(this); }

// Of whatever width: int2, int4, int8 or a boolean.
int64_t PostgresStatement::IntAt(int column) const {
  const int size = PQgetlength(result_.get(), row_, column);
  const char* const bytes = PQgetvalue(result_.get(), row_, column);
  if (size == 0 || size > 8) return 0;
  uint64_t value = bytes[0] < 0 ? ~uint64_t{0} : 0;
  for (int i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<int64_t>(value);
}

std::string PostgresStatement::BytesAt(int column) const {
  return std::string(PQgetvalue(result_.get(), row_, column),
                     PQgetlength(result_.get(), row_, column));
}

}  // namespace sluss
