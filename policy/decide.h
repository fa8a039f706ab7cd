// The decision: may this agency tell that agency these categories about this child, on this day?
//
// Pure: the same set and the same facts give the same bytes, on any machine, at any time; the day
// comes in the facts. Semantics: policy/README.md, sentences 1-8. Used alike for submission, for
// preflight and again at delivery. Thread-safe.
#ifndef SLUSS_POLICY_DECIDE_H_
#define SLUSS_POLICY_DECIDE_H_

#include "absl/status/status.h"
#include "policy/outcome.h"
#include "policy/policy_set.h"
#include "policy/rows.h"
#include "proto/policy.pb.h"

namespace sluss {

// Whether every value of `facts` is in the vocabulary and well formed. INVALID_ARGUMENT names the
// field, and the nearest known name: unknown category `HELTH`: did you mean `HEALTH`?
// A caller that answers over the wire asks this first, to refuse such a message as malformed.
absl::Status CheckFacts(const PolicySet& set, const v1::Facts& facts);

// Always answers. Facts that fail CheckFacts are denied with the reason code "invalid-facts" and
// without categories.
// Categories stand sorted and once each. In a denial no category is permitted; in any other verdict
// at least one is. Every category carries reason code, Swedish and English reason, the determining
// rules and their paragraphs; a category denied for want of a permit carries what the nearest
// permits lack. Texts hold no personal data beyond the age interval of the facts.
v1::Decision Decide(const PolicySet& set, const v1::Facts& facts);

// A decision as numbers, with all that its words are made of. Use one again and again: deciding
// then allocates nothing. Belongs to the set that it was made under.
struct Judgement {
  Question question;
  Outcome outcome;
};

// What Decide decides, without words: for those who ask often and read seldom. Facts that fail
// CheckFacts give its status, and leave nothing to be read in `judgement`.
absl::Status Judge(const PolicySet& set, const v1::Facts& facts, Judgement* judgement);

// The words of a judgement made under `set`: byte for byte what Decide answers.
v1::Decision InWords(const PolicySet& set, const Judgement& judgement);

}  // namespace sluss

#endif  // SLUSS_POLICY_DECIDE_H_
