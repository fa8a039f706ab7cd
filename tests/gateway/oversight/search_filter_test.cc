#include "gateway/oversight/search_filter.h"

#include <algorithm>
#include <functional>
#include <random>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string Id(char fill) { return std::string(16, fill); }

v1::AuditLeaf Sample() {
  v1::AuditLeaf leaf;
  leaf.set_kind(v1::DECISION);
  leaf.set_time_us(1000);
  leaf.set_sender("school/ekbacken");
  leaf.set_recipient("police/region-mitt");
  leaf.add_rule("r1");
  leaf.add_rule("r2");
  leaf.add_legal_basis("OSL-10-24");
  leaf.set_purpose("LAW_ENFORCEMENT");
  leaf.add_passed("IDENTITY");
  leaf.add_withheld("HEALTH");
  leaf.set_verdict("PARTIAL");
  leaf.set_outcome("trimmed");
  leaf.set_message_id(Id('m'));
  leaf.set_consent_id(Id('c'));
  leaf.add_further_consent_id(Id('d'));
  leaf.set_parent_event(Id('p'));
  leaf.set_procedure(Id('q'));
  return leaf;
}

struct FilterCase {
  std::string name;
  std::function<void(v1::SearchFilter&)> hit;
  std::function<void(v1::SearchFilter&)> miss;
};

const std::vector<FilterCase>& Filters() {
  using F = v1::SearchFilter;
  static const auto* const cases = new std::vector<FilterCase>{
      {"from", [](F& f) { f.set_from_us(1000); }, [](F& f) { f.set_from_us(1001); }},
      {"to", [](F& f) { f.set_to_us(1001); }, [](F& f) { f.set_to_us(1000); }},
      {"agency-as-sender", [](F& f) { f.add_agency("school/ekbacken"); },
       [](F& f) { f.add_agency("school/other"); }},
      {"agency-as-recipient", [](F& f) { f.add_agency("police/region-mitt"); },
       [](F& f) { f.add_agency("police/region-syd"); }},
      {"sender", [](F& f) { f.add_sender("school/ekbacken"); },
       [](F& f) { f.add_sender("police/region-mitt"); }},
      {"recipient", [](F& f) { f.add_recipient("police/region-mitt"); },
       [](F& f) { f.add_recipient("school/ekbacken"); }},
      {"rule", [](F& f) { f.add_rule("r2"); }, [](F& f) { f.add_rule("r3"); }},
      {"paragraph", [](F& f) { f.add_paragraph("OSL-10-24"); },
       [](F& f) { f.add_paragraph("OSL-10-2"); }},
      {"purpose", [](F& f) { f.add_purpose("LAW_ENFORCEMENT"); },
       [](F& f) { f.add_purpose("PROTECTION"); }},
      {"category-passed", [](F& f) { f.add_category("IDENTITY"); },
       [](F& f) { f.add_category("NARRATIVE"); }},
      {"category-withheld", [](F& f) { f.add_category("HEALTH"); },
       [](F& f) { f.add_category("CONTACT"); }},
      {"passed", [](F& f) { f.add_passed("IDENTITY"); }, [](F& f) { f.add_passed("HEALTH"); }},
      {"withheld", [](F& f) { f.add_withheld("HEALTH"); },
       [](F& f) { f.add_withheld("IDENTITY"); }},
      {"verdict", [](F& f) { f.add_verdict("PARTIAL"); }, [](F& f) { f.add_verdict("DENY"); }},
      {"kind", [](F& f) { f.add_kind(v1::DECISION); }, [](F& f) { f.add_kind(v1::DELIVERY); }},
      {"outcome", [](F& f) { f.add_outcome("trimmed"); }, [](F& f) { f.add_outcome("whole"); }},
      {"message", [](F& f) { f.add_message_id(Id('m')); }, [](F& f) { f.add_message_id(Id('c')); }},
      {"consent", [](F& f) { f.add_consent_id(Id('c')); }, [](F& f) { f.add_consent_id(Id('m')); }},
      {"further-consent", [](F& f) { f.add_consent_id(Id('d')); },
       [](F& f) { f.add_consent_id(Id('e')); }},
      {"parent", [](F& f) { f.add_parent_event(Id('p')); },
       [](F& f) { f.add_parent_event(Id('q')); }},
      {"procedure", [](F& f) { f.add_procedure(Id('q')); }, [](F& f) { f.add_procedure(Id('p')); }},
  };
  return *cases;
}

// Whether the index would propose the entry: it has a key of each group.
bool Proposed(const v1::SearchFilter& filter, const v1::AuditLeaf& leaf) {
  const std::vector<uint64_t> keys = IndexKeys(leaf);
  const auto groups = IndexGroups(filter);
  return std::all_of(groups.begin(), groups.end(), [&](const std::vector<uint64_t>& group) {
    return std::any_of(group.begin(), group.end(), [&](uint64_t key) {
      return std::binary_search(keys.begin(), keys.end(), key);
    });
  });
}

class FilterTest : public ::testing::TestWithParam<FilterCase> {};

TEST_P(FilterTest, HoldsForWhatItNamesAndForNothingElse) {
  v1::SearchFilter hit, miss;
  GetParam().hit(hit);
  GetParam().miss(miss);
  EXPECT_OK(CheckFilter(hit));
  EXPECT_TRUE(Matches(hit, Sample()));
  EXPECT_TRUE(Proposed(hit, Sample()));
  EXPECT_FALSE(Matches(miss, Sample()));
}

TEST_P(FilterTest, HoldsForNoEmptyEntryUnlessItIsAboutTime) {
  v1::SearchFilter hit;
  GetParam().hit(hit);
  v1::AuditLeaf empty;
  empty.set_time_us(1000);
  EXPECT_EQ(Matches(hit, empty), GetParam().name == "from" || GetParam().name == "to");
}

TEST_P(FilterTest, AnyOfSeveralValuesIsEnough) {
  v1::SearchFilter both;
  GetParam().miss(both);
  GetParam().hit(both);
  EXPECT_TRUE(Matches(both, Sample()) || GetParam().name == "from" || GetParam().name == "to");
}

INSTANTIATE_TEST_SUITE_P(All, FilterTest, ::testing::ValuesIn(Filters()), [](const auto& test) {
  std::string name = test.param.name;
  std::erase(name, '-');
  return name;
});

TEST(SearchFilterTest, EveryFieldMustHold) {
  // Cases of one field, where a second value widens.
  const auto field = [](const std::string& name) {
    if (name.rfind("agency", 0) == 0) return std::string("agency");
    if (name.rfind("category", 0) == 0) return std::string("category");
    return name == "further-consent" ? std::string("consent") : name;
  };
  for (const FilterCase& one : Filters()) {
    for (const FilterCase& other : Filters()) {
      if (field(one.name) == field(other.name)) continue;
      v1::SearchFilter filter;
      one.hit(filter);
      other.miss(filter);
      EXPECT_FALSE(Matches(filter, Sample())) << one.name << " and " << other.name;
    }
  }
}

struct BadFilter {
  std::string field;  // that the error names first
  std::function<void(v1::SearchFilter&)> spoil;
};

TEST(SearchFilterTest, ABadFilterNamesItsField) {
  using F = v1::SearchFilter;
  const auto many = [](auto add) {
    return [add](F& f) {
      for (int i = 0; i < 21; ++i) add(f, i);
    };
  };
  const std::vector<BadFilter> cases = {
      {"filter.from_us", [](F& f) { f.set_from_us(-1); }},
      {"filter.to_us", [](F& f) { f.set_to_us(-1); }},
      {"filter.to_us", [](F& f) { f.set_from_us(5), f.set_to_us(5); }},
      {"filter.agency", [](F& f) { f.add_agency("ekbacken"); }},
      {"filter.sender", [](F& f) { f.add_sender("School/Ekbacken"); }},
      {"filter.recipient", [](F& f) { f.add_recipient(""); }},
      {"filter.rule", [](F& f) { f.add_rule(""); }},
      {"filter.rule", many([](F& f, int i) { f.add_rule(std::to_string(i)); })},
      {"filter.paragraph", [](F& f) { f.add_paragraph(std::string(201, 'x')); }},
      {"filter.purpose", [](F& f) { f.add_purpose(""); }},
      {"filter.category", [](F& f) { f.add_category(""); }},
      {"filter.passed", [](F& f) { f.add_passed(""); }},
      {"filter.withheld", [](F& f) { f.add_withheld(""); }},
      {"filter.verdict", [](F& f) { f.add_verdict("permit"); }},
      {"filter.kind", [](F& f) { f.add_kind(v1::RECORD_KIND_UNSPECIFIED); }},
      {"filter.kind", [](F& f) { f.add_kind(static_cast<v1::RecordKind>(999)); }},
      {"filter.kind", many([](F& f, int) { f.add_kind(v1::DECISION); })},
      {"filter.outcome", [](F& f) { f.add_outcome(""); }},
      {"filter.message_id", [](F& f) { f.add_message_id("short"); }},
      {"filter.consent_id", [](F& f) { f.add_consent_id(std::string(17, 'c')); }},
      {"filter.parent_event", [](F& f) { f.add_parent_event(""); }},
      {"filter.procedure", [](F& f) { f.add_procedure("x"); }},
      {"filter.officer", [](F& f) { f.set_officer("anna"); }},
      {"filter.officer", [](F& f) { f.set_officer(std::string(32, 'o')); }},
      {"filter.officer",
       [](F& f) {
         f.set_officer("officer/anna");
         f.set_from_us(1);
         f.set_to_us(2 + absl::ToInt64Microseconds(kLongestOfficerPeriod));
       }},
      {"filter", [](F& f) { f.GetReflection()->MutableUnknownFields(&f)->AddVarint(99, 1); }},
  };
  for (const BadFilter& bad : cases) {
    v1::SearchFilter filter;
    bad.spoil(filter);
    EXPECT_THAT(CheckFilter(filter),
                StatusIs(absl::StatusCode::kInvalidArgument, StartsWith("`" + bad.field + "` ")))
        << bad.field;
  }
}

TEST(SearchFilterTest, AnErrorQuotesNoValue) {
  v1::SearchFilter filter;
  filter.add_sender("anna andersson");
  EXPECT_THAT(std::string(CheckFilter(filter).message()), ::testing::Not(HasSubstr("anna")));
}

TEST(SearchFilterTest, AnOfficerIsFoundAsFirstAsFurtherAndAsOfficial) {
  const std::string one(32, '1'), two(32, '2'), three(32, '3'), four(32, '4');
  v1::AuditOpening opening;
  v1::OpenedField* field = opening.add_field();
  field->set_tag(1);
  field->set_value(one);
  field = opening.add_field();
  field->set_tag(2);
  field->set_value(two + three);
  field = opening.add_field();
  field->set_tag(3);  // reasons: digests, not persons
  field->set_value(four);
  EXPECT_TRUE(NamesOfficer(opening, one));
  EXPECT_TRUE(NamesOfficer(opening, two));
  EXPECT_TRUE(NamesOfficer(opening, three));
  EXPECT_FALSE(NamesOfficer(opening, four));
  EXPECT_FALSE(NamesOfficer(opening, (two + three).substr(1, 32)));
  opening.mutable_field(0)->set_value("officer/anna");
  EXPECT_TRUE(NamesOfficer(opening, "officer/anna"));
  EXPECT_FALSE(NamesOfficer(opening, "officer/ann"));
}

TEST(SearchFilterTest, TheSameWordInAnotherFieldIsAnotherKey) {
  v1::AuditLeaf sender, recipient;
  sender.set_sender("school/ekbacken");
  recipient.set_recipient("school/ekbacken");
  EXPECT_NE(IndexKeys(sender), IndexKeys(recipient));
}

}  // namespace
}  // namespace sluss
