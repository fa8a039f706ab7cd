#include "gateway/rpc/peer.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;

TEST(PeerTest, NamesEachKindAsConfigurationWritesIt) {
  const struct {
    const char* uri;
    PeerKind kind;
    const char* name;
  } cases[] = {
      {"sluss://agency/school/ekbacken", PeerKind::kAgency, "school/ekbacken"},
      {"sluss://gateway/gw1", PeerKind::kGateway, "gateway/gw1"},
      {"sluss://keyholder/kh1", PeerKind::kKeyHolder, "keyholder/kh1"},
      {"sluss://role/officer/anna", PeerKind::kRole, "officer/anna"},
      {"sluss://role/administrator/bo", PeerKind::kRole, "administrator/bo"},
      {"sluss://role/author/anna", PeerKind::kRole, "author/anna"},
      {"sluss://role/approver/anna", PeerKind::kRole, "approver/anna"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Peer> peer = ParsePeerUri(c.uri);
    ASSERT_OK(peer) << c.uri;
    EXPECT_EQ(peer->kind, c.kind) << c.uri;
    EXPECT_EQ(peer->name, c.name);
    EXPECT_EQ(PeerUri(*peer), c.uri);
  }
}

TEST(PeerTest, RefusesEveryOtherForm) {
  const std::string uris[] = {
      "",
      "sluss:",
      "sluss://",
      "https://agency/school/ekbacken",
      "sluss://agency/school",
      "sluss://agency/school/ekbacken/more",
      "sluss://agency/School/ekbacken",
      "sluss://agency/school/ekbacken ",
      "sluss://school/ekbacken",
      "sluss://agency/gateway/gw1",
      "sluss://agency/officer/anna",
      "sluss://role/school/ekbacken",
      "sluss://role/director/anna",
      "sluss://officer/anna",
      "sluss://author/anna",
      "sluss://agency/approver/anna",
      "sluss://gateway/gw1/x",
      "sluss://gateway/",
      "SLUSS://gateway/gw1",
      std::string("sluss://gateway/gw1\0", 20),
      std::string("sluss://gateway/gw1\0.example", 28),
      "sluss://agency/school/" + std::string(100, 'a'),
  };
  for (const std::string& uri : uris) {
    EXPECT_THAT(ParsePeerUri(uri),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("the URI")))
        << uri;
  }
}

}  // namespace
}  // namespace sluss
