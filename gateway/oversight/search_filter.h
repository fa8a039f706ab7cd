// What an officer asks of the log, checked, and held against one entry.
//
// The index only proposes: whether an entry belongs to an answer is decided on the entry's own
// bytes by Matches, so a false index can leave something out but never show something else.
// Pure; thread-safe.
#ifndef SLUSS_GATEWAY_OVERSIGHT_SEARCH_FILTER_H_
#define SLUSS_GATEWAY_OVERSIGHT_SEARCH_FILTER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "proto/record.pb.h"
#include "proto/review.pb.h"

namespace sluss {

// For an officer's acts entries are opened one by one: never over more than this.
inline constexpr absl::Duration kLongestOfficerPeriod = absl::Hours(24 * 92);

// INVALID_ARGUMENT begins with the field at fault; no value that could name a person is quoted.
absl::Status CheckFilter(const v1::SearchFilter& filter);

// Whether every field but `officer` holds for the entry.
bool Matches(const v1::SearchFilter& filter, const v1::AuditLeaf& leaf);

// Whether the opening names the officer, as the first, as a further one or as the official.
bool NamesOfficer(const v1::AuditOpening& opening, const std::string& officer);

// Keys under which an entry is indexed: a digest of field and value for each.
std::vector<uint64_t> IndexKeys(const v1::AuditLeaf& leaf);

// For each field of the filter that the index knows, the keys of its values: an entry that matches
// has one of each group.
std::vector<std::vector<uint64_t>> IndexGroups(const v1::SearchFilter& filter);

// The agency whose act an entry is; empty of an official's.
std::string ActingAgency(const v1::AuditLeaf& leaf);

// The key of the acts of an agency that a review may be about: decisions and re-identifications.
uint64_t ActsKey(const std::string& agency);
bool IsAct(const v1::AuditLeaf& leaf);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_OVERSIGHT_SEARCH_FILTER_H_
