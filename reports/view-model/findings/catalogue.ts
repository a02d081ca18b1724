/** What each kind of anomaly is called, means to a person, and says in the field's notation. */

export interface AnomalyTerms {
  readonly title: string;
  readonly meaning: string;
  readonly formal: string;
}

/** By `Anomaly.type`. */
const TERMS: Readonly<Record<string, AnomalyTerms>> = {
  'stale-read': {
    title: 'Stale read',
    meaning: 'A read missed an update that had been acknowledged before the read began.',
    formal: 'ret(w) < call(r) in real time, yet r observes a state without w: no linearization exists',
  },
  'lost-write': {
    title: 'Lost write',
    meaning: 'An acknowledged write disappeared: what began later did not see it, and nothing ever did.',
    formal: 'ret(w) < call(r), r observes a state without w, and no operation observes w',
  },
  'lost-update': {
    title: 'Lost update',
    meaning: 'Two updates both replaced the same value, which was there only once: one of them undid the other.',
    formal: 'cas(a → b) and cas(a → c) both applied, with one write of a',
  },
  'failed-but-visible': {
    title: 'Failed, but visible',
    meaning: 'A value was seen that only a failed operation wrote. A failure must mean that nothing happened.',
    formal: 'r observes v; every operation that writes v ended as fail',
  },
  'refused-but-visible': {
    title: 'Refused, but visible',
    meaning: 'A compare-and-set was refused, and its value was seen all the same.',
    formal: 'r observes b; the only cas(a → b) did not apply',
  },
  'wrongly-refused': {
    title: 'Wrongly refused',
    meaning: 'A compare-and-set was refused although the register could hold nothing but what it asked for.',
    formal: 'cas(a → b) refused while every legal state equals a',
  },
  'value-from-nowhere': { title: 'Value from nowhere', meaning: 'A value was read that nothing ever wrote.', formal: 'r observes v; no operation writes v' },
  'read-from-the-future': {
    title: 'Read from the future',
    meaning: 'A value was read before the operation that wrote it began.',
    formal: 'r observes v; ret(r) < call(w) for every w that writes v',
  },
  nonlinearizable: {
    title: 'Not linearizable',
    meaning: 'These operations cannot be put into any order that respects real time and what they returned.',
    formal: 'no linearization of the sub-history exists',
  },
  'not-sequential': {
    title: 'Not sequentially consistent',
    meaning: 'No order in which each process does its operations in turn explains what they returned.',
    formal: 'no total order extends the order of each process and is legal',
  },
  lost: {
    title: 'Lost',
    meaning: 'It was acknowledged, and no final read contains it.',
    formal: 'add(e) ok; e is in no authoritative final read',
  },
  divergent: {
    title: 'Divergent',
    meaning: 'After everything had settled, some nodes have it and others do not.',
    formal: 'e is in the final reads of some nodes only',
  },
  resurrected: {
    title: 'Resurrected',
    meaning: 'It was there, then gone, then there again.',
    formal: 'e present, absent, present in reads ordered by real time',
  },
  vanished: { title: 'Vanished', meaning: 'It was there, and no read from some moment on contains it.', formal: 'e present, then absent in every later read' },
  duplicate: {
    title: 'Duplicate effect',
    meaning: 'One request took effect more than once.',
    formal: 'the multiplicity of e in a read exceeds the number of requests that may have applied it',
  },
  duplicated: { title: 'Duplicated element', meaning: 'A set holds an element more than once.', formal: 'the multiplicity of e in a read exceeds 1' },
  unexpected: {
    title: 'Unexpected element',
    meaning: 'A read contains what nobody had asked to add by then.',
    formal: 'e observed before any add(e) was called',
  },
  phantom: {
    title: 'Phantom effect',
    meaning: 'A read contains an increment that nobody had asked for by then.',
    formal: 'e observed before any request for e was called',
  },
  'incomparable-reads': {
    title: 'Incomparable reads',
    meaning: 'Two reads each saw an addition that the other missed: no order of the additions explains both.',
    formal: 'neither read is a subset of the other (long fork)',
  },
  'duplicate-id': { title: 'Duplicate id', meaning: 'The same id was handed out twice.', formal: 'two acknowledged requests returned equal ids' },
  'count-too-high': { title: 'Count too high', meaning: 'A counter shows more than was ever asked for.', formal: 'read > Σ ok + Σ info' },
  'count-too-low': { title: 'Count too low', meaning: 'A counter shows less than had been acknowledged.', formal: 'read < Σ ok before the read' },
  'too-few-successes': { title: 'Too few successes', meaning: 'The stated bound on availability was not kept.', formal: 'ok / all < bound' },
  silence: { title: 'Silence', meaning: 'For longer than the stated bound nothing succeeded.', formal: 'longest gap between successes > bound' },
  slow: { title: 'Too slow', meaning: 'The stated bound on latency was not kept.', formal: 'p99 from the intended start > bound' },
  'not-recovered': {
    title: 'Not recovered in time',
    meaning: 'After a heal it took longer than the stated bound until something succeeded.',
    formal: 'recovery > bound',
  },
};

/** The terms of a type; one that is not in the catalogue gets its own name. */
export function termsOf(type: string): AnomalyTerms {
  const words = type.replaceAll('-', ' ');
  return TERMS[type] ?? { title: words.charAt(0).toUpperCase() + words.slice(1), meaning: '', formal: type };
}
