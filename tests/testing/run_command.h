// A command line run inside the test's own process.
#ifndef SLUSS_TESTS_TESTING_RUN_COMMAND_H_
#define SLUSS_TESTS_TESTING_RUN_COMMAND_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "gtest/gtest.h"

namespace sluss::testing {

// Returns the exit code; what the command said is in `output` and `errors`. `arguments` begin after
// the program's name.
inline int RunCommand(CLI::App& app, std::vector<std::string> arguments, std::string* output,
                      std::string* errors) {
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  int code = 0;
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    code = app.exit(error);
  }
  *output = ::testing::internal::GetCapturedStdout();
  *errors = ::testing::internal::GetCapturedStderr();
  return code;
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_TESTING_RUN_COMMAND_H_
