// One agency's edge on a disk in memory, for tests: a native format that is the neutral
// notification in protobuf text format, and everything below it real.
#ifndef SLUSS_TESTS_AGENCY_ADAPTERS_CLIENT_AGENCY_H_
#define SLUSS_TESTS_AGENCY_ADAPTERS_CLIENT_AGENCY_H_

#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/client/edge.h"
#include "agency-adapters/common/outcome_text.h"
#include "gateway/base/hex.h"
#include "gateway/crypto/officer_files.h"
#include "gateway/crypto/random.h"
#include "tests/agency-adapters/client_fake_gateway.h"
#include "tests/agency-adapters/client_memory_file_system.h"
#include "tests/testing/fake_clock.h"

namespace sluss::testing {

class PlainFormat : public NativeFormat {
 public:
  absl::StatusOr<v1::NeutralNotification> Read(const NativeFile& file) const override {
    RETURN_IF_ERROR(CheckNativeSize(file));
    v1::NeutralNotification notification;
    if (!notification.ParseFromString(file.bytes)) {
      return absl::InvalidArgumentError("`record`: is not a notification");
    }
    return notification;
  }
  absl::StatusOr<std::vector<NativeFile>> Write(
      const v1::DeliveredNotification& delivered) const override {
    if (!write_fault.ok()) return write_fault;
    return std::vector<NativeFile>{{.name = "in.pb", .bytes = delivered.SerializeAsString()}};
  }
  absl::StatusOr<std::vector<NativeFile>> WriteOutcome(const SentOutcome& outcome) const override {
    return std::vector<NativeFile>{
        {.name = "outcome.txt",
         .bytes =
             absl::StrCat(EventName(outcome.event), "|", outcome.native_id, "|", outcome.text_en)}};
  }

  absl::Status write_fault;
};

class Agency {
 public:
  Agency(AgencyId id, const Parties* parties, FakeGateway* gateway, Clock* clock)
      : events(&log, clock),
        id_(id),
        link_(gateway->LinkFor(id)),
        receipts_(Must(ReceiptBook::Open(&disk, "/receipts",
                                         Must(ReceiptVerifier::Make(gateway->log_key())),
                                         [this](uint64_t) { ++contradictions; }))),
        keys_(parties->ring(id)),
        parts_{.keys = &keys_,
               .receipts = receipts_.get(),
               .format = &format,
               .link = link_.get(),
               .clock = clock,
               .events = &events} {
    EXPECT_TRUE(disk.MakeDirectory("/drop").ok());
    EnrolOfficer("Eva Ek", {"principal", "counsellor"});
    EnrolOfficer("Siv Dahl", {"case-worker", "police-officer"});
    Restart();
    edge->Look();  // the gateway has the register
  }
  ~Agency() { std::filesystem::remove_all(officers_dir_); }

  // On the real disk, where `slussctl officers` keeps them; seen at the next Look.
  void EnrolOfficer(const std::string& name, const std::vector<std::string>& roles,
                    const std::string& from = "2026-01-01", const std::string& to = "2027-01-01") {
    v1::OfficerList list = OfficersOnDisk();
    v1::ListedOfficer* const officer = list.add_officer();
    officer->set_name(name);
    officer->mutable_role()->Assign(roles.begin(), roles.end());
    officer->set_valid_from(from);
    officer->set_valid_to(to);
    officer->set_key(Must(MakeOfficerSigningKey(officers_dir_)));
    EXPECT_TRUE(SaveOfficerList(list, officers_dir_).ok());
  }
  void StrikeOff(const std::string& name) {
    const v1::OfficerList before = OfficersOnDisk();
    v1::OfficerList after;
    for (const v1::ListedOfficer& officer : before.officer()) {
      if (officer.name() != name) *after.add_officer() = officer;
    }
    EXPECT_TRUE(SaveOfficerList(after, officers_dir_).ok());
  }
  v1::OfficerList OfficersOnDisk() const {
    const absl::StatusOr<v1::OfficerList> list = LoadOfficerList(officers_dir_);
    return list.ok() ? *list : v1::OfficerList();
  }
  const std::string& officers_dir() const { return officers_dir_; }

  // Started again with these.
  void ChangeKeys(AgencyRing keys) {
    edge.reset();
    keys_ = std::move(keys);
    Restart();
  }

  // As after kill -9 and power loss: what was not synced is gone.
  void Restart() {
    edge.reset();
    disk.Crash();
    const EdgeOptions options = {.drop_dir = "/drop",
                                 .native_out_dir = "/out",
                                 .state_dir = "/state",
                                 .register_csv = csv,
                                 .officers_dir = officers_dir_};
    edge = Must(Edge::Create(options, parts_, &disk));
  }

  void Drop(const std::string& name, const std::string& bytes) {
    disk.Place("/drop/" + name, bytes);
  }
  void Drop(const std::string& name, const v1::NeutralNotification& notification) {
    Drop(name, notification.SerializeAsString());
  }
  // Takes what was dropped: a file is taken at the second look.
  void Look() {
    edge->Look();
    edge->Look();
  }
  void Receive() { EXPECT_TRUE(edge->Receive().ok()); }

  // The files below `directory` whose path ends in `suffix`.
  std::map<std::string, std::string> Files(const std::string& directory,
                                           const std::string& suffix = "") const {
    std::map<std::string, std::string> found;
    for (const auto& [path, bytes] : disk.Files()) {
      if (absl::StartsWith(path, directory) && absl::EndsWith(path, suffix)) found[path] = bytes;
    }
    return found;
  }
  std::string OnlyFile(const std::string& directory, const std::string& suffix) const {
    const auto found = Files(directory, suffix);
    EXPECT_EQ(found.size(), 1u) << directory << " " << suffix;
    return found.empty() ? "" : found.begin()->second;
  }
  // The only notification that was written for the agency's own system.
  v1::DeliveredNotification Delivered() const {
    v1::DeliveredNotification delivered;
    EXPECT_TRUE(delivered.ParseFromString(OnlyFile("/out", "in.pb")));
    return delivered;
  }
  const EdgeParts& parts() const { return parts_; }

  PlainFormat format;
  MemoryFileSystem disk;
  std::stringstream log;
  EventLog events;
  std::string csv;  // a file on the real disk; takes effect at Restart
  std::unique_ptr<Edge> edge;
  int contradictions = 0;  // of the log, found in its receipts

 private:
  const AgencyId id_;
  const std::string officers_dir_ = ::testing::TempDir() + "officers-" + ToHex(RandomBytes(8));
  const std::unique_ptr<GatewayLink> link_;
  const std::unique_ptr<ReceiptBook> receipts_;
  AgencyRing keys_;
  const EdgeParts parts_;
};

// A duty report about `number` that every check lets pass.
inline v1::NeutralNotification DutyReport(const std::string& native_id,
                                          const std::string& number = kChild) {
  v1::NeutralNotification notification;
  notification.set_native_id(native_id);
  notification.set_recipient(kSocialServices.value());
  notification.set_purpose("PROTECTION");
  notification.set_legal_basis("SOL-2025-19-1");
  notification.set_urgency(v1::NORMAL);
  v1::OfficerAct* officer = notification.add_officer();
  officer->set_name("Eva Ek");
  officer->set_role("principal");
  officer->set_reason("the child told a teacher about beatings");
  notification.mutable_identity()->set_number(number);
  notification.mutable_identity()->set_type(v1::PERSONNUMMER);
  notification.mutable_identity()->set_given_name("Testa");
  v1::Narrative* narrative = (*notification.mutable_compartment())["NARRATIVE"].mutable_narrative();
  narrative->add_statement()->set_text("bruises seen on both arms");
  return notification;
}

// Social services' answer to the school's report.
inline v1::NeutralNotification FeedbackTo(const std::string& message_id,
                                          v1::FeedbackStatus status) {
  v1::NeutralNotification feedback;
  feedback.set_native_id("SOC-1");
  feedback.set_recipient(kSchool.value());
  feedback.set_purpose("FEEDBACK");
  feedback.set_legal_basis("SOL-2025-19-6");
  feedback.set_reply_to(ToHex(message_id));
  v1::OfficerAct* officer = feedback.add_officer();
  officer->set_name("Siv Dahl");
  officer->set_role("case-worker");
  officer->set_reason("the reporter asked");
  (*feedback.mutable_compartment())["STATUS"].mutable_feedback()->set_status(status);
  return feedback;
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_AGENCY_ADAPTERS_CLIENT_AGENCY_H_
