#include "agency-adapters/common/strict_json.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

struct Document {
  std::string name;
  std::string bytes;
  std::string error;
};

class StrictJsonRefuses : public ::testing::TestWithParam<Document> {};

TEST_P(StrictJsonRefuses, NamingThePlace) {
  EXPECT_THAT(ParseStrictJson(GetParam().bytes), StatusIs(kInvalid, GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(
    Documents, StrictJsonRefuses,
    ::testing::Values(
        Document{"Empty", "", "the record is not JSON: fault at byte 1"},
        Document{"Truncated", "{\"a\":", "the record is not JSON: fault at byte 6"},
        Document{"TrailingBytes", "{} {}", "the record is not JSON: fault at byte 4"},
        Document{"Comment", "{} // c", "the record is not JSON: fault at byte 4"},
        Document{"NotANumber", "{\"a\": NaN}", "the record is not JSON: fault at byte 7"},
        Document{"NotUtf8", "{\"a\":\"\xff\"}", "the record is not JSON: fault at byte 7"},
        Document{"Duplicate", R"({"a":1,"b":2,"a":3})", "`a`: occurs twice"},
        Document{"DuplicateBelow", R"({"e":[{},{"r":{"x":1,"x":1}}]})", "`e[1].r.x`: occurs twice"},
        Document{"DuplicateThroughEscape", R"({"a":1,"\u0061":2})", "`a`: occurs twice"},
        Document{"DuplicateNamedByANumber", R"({"19850709-9805":1,"19850709-9805":2})",
                 "`(unnamed)`: occurs twice"}),
    [](const auto& test) { return test.param.name; });

TEST(StrictJson, RefusesNestingBeyondTheLimitWithoutFollowingIt) {
  EXPECT_OK(ParseStrictJson("[[[0]]]", {.max_depth = 3}));
  EXPECT_THAT(ParseStrictJson("[[[[0]]]]", {.max_depth = 3}),
              StatusIs(kInvalid, "`[0][0][0]`: nested deeper than 3 levels"));
  EXPECT_THAT(ParseStrictJson(std::string(1 << 20, '[')),
              StatusIs(kInvalid, HasSubstr("nested deeper than 32 levels")));
}

TEST(StrictJson, RefusesOneByteOverTheLimit) {
  const std::string fits = "[" + std::string(98, ' ') + "]";
  EXPECT_OK(ParseStrictJson(fits, {.max_bytes = 100}));
  EXPECT_THAT(ParseStrictJson(fits + " ", {.max_bytes = 100}),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "the record has 101 bytes and the limit is 100"));
}

class JsonObjectTest : public ::testing::Test {
 protected:
  JsonObject At(absl::string_view bytes) {
    document_ = *ParseStrictJson(bytes);
    return *JsonObject::From(document_, "Top");
  }
  nlohmann::json document_;
};

TEST_F(JsonObjectTest, HandsOutWhatIsThere) {
  JsonObject object = At(R"({"text":"å","yes":true,"in":{"a":"b"},"list":["x","y"],"os":[{},{}]})");
  EXPECT_EQ(*object.Text("text"), "å");
  EXPECT_TRUE(*object.Bool("yes"));
  EXPECT_EQ(*object.Object("in")->Text("a"), "b");
  EXPECT_THAT(*object.Texts("list"), ElementsAre("x", "y"));
  EXPECT_EQ((*object.Objects("os"))[1].place(), "Top.os[1]");
  EXPECT_EQ(*object.OptionalText("none"), "");
  EXPECT_EQ(*object.OptionalBool("none"), std::nullopt);
  EXPECT_OK(object.Finish());
}

TEST_F(JsonObjectTest, RefusesWrongTypesAndAbsenceByPlace) {
  JsonObject object = At(R"({"n":1,"s":"","c":"a\u0000b","l":["x",1],"o":[1],"null":null})");
  EXPECT_THAT(object.Text("n"), StatusIs(kInvalid, "`Top.n`: must be text"));
  EXPECT_THAT(object.Text("s"), StatusIs(kInvalid, "`Top.s`: is empty"));
  EXPECT_THAT(object.Text("none"), StatusIs(kInvalid, "`Top.none`: is missing"));
  EXPECT_THAT(object.Text("null"), StatusIs(kInvalid, "`Top.null`: must be text"));
  EXPECT_THAT(object.Text("c"), StatusIs(kInvalid, "`Top.c`: holds a control character"));
  EXPECT_THAT(object.Bool("n"), StatusIs(kInvalid, "`Top.n`: must be true or false"));
  EXPECT_THAT(object.Bool("none"), StatusIs(kInvalid, "`Top.none`: is missing"));
  EXPECT_THAT(object.Object("n").status(), StatusIs(kInvalid, "`Top.n`: must be an object"));
  EXPECT_THAT(object.Object("none").status(), StatusIs(kInvalid, "`Top.none`: is missing"));
  EXPECT_THAT(object.Objects("n").status(), StatusIs(kInvalid, "`Top.n`: must be an array"));
  EXPECT_THAT(object.Objects("o").status(), StatusIs(kInvalid, "`Top.o[0]`: must be an object"));
  EXPECT_THAT(object.Texts("l").status(), StatusIs(kInvalid, "`Top.l[1]`: must be text"));
}

TEST_F(JsonObjectTest, TellsTheRightCodesButNeverTheWrongOne) {
  JsonObject object = At(R"({"priority":"panic"})");
  const absl::Status status = object.Code("priority", {"routine", "stat"}).status();
  EXPECT_THAT(status, StatusIs(kInvalid, "`Top.priority`: must be one of routine, stat"));
  EXPECT_EQ(*object.Code("priority", {"routine", "panic"}), 1u);
}

TEST_F(JsonObjectTest, RefusesWhatNobodyRead) {
  JsonObject object = At(R"({"read":"x","ignored":1,"left":2})");
  ASSERT_OK(object.Text("read"));
  object.Ignore({"ignored", "absent"});
  EXPECT_THAT(object.Finish(), StatusIs(kInvalid, "`Top.left`: is not read here: leave it out"));
}

TEST_F(JsonObjectTest, ShowsNoNameThatMayBeAPerson) {
  JsonObject object = At(R"({"Anna Lind, 19850709-9805":1})");
  EXPECT_THAT(object.Finish(), StatusIs(kInvalid, Not(HasSubstr("Lind"))));
  EXPECT_THAT(At(R"({"p198507099805":1})").Finish(), StatusIs(kInvalid, HasSubstr("(unnamed)")));
}

TEST(JsonObject, RefusesADocumentThatIsNoObject) {
  EXPECT_THAT(JsonObject::From(nlohmann::json::array(), "").status(),
              StatusIs(kInvalid, "the record must be a JSON object"));
}

}  // namespace
}  // namespace sluss
