// The project's only two macros: early return on error.
#ifndef SLUSS_GATEWAY_BASE_STATUS_MACROS_H_
#define SLUSS_GATEWAY_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define SLUSS_CONCAT_INNER_(a, b) a##b
#define SLUSS_CONCAT_(a, b) SLUSS_CONCAT_INNER_(a, b)

// RETURN_IF_ERROR(store.Open()); returns the error from the enclosing function.
#define RETURN_IF_ERROR(expr)                                                           \
  do {                                                                                  \
    if (absl::Status sluss_status_ = (expr); !sluss_status_.ok()) return sluss_status_; \
  } while (false)

// ASSIGN_OR_RETURN(Point p, Point::Decode(bytes)); declares or assigns, or returns the error.
// `lhs` may be a declaration and cannot stand in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define ASSIGN_OR_RETURN(lhs, rexpr) \
  ASSIGN_OR_RETURN_IMPL_(SLUSS_CONCAT_(sluss_statusor_, __LINE__), lhs, rexpr)

#define ASSIGN_OR_RETURN_IMPL_(statusor, lhs, rexpr)       \
  auto statusor = (rexpr);                                 \
  if (!statusor.ok()) return std::move(statusor).status(); \
  lhs = *std::move(statusor)
// NOLINTEND(bugprone-macro-parentheses)

#endif  // SLUSS_GATEWAY_BASE_STATUS_MACROS_H_
