#include "gateway/crypto/padding.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/parties.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::Must;
using ::sluss::testing::StatusIs;

TEST(PaddingTest, SizesAreSteps) {
  const struct {
    size_t content;
    size_t padded;
  } cases[] = {{0, 256},       {255, 256},     {256, 1024},   {1023, 1024},
               {1024, 4096},   {4095, 4096},   {4096, 16384}, {16383, 16384},
               {16384, 32768}, {32767, 32768}, {32768, 49152}};
  for (const auto& c : cases) {
    const std::string content(c.content, 'x');
    const std::string padded = Pad(content);
    EXPECT_EQ(padded.size(), c.padded);
    EXPECT_TRUE(IsPaddedSize(padded.size()));
    EXPECT_EQ(Must(Unpad(padded)), content);
  }
  for (const size_t size : {0, 1, 255, 257, 512, 2048, 8192, 16385, 24576}) {
    EXPECT_FALSE(IsPaddedSize(size)) << size;
  }
}

TEST(PaddingTest, ContentThatLooksLikePaddingSurvives) {
  for (const std::string& content :
       {std::string("a\x80"), std::string("a\x80\0\0", 4), std::string(300, '\0'), std::string()}) {
    EXPECT_EQ(Must(Unpad(Pad(content))), content);
  }
}

TEST(PaddingTest, AnythingElseIsBadPadding) {
  const auto bad = StatusIs(absl::StatusCode::kInvalidArgument, "bad padding");
  std::string padded = Pad("content");
  EXPECT_THAT(Unpad(""), bad);
  EXPECT_THAT(Unpad(std::string(256, '\0')), bad);
  EXPECT_THAT(Unpad(std::string(256, 'x')), bad);
  EXPECT_THAT(Unpad(padded.substr(0, 255)), bad);
  EXPECT_THAT(Unpad(padded + std::string(768, '\0')), bad) << "a needlessly large step";
  padded.back() = 1;
  EXPECT_THAT(Unpad(padded), bad);
}

}  // namespace
}  // namespace sluss
