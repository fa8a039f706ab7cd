// Receipts for entries that are in the log already, proved against its newest checkpoint.
#ifndef SLUSS_GATEWAY_EXCHANGE_RECEIPT_H_
#define SLUSS_GATEWAY_EXCHANGE_RECEIPT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/exchange/store.h"
#include "proto/notification.pb.h"

namespace sluss {

// Whoever asks again gets the same leaf with a proof in the tree of now. DATA_LOSS when the log is
// not whole. Reads a tile for every eight levels of the tree.
absl::StatusOr<v1::LogReceipt> ReceiptOf(const StoreView& view, absl::string_view gateway,
                                         uint64_t index);

// Of a unit that records something once: the entry that had recorded it `before`, or the one that
// the unit has just made, the only one whose proof it wanted.
absl::StatusOr<v1::LogReceipt> ReceiptOfFirst(const StoreView& view, absl::string_view gateway,
                                              const std::optional<uint64_t>& before,
                                              std::vector<v1::LogReceipt> made);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_RECEIPT_H_
