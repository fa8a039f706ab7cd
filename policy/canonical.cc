#include "policy/canonical.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/reflection.h"

namespace sluss {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

template <typename T>
void SortUnique(const FieldDescriptor* field, Message* message) {
  const auto values = message->GetReflection()->GetMutableRepeatedFieldRef<T>(message, field);
  std::set<T> sorted;
  for (int i = 0; i < values.size(); ++i) sorted.insert(values.Get(i));
  values.Clear();
  for (const T& value : sorted) values.Add(value);
}

// (id, bytes): the id decides where there is one, the bytes decide the rest.
std::pair<std::string, std::string> SortKey(const Message& message) {
  const FieldDescriptor* first = message.GetDescriptor()->FindFieldByNumber(1);
  std::string id;
  if (first != nullptr && first->type() == FieldDescriptor::TYPE_STRING && !first->is_repeated()) {
    id = message.GetReflection()->GetString(message, first);
  }
  return {std::move(id), CanonicalBytes(message)};
}

void SortMessages(const FieldDescriptor* field, Message* message) {
  const auto* reflection = message->GetReflection();
  std::vector<std::pair<std::pair<std::string, std::string>, Message*>> keyed;
  while (reflection->FieldSize(*message, field) > 0) {
    Message* value = reflection->ReleaseLast(message, field);  // owned here until it is added again
    SortCanonically(value);
    keyed.emplace_back(SortKey(*value), value);
  }
  std::sort(keyed.begin(), keyed.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [key, value] : keyed) reflection->AddAllocatedMessage(message, field, value);
}

}  // namespace

void SortCanonically(Message* message) {
  std::vector<const FieldDescriptor*> fields;
  message->GetReflection()->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) {
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    if (!field->is_repeated()) {
      if (is_message) {
        SortCanonically(message->GetReflection()->MutableMessage(message, field));
      }
    } else if (is_message) {
      SortMessages(field, message);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      SortUnique<std::string>(field, message);
    } else {
      SortUnique<int32_t>(field, message);  // enums: the only other repeated fields of policy.proto
    }
  }
}

std::string CanonicalBytes(const Message& message) { return message.SerializeAsString(); }

}  // namespace sluss
