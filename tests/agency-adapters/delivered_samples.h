// Delivered notifications that the writers of native formats are tested with.
#ifndef SLUSS_TESTS_AGENCY_ADAPTERS_DELIVERED_SAMPLES_H_
#define SLUSS_TESTS_AGENCY_ADAPTERS_DELIVERED_SAMPLES_H_

#include <string>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "proto/content.pb.h"
#include "proto/notification.pb.h"
#include "tests/agency-adapters/sample.h"

namespace sluss::testing {

inline constexpr char kMessageIdHex[] = "30313233343536373839616263646566";

// A duty report with every kind of compartment that has content of its own.
inline v1::DeliveredNotification DeliveredReport() {
  v1::DeliveredNotification delivered;
  delivered.set_sender("school/ekbacken");
  delivered.set_message_id("0123456789abcdef");
  delivered.set_matched_case("D-2026-17");
  delivered.set_withheld(2);
  delivered.add_obligation("Gör en omedelbar skyddsbedömning.");
  delivered.set_decision_text("Får lämnas ut enligt SoL 19 kap. 1 §.");
  v1::NeutralNotification& notification = *delivered.mutable_notification();
  notification.set_recipient("social-services/sundby");
  notification.set_purpose("PROTECTION");
  notification.set_legal_basis("SOL-2025-19-1");
  notification.set_urgency(v1::NOW);
  notification.set_phoned_first(true);
  notification.set_created_us(absl::ToUnixMicros(absl::FromCivil(
      absl::CivilSecond(2026, 3, 1, 23, 30, 0), absl::UTCTimeZone())));  // 2 March in Sweden
  v1::Identity& identity = *notification.mutable_identity();
  identity.set_type(v1::PERSONNUMMER);
  identity.set_number(kChildNumber);
  identity.set_given_name("Alva");
  identity.set_family_name("Provdotter");

  auto& parts = *notification.mutable_compartment();
  *parts["IDENTITY"].mutable_identity() = identity;
  v1::Contact& contact = *parts["CONTACT"].mutable_contact();
  contact.mutable_reporter()->set_name("Rut Rektorsson");
  contact.mutable_reporter()->set_role("principal");
  contact.mutable_reporter()->set_telephone("070-174 06 35");
  contact.mutable_reporter()->set_email("rut@ekbacken.example");
  v1::Person& guardian = *contact.add_guardian();
  guardian.set_name("Maj Provdotter");
  guardian.set_telephone("070-174 06 05");
  guardian.set_informed(v1::NO);
  guardian.set_informed_reason("Kan försvåra utredningen");
  contact.set_child_informed(v1::YES);
  contact.set_child_address("Provgatan 1, Sundby");
  contact.set_interpreter_language("arabiska");
  v1::Narrative& narrative = *parts["NARRATIVE"].mutable_narrative();
  v1::Statement& seen = *narrative.add_statement();
  seen.set_text("Kommer i för tunna kläder.");
  seen.set_source(v1::SEEN);
  seen.set_date("2026-02-27");
  seen.set_about(v1::SUBJECT);
  narrative.set_history("Sedan i höstas.");
  narrative.add_concern("N1");
  parts["ATTENDANCE"].mutable_attendance()->set_absent_minutes(1200);
  v1::Factor& factor = *parts["FACTORS"].mutable_factors()->add_factor();
  factor.set_code("absence");
  factor.set_present(v1::YES);
  v1::Statement& health = *parts["HEALTH"].mutable_text()->add_statement();
  health.set_text("Trött och mager.");
  v1::Attachment& file = *parts["HEALTH"].add_attachment();
  file.set_file_name("utdrag.txt");
  file.set_content_type("text/plain");
  file.set_content("hej");
  return delivered;
}

// The same child, but not named: only the recipient's own case is known.
inline v1::DeliveredNotification DeliveredWithoutName() {
  v1::DeliveredNotification delivered = DeliveredReport();
  delivered.mutable_notification()->clear_identity();
  delivered.mutable_notification()->mutable_compartment()->erase("IDENTITY");
  return delivered;
}

inline v1::DeliveredNotification DeliveredConsultation() {
  v1::DeliveredNotification delivered = DeliveredWithoutName();
  delivered.clear_matched_case();
  v1::NeutralNotification& notification = *delivered.mutable_notification();
  notification.set_purpose("CONSULTATION");
  notification.clear_compartment();
  (*notification.mutable_compartment())["ANONYMOUS"].mutable_text()->add_statement()->set_text(
      "Hur bedömer ni långvarig frånvaro?");
  return delivered;
}

inline v1::DeliveredNotification DeliveredFeedback() {
  v1::DeliveredNotification delivered = DeliveredConsultation();
  delivered.set_sender("social-services/sundby");
  v1::NeutralNotification& notification = *delivered.mutable_notification();
  notification.set_purpose("FEEDBACK");
  notification.set_reply_to("m-1");
  notification.clear_compartment();
  (*notification.mutable_compartment())["STATUS"].mutable_feedback()->set_status(
      v1::INVESTIGATION_NOT_OPENED);
  return delivered;
}

}  // namespace sluss::testing

#endif  // SLUSS_TESTS_AGENCY_ADAPTERS_DELIVERED_SAMPLES_H_
