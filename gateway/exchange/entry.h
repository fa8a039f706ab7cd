// The token that says: a log entry for this stands in the very transaction that asks for it.
#ifndef SLUSS_GATEWAY_EXCHANGE_ENTRY_H_
#define SLUSS_GATEWAY_EXCHANGE_ENTRY_H_

#include <cstdint>
#include <utility>

#include "gateway/base/ids.h"

namespace sluss {

// Made by Recorder only. Whatever changes what an agency gets to see asks for one, so that code
// which forgets the log does not compile. A value; thread-safe.
class Entry {
 public:
  const EventId& event() const { return event_; }
  uint64_t index() const { return index_; }  // in the log

 private:
  friend class Recorder;
  Entry(EventId event, uint64_t index) : event_(std::move(event)), index_(index) {}

  EventId event_;
  uint64_t index_;
};

}  // namespace sluss

#endif  // SLUSS_GATEWAY_EXCHANGE_ENTRY_H_
