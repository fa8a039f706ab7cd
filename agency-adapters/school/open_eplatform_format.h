// The school's native format: Open ePlatform flow instances in, its callbacks out.
#ifndef SLUSS_AGENCY_ADAPTERS_SCHOOL_OPEN_EPLATFORM_FORMAT_H_
#define SLUSS_AGENCY_ADAPTERS_SCHOOL_OPEN_EPLATFORM_FORMAT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "agency-adapters/common/native_format.h"
#include "gateway/base/clock.h"
#include "proto/mapping.pb.h"

namespace sluss {

// INVALID_ARGUMENT names the entry of `config` at fault. `clock` (for the time of messages added)
// must outlive the format.
absl::StatusOr<std::unique_ptr<NativeFormat>> MakeOpenEplatformFormat(
    const v1::MappingConfig& config, const Clock* clock = SystemClock());

}  // namespace sluss

#endif  // SLUSS_AGENCY_ADAPTERS_SCHOOL_OPEN_EPLATFORM_FORMAT_H_
