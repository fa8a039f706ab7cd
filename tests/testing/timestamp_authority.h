// A timestamping authority of a test's own: `openssl ts`, by tests/testing/timestamp-authority.
#ifndef SLUSS_TESTS_TESTING_TIMESTAMP_AUTHORITY_H_
#define SLUSS_TESTS_TESTING_TIMESTAMP_AUTHORITY_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/base/text_file.h"
#include "gtest/gtest.h"

namespace sluss::testing {

class TimestampAuthority {
 public:
  TimestampAuthority() {
    std::string name = std::filesystem::temp_directory_path() / "sluss-tsa-XXXXXX";
    path_ = mkdtemp(name.data());
    Run("init");
  }
  ~TimestampAuthority() { std::filesystem::remove_all(path_); }

  std::string certificate() const { return *ReadFile(path_ + "/ca.crt"); }

  std::string Reply(const std::string& query) {
    std::ofstream(path_ + "/query", std::ios::binary) << query;
    Run("reply", absl::StrCat(path_, "/query ", path_, "/response"));
    return *ReadFile(path_ + "/response");
  }

  // Whether `openssl ts -verify` accepts a kept response over `data`.
  bool OpensslVerifies(const std::string& data, const std::string& response) const {
    std::ofstream(path_ + "/data", std::ios::binary) << data;
    std::ofstream(path_ + "/kept", std::ios::binary) << response;
    return std::system(absl::StrCat("openssl ts -verify -data ", path_, "/data -in ", path_,
                                    "/kept -CAfile ", path_, "/ca.crt >/dev/null 2>&1")
                           .c_str()) == 0;
  }

 private:
  void Run(const std::string& command, const std::string& more = "") const {
    EXPECT_EQ(std::system(absl::StrCat(SLUSS_SOURCE_DIR "/tests/testing/timestamp-authority ",
                                       command, " ", path_, " ", more)
                              .c_str()),
              0);
  }

  std::string path_;
};

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_TESTING_TIMESTAMP_AUTHORITY_H_
