// The two ends of a load run: a sender that seals and submits, a receiver that verifies, opens and
// acknowledges. `sealed` false is the empty relay's form: the same messages on the wire, no
// cryptography.
#ifndef SLUSS_TESTS_BENCHMARKS_LOAD_ENDS_H_
#define SLUSS_TESTS_BENCHMARKS_LOAD_ENDS_H_

#include <string>

#include "tests/benchmarks/load/journey.h"
#include "tests/benchmarks/load/party.h"

namespace sluss {

struct Stage {
  std::string address;
  bool sealed = true;
  bool consent = false;  // every message cites one, which is registered first
  int in_flight = 32;
};

// Returns when every message was answered. Each of `in_flight` threads has one call open at a time.
void RunSender(const Party& sender, const Party& receiver, const Stage& stage, Journeys& journeys);

// Returns when every message was acknowledged or failed, or the stream ended.
void RunReceiver(const Party& receiver, const Stage& stage, Journeys& journeys);

}  // namespace sluss

#endif  // SLUSS_TESTS_BENCHMARKS_LOAD_ENDS_H_
