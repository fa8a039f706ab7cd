// The results of the analysis as text for a terminal.
#ifndef SLUSS_POLICY_ANALYSIS_ANALYSIS_TEXT_H_
#define SLUSS_POLICY_ANALYSIS_ANALYSIS_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "proto/analysis.pb.h"

namespace sluss {

enum class Language { kSwedish, kEnglish };

// Lines that end with a line feed. Whatever is counted but not listed is said.
std::string DiffText(const v1::PolicyDiff& diff, Language language);
std::string AnalysisText(const v1::Analysis& analysis, Language language);
std::string MatrixText(const v1::Matrix& matrix, Language language);
std::string ReplayText(const v1::Replay& replay, Language language);

}  // namespace sluss

#endif  // SLUSS_POLICY_ANALYSIS_ANALYSIS_TEXT_H_
