#include "gateway/crypto/sha256.h"

#include <string>

#include "gateway/base/hex.h"
#include "gtest/gtest.h"

namespace sluss {
namespace {

std::string HexOf(std::initializer_list<absl::string_view> parts) {
  return ToHex(AsStringView(Sha256(parts)));
}

TEST(Sha256Test, MatchesThePublishedVectors) {  // FIPS 180-4, NIST example values
  EXPECT_EQ(HexOf({}), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(HexOf({"abc"}), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexOf({std::string(1000000, 'a')}),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256Test, PartsAreOneMessage) { EXPECT_EQ(HexOf({"a", "", "bc"}), HexOf({"abc"})); }

}  // namespace
}  // namespace sluss
