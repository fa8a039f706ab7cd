#include "policy/faults.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"

namespace sluss {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

constexpr int kShownFaults = 100;

}  // namespace

Place::Place(const TextFile* file, const Descriptor* type)
    : file_(file), tree_(&file->tree()), type_(type), here_(file->name()) {}

Place Place::Nested(absl::string_view field, int index) const {
  const FieldDescriptor* descriptor = type_->FindFieldByName(std::string(field));
  if (table_ != nullptr) {
    Place rule = *this;
    rule.table_ = nullptr;
    rule.row_ = &table_->rows[static_cast<size_t>(index)];
    rule.type_ = descriptor->message_type();
    rule.here_ = rule.row_->here;
    return rule;
  }
  const TextFormat::ParseInfoTree* nested =
      tree_ == nullptr
          ? nullptr
          : tree_->GetTreeForNested(descriptor, descriptor->is_repeated() ? index : -1);
  return Place(file_, nested, descriptor->message_type(), At(field, index));
}

std::string Place::At(absl::string_view field, int index) const {
  if (row_ != nullptr) {
    const auto cell = row_->cells.find(std::string(field));
    return cell == row_->cells.end() ? here_ : cell->second;
  }
  if (tree_ == nullptr) return here_;
  const FieldDescriptor* descriptor = type_->FindFieldByName(std::string(field));
  if (!descriptor->is_repeated()) {
    return tree_->GetLocation(descriptor, -1).line < 0 ? here_
                                                       : file_->At(tree_, descriptor, index);
  }
  // Values after the first in a bracketed list have no place of their own: take the last that has.
  while (index >= 0 && tree_->GetLocation(descriptor, index).line < 0) --index;
  return index < 0 ? here_ : file_->At(tree_, descriptor, index);
}

void Faults::Add(absl::string_view where, absl::string_view text) {
  if (++count_ > kShownFaults) return;
  absl::StrAppend(&lines_, lines_.empty() ? "" : "\n", where, ": ", text);
}

void Faults::Add(absl::string_view where, const absl::Status& status) {
  if (!status.ok()) Add(where, status.message());
}

absl::Status Faults::ToStatus() const {
  if (count_ == 0) return absl::OkStatus();
  if (count_ <= kShownFaults) return absl::InvalidArgumentError(lines_);
  return absl::InvalidArgumentError(
      absl::StrCat(lines_, "\nand ", count_ - kShownFaults, " more faults"));
}

}  // namespace sluss
