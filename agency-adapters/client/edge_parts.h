// What every path of an agency's edge uses and none owns; joined by Edge and by tests.
#ifndef SLUSS_AGENCY_ADAPTERS_CLIENT_EDGE_PARTS_H_
#define SLUSS_AGENCY_ADAPTERS_CLIENT_EDGE_PARTS_H_

#include <memory>

#include "agency-adapters/client/gateway_link.h"
#include "agency-adapters/client/receipt_book.h"
#include "agency-adapters/common/native_format.h"
#include "gateway/base/clock.h"
#include "gateway/base/event_log.h"
#include "gateway/crypto/key_ring.h"

namespace sluss {

// All of them outlive whoever is given them; each is thread-safe or const.
struct EdgeParts {
  const AgencyRing* keys;
  ReceiptBook* receipts;
  const NativeFormat* format;
  GatewayLink* link;
  const Clock* clock;
  EventLog* events;

  // By which whatever is new is made; what came says itself by which it was.
  const AgencySecrets& secrets() const { return keys->current().secrets(); }
  const std::shared_ptr<const KeyDirectory>& directory() const {
    return keys->current().shared_directory();
  }
};

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_CLIENT_EDGE_PARTS_H_
