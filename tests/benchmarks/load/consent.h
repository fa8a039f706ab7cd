// A consent that passes every check, between two parties of a run. The digests in it are of
// nothing.
#ifndef SLUSS_TESTS_BENCHMARKS_LOAD_CONSENT_H_
#define SLUSS_TESTS_BENCHMARKS_LOAD_CONSENT_H_

#include <string>

#include "proto/notification.pb.h"

namespace sluss {

// By one guardian and a child of 12 to 14 that was found mature; for a day. Parties, purpose, form
// and categories are the caller's to add, and who received it (`received_by`, `received_role`).
v1::ConsentRecord ConsentOfADay();

// With the function that may tell.
void AddParty(const std::string& agency, const std::string& function, v1::ConsentRecord* record);

}  // namespace sluss

#endif  // SLUSS_TESTS_BENCHMARKS_LOAD_CONSENT_H_
