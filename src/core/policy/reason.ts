/** Why a decision is what it is. */
export type Reason =
  // denied, whatever the owner says on a card
  | 'unknown-sink'
  | 'no-channel'
  | 'no-content'
  | 'sealed'
  | 'not-for-models'
  | 'forbidden-by-rule'
  | 'rule-failed'
  // asked
  | 'writes-outside'
  | 'owner-decides'
  | 'not-planned'
  | 'planned-by-untrusted'
  | 'address-untrusted'
  | 'address-not-the-owners'
  | 'content-untrusted'
  | 'not-a-reader'
  | 'above-clearance'
  | 'price-unknown'
  | 'asked-by-rule'
  // allowed
  | 'reads-only'
  | 'as-planned'
  | 'approved'
  | 'granted';
