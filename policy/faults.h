// What is wrong with a set of text files, each fault with its place.
#ifndef SLUSS_POLICY_FAULTS_H_
#define SLUSS_POLICY_FAULTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gateway/base/text_file.h"

namespace sluss {

// Where the rules of a table stand: one row a rule, one cell a field.
struct TablePlaces {
  struct Row {
    std::string here;                          // "rules.tsv:7:1"
    std::map<std::string, std::string> cells;  // field to place, of those that hold something
  };
  std::string name;
  std::vector<Row> rows;
};

// Where one message stands in a file. `file` and `table` must outlive it.
class Place {
 public:
  Place(const TextFile* file, const google::protobuf::Descriptor* type);
  // Of a whole policy.
  Place(const TablePlaces* table, const google::protobuf::Descriptor* type)
      : table_(table), type_(type), here_(table->name) {}
  // The place of the `index`th value of a repeated message field.
  Place Nested(absl::string_view field, int index = 0) const;
  // "policies.txtpb:12:3", of the field or of its `index`th value. A list in brackets has one
  // place.
  std::string At(absl::string_view field, int index = 0) const;

 private:
  Place(const TextFile* file, const google::protobuf::TextFormat::ParseInfoTree* tree,
        const google::protobuf::Descriptor* type, std::string here)
      : file_(file), tree_(tree), type_(type), here_(std::move(here)) {}

  const TextFile* file_ = nullptr;
  const google::protobuf::TextFormat::ParseInfoTree* tree_ = nullptr;
  const TablePlaces* table_ = nullptr;
  const TablePlaces::Row* row_ = nullptr;
  const google::protobuf::Descriptor* type_;
  std::string here_;  // of the message itself: shown for a field that is not written
};

// Gathers faults, so that one load shows them all.
class Faults {
 public:
  void Add(absl::string_view where, absl::string_view text);
  // Adds the text of a status that is not OK.
  void Add(absl::string_view where, const absl::Status& status);
  bool empty() const { return count_ == 0; }
  // OK, or INVALID_ARGUMENT with a line for each of the first hundred faults.
  absl::Status ToStatus() const;

 private:
  std::string lines_;
  int count_ = 0;
};

}  // namespace sluss

#endif  // SLUSS_POLICY_FAULTS_H_
