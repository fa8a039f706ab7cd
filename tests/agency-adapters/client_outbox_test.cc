#include "agency-adapters/client/outbox.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/agency-adapters/client_memory_file_system.h"
#include "tests/testing/status_matchers.h"

namespace sluss {
namespace {

using ::sluss::testing::FaultForm;
using ::sluss::testing::kAllFaultForms;
using ::sluss::testing::MemoryFileSystem;
using ::sluss::testing::StatusIs;
using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

v1::OutboxRecord Record(char id, const std::string& digest, const std::string& native_id) {
  v1::OutboxRecord record;
  record.set_message_id(std::string(16, id));
  record.set_native_digest(digest);
  record.set_native_id(native_id);
  record.mutable_header()->set_created_us(id);
  record.set_envelope("sealed");
  record.set_state(v1::TO_SUBMIT);
  return record;
}

MessageId Id(char id) { return MessageId(std::string(16, id)); }

std::unique_ptr<Outbox> Reopen(MemoryFileSystem* files) {
  return Outbox::Open(files, "/outbox").value();
}

TEST(Outbox, TheSameBytesOrTheSameNativeIdAreOneMessage) {
  MemoryFileSystem files;
  for (int round = 0; round < 2; ++round) {  // the second time after a restart
    const auto outbox = Reopen(&files);
    if (round == 0) {
      ASSERT_OK(outbox->Add(Record('a', "digest", "FI-1")));
    }
    EXPECT_THAT(outbox->Add(Record('b', "digest", "FI-2")),
                StatusIs(absl::StatusCode::kAlreadyExists, _));
    EXPECT_THAT(outbox->Add(Record('b', "other", "FI-1")),
                StatusIs(absl::StatusCode::kAlreadyExists, _));
    EXPECT_EQ(outbox->FindByDigest("digest"), Id('a'));
    EXPECT_EQ(outbox->FindByNativeId("FI-1"), Id('a'));
    EXPECT_THAT(outbox->Unfinished(), ElementsAre(Id('a')));
    files.Crash();
  }
}

TEST(Outbox, RecordsWithoutNativeIdAreToldApartByTheirBytes) {
  MemoryFileSystem files;
  const auto outbox = Reopen(&files);
  ASSERT_OK(outbox->Add(Record('b', "one", "")));
  ASSERT_OK(outbox->Add(Record('a', "two", "")));
  EXPECT_EQ(outbox->FindByNativeId(""), std::nullopt);
  EXPECT_THAT(outbox->Unfinished(), ElementsAre(Id('a'), Id('b'))) << "oldest first";
}

// The caller's whole behaviour at a fault: seal the file anew, under a new message id.
TEST(Outbox, EveryFaultInAddEndsInOneMessageWhenTheFileIsTakenAgain) {
  for (const FaultForm form : kAllFaultForms) {
    for (int at = 0; at < 3; ++at) {
      for (const bool restart : {false, true}) {
        SCOPED_TRACE(absl::StrCat("step ", at, " form ", static_cast<int>(form), restart));
        MemoryFileSystem files;
        auto outbox = Reopen(&files);
        files.FailAt(at, form);
        EXPECT_FALSE(outbox->Add(Record('a', "digest", "FI-1")).ok());
        files.Crash();
        if (restart) outbox = Reopen(&files);
        const absl::Status again = outbox->Add(Record('b', "digest", "FI-1"));
        EXPECT_TRUE(again.ok() || absl::IsAlreadyExists(again)) << again;
        files.Crash();
        EXPECT_THAT(Reopen(&files)->Unfinished(), SizeIs(1));
      }
    }
  }
}

TEST(Outbox, ARecordIsFinishedWhenItsAnswerIsReported) {
  MemoryFileSystem files;
  auto outbox = Reopen(&files);
  ASSERT_OK(outbox->Add(Record('a', "digest", "FI-1")));
  ASSERT_OK(outbox->Modify(Id('a'), [](v1::OutboxRecord& r) { r.set_state(v1::ANSWERED); }));
  EXPECT_THAT(outbox->Unfinished(), SizeIs(1)) << "the agency has not been told yet";
  ASSERT_OK(outbox->Modify(Id('a'), [](v1::OutboxRecord& r) { r.set_reported(true); }));
  EXPECT_THAT(outbox->Unfinished(), SizeIs(0));
  outbox = Reopen(&files);
  EXPECT_THAT(outbox->Unfinished(), SizeIs(0));
  EXPECT_EQ(outbox->Get(Id('a')).value().state(), v1::ANSWERED);
}

TEST(Outbox, AForgottenRecordMayBeSentAgain) {
  MemoryFileSystem files;
  const auto outbox = Reopen(&files);
  ASSERT_OK(outbox->Add(Record('a', "digest", "FI-1")));
  ASSERT_OK(outbox->Forget(Id('a')));
  EXPECT_THAT(outbox->Unfinished(), SizeIs(0));
  ASSERT_OK(outbox->Add(Record('b', "digest", "FI-1")));
  EXPECT_THAT(Reopen(&files)->Unfinished(), ElementsAre(Id('b')));
}

TEST(Outbox, RefusesADamagedRecordAndNamesTheFile) {
  MemoryFileSystem files;
  ASSERT_OK(Reopen(&files)->Add(Record('a', "digest", "FI-1")));
  for (auto [path, bytes] : files.Files()) {
    bytes[40] ^= 1;
    files.Place(path, bytes);
    EXPECT_THAT(Outbox::Open(&files, "/outbox").status(),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)));
  }
}

}  // namespace
}  // namespace sluss
