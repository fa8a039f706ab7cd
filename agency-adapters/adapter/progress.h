// How far an enrolment is: a bar for a person at a terminal, JSON lines for everybody else.
#ifndef SLUSS_AGENCY_ADAPTERS_ADAPTER_PROGRESS_H_
#define SLUSS_AGENCY_ADAPTERS_ADAPTER_PROGRESS_H_

#include <cstddef>
#include <functional>
#include <string>

#include "gateway/base/event_log.h"

namespace sluss {

// "enrolling [##########..........] 512 of 1024".
std::string ProgressBar(size_t done, size_t total);

// On standard error when that is a terminal; else {"event":"enrolling","done":..,"total":..}.
// `events` must outlive the result.
std::function<void(size_t done, size_t total)> ShowProgress(EventLog* events);

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_ADAPTER_PROGRESS_H_
