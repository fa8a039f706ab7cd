// Every column of a rule in one sentence, Swedish and English: what an administrator reads back.
#ifndef SLUSS_POLICY_RULE_SENTENCE_H_
#define SLUSS_POLICY_RULE_SENTENCE_H_

#include "policy/sentences.h"
#include "proto/policy.pb.h"

namespace sluss {

// "Barn- och ungdomspsykiatrin får lämna hälsouppgifter till socialtjänsten för vård och stöd,
// enligt 25 kap. 12 § OSL; om den som är under 18 år; utan samtycke; ...". Names that the
// vocabulary does not know come out as they are written. Groups keep their names. Pure.
Text RuleSentence(const v1::Vocabulary& vocabulary, const v1::Rule& rule);

}  // namespace sluss

#endif  // SLUSS_POLICY_RULE_SENTENCE_H_
