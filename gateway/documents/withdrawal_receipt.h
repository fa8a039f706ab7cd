// The receipt of a withdrawal, on paper: what a guardian, a child or an agency takes home.
//
// Swedish and English on one page, as plain text or as HTML that needs nothing else. Says when, for
// whom and what was taken back, what was stopped, cut, called back and had gone already, what of
// the consent is left, and where in the disclosure log it stands. Names no child and no person; the
// agency's own reference is for the agency to give. Pure; thread-safe.
#ifndef SLUSS_GATEWAY_DOCUMENTS_WITHDRAWAL_RECEIPT_H_
#define SLUSS_GATEWAY_DOCUMENTS_WITHDRAWAL_RECEIPT_H_

#include <string>

#include "proto/gateway.pb.h"

namespace sluss {

struct WithdrawalReceipt {
  std::string consent;    // hex; one of the two is set
  std::string message;    // hex
  std::string reference;  // the agency's own name for it; may be empty
  v1::WithdrawResponse response;
};

// One of a consent's steps, as its history keeps it: counts, no list of messages.
WithdrawalReceipt ReceiptOfStep(std::string consent, const v1::ConsentStep& step,
                                const v1::ConsentVersion& newest);

std::string WithdrawalText(const WithdrawalReceipt& receipt);
std::string WithdrawalHtml(const WithdrawalReceipt& receipt);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_DOCUMENTS_WITHDRAWAL_RECEIPT_H_
