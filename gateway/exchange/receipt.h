// Receipts for entries that are in the log already, proved against its newest checkpoint.
#ifndef SLUSS_GATEWAY_EXCHANGE_RECEIPT_H_
#define SLUSS_GATEWAY_EXCHANGE_RECEIPT_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gateway/exchange/store.h"
#include "proto/notification.pb.h"

namespace sluss {

// Whoever asks again gets the same leaf with a proof in the tree of now. DATA_LOSS when the log is
// not whole. Reads a tile for every eight levels of the tree.
absl::StatusOr<v1::LogReceipt> ReceiptOf(const StoreView& view, absl::string_view gateway,
                                         uint64_t index);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_RECEIPT_H_
