#include "agency-adapters/school/callback.h"

#include <sstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "agency-adapters/common/xml_text.h"
#include "pugixml.hpp"

namespace sluss {
namespace {

constexpr char kSoap[] = "http://schemas.xmlsoap.org/soap/envelope/";
constexpr char kCallback[] = "http://www.oeplatform.org/version/1.0/schemas/integration/callback";

void AddText(pugi::xml_node parent, const char* name, absl::string_view text) {
  parent.append_child(name).text().set(XmlText(text).c_str());
}

// One SOAP envelope with one call in it.
class Call {
 public:
  Call(const char* operation, const CallbackTarget& target) {
    pugi::xml_node declaration = document_.append_child(pugi::node_declaration);
    declaration.append_attribute("version") = "1.0";
    declaration.append_attribute("encoding") = "UTF-8";
    pugi::xml_node envelope = document_.append_child("soap:Envelope");
    envelope.append_attribute("xmlns:soap") = kSoap;
    operation_ = envelope.append_child("soap:Body").append_child(operation);
    operation_.append_attribute("xmlns") = kCallback;
    AddText(operation_, "flowInstanceID", absl::StrCat(target.flow_instance_id));
    if (target.external_id.empty()) return;
    pugi::xml_node external = operation_.append_child("externalID");
    AddText(external, "ID", target.external_id);
    AddText(external, "System", target.external_system);
  }

  pugi::xml_node operation() const { return operation_; }

  void AddPrincipal(const CallbackTarget& target) {
    AddText(operation_.append_child("principal"), "userID", target.user_id);
  }

  std::string Text() const {
    std::ostringstream out;
    document_.save(out, "  ", pugi::format_indent, pugi::encoding_utf8);
    return out.str();
  }

 private:
  pugi::xml_document document_;
  pugi::xml_node operation_;
};

}  // namespace

std::string ConfirmDeliveryCall(const CallbackTarget& target, bool delivered,
                                absl::string_view log_message) {
  Call call("confirmDelivery", target);
  AddText(call.operation(), "delivered", delivered ? "true" : "false");
  AddText(call.operation(), "logMessage", log_message);
  return call.Text();
}

std::string SetStatusCall(const CallbackTarget& target, absl::string_view status_alias) {
  Call call("setStatus", target);
  AddText(call.operation(), "statusAlias", status_alias);
  call.AddPrincipal(target);
  return call.Text();
}

std::string AddMessageCall(const CallbackTarget& target, absl::Time added, absl::string_view text,
                           const std::vector<v1::Attachment>& attachments) {
  Call call("addMessage", target);
  pugi::xml_node message = call.operation().append_child("message");
  AddText(message, "added", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", added, absl::UTCTimeZone()));
  for (const v1::Attachment& attachment : attachments) {
    pugi::xml_node node = message.append_child("attachments");
    AddText(node, "encodedData", absl::Base64Escape(attachment.content()));
    AddText(node, "filename", attachment.file_name());
    AddText(node, "size", absl::StrCat(attachment.content().size()));
  }
  AddText(message, "message", text);
  AddText(message, "userID", target.user_id);
  AddText(message, "readReceiptEnabled", "false");
  call.AddPrincipal(target);
  return call.Text();
}

}  // namespace sluss
