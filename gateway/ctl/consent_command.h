// `slussctl consent`: what stands of a consent and how it came about, taking it back on a
// guardian's behalf, the receipt on paper, and the officer's decision between two that contradict
// each other.
//
// The certificate says who asks: a party of the consent, or an officer of the exchange
// (sluss://role/officer/NAME), who alone decides. The child is asked for by nobody and shown to
// nobody: a consent has none here.
#ifndef SLUSS_GATEWAY_CTL_CONSENT_COMMAND_H_
#define SLUSS_GATEWAY_CTL_CONSENT_COMMAND_H_

#include "CLI/App.hpp"

namespace sluss {

void AddConsentCommands(CLI::App& app);

}  // namespace sluss

#endif  // SLUSS_GATEWAY_CTL_CONSENT_COMMAND_H_
