// Reads from a result which causes the account of a variant names. Nothing here looks at the truth.

/** Causes in the order in which the account names them: `{ kind, subject }`. */
export function namedCauses(variant) {
  const { cascade } = variant;
  if (cascade.causes !== undefined) return cascade.causes.map(refOf);
  return distinct([...faultsOf(cascade), ...conditionsOf(cascade)]);
}

/** A cause may be listed as it is, or with its proof around it. */
function refOf(cause) {
  const { kind, subject } = cause.cause ?? cause.ref ?? cause;
  return { kind, subject };
}

/** Faults of the timeline that the account does not call harmless. */
function faultsOf({ events, innocent }) {
  const harmless = new Set(innocent.map(({ fault }) => fault));
  return events
    .filter(({ kind, subject }) => kind === 'fault' && !harmless.has(subject))
    .map(({ subject, mechanism }) => ({
      kind: mechanism === 'rollout' ? 'rollout' : 'fault',
      subject,
    }));
}

/** Words by which a sentence without fields names a condition. */
const WORDS = {
  load: /load|arrivals|traffic/i,
  collections: /garbage|collect|\bGC\b/i,
  scaling: /autoscal/i,
  locks: /\block/i,
  limit: /limit|quota|refused by design/i,
  errors: /fails? .*by itself/i,
};

/** Without the field `causes`: the component that the sentence names as the first in trouble, and kinds by words. */
function conditionsOf({ sentence }) {
  const found = [];
  const [, first] = /: (\S+) is the first in trouble/.exec(sentence) ?? [];
  for (const [kind, words] of Object.entries(WORDS)) {
    if (words.test(sentence))
      found.push({ kind, subject: kind === 'load' ? 'users' : (first ?? '') });
  }
  if (first !== undefined) found.push({ kind: 'capacity', subject: first });
  return found;
}

function distinct(causes) {
  const seen = new Set();
  return causes.filter(({ kind, subject }) => {
    const key = `${kind} ${subject}`;
    return !seen.has(key) && seen.add(key);
  });
}

const DEGRADED = new Set(['degraded', 'failing', 'down']);

/** Time at which the account says that users are first hurt, from `from` s on; null if it does not. */
export function usersOnset({ cascade }, from) {
  const hit = cascade.events.find(
    ({ kind, subject, at }) => DEGRADED.has(kind) && subject.startsWith('users.') && at >= from - 1,
  );
  return hit?.at ?? null;
}

/** Whether the account names any cause of harm, or says that users are hurt. */
export function saysHarm(variant) {
  return usersOnset(variant, 0) !== null && namedCauses(variant).length > 0;
}

/** Mechanism by which trouble leaves a node towards one of its callers, the earliest; null if none is listed. */
export function mechanismAt({ cascade }, { name, callers }) {
  const above = new Set(callers.map((caller) => caller.name));
  const found = cascade.influences.filter(
    ({ from, to }) => from === name && (above.has(to) || to.startsWith('users')),
  );
  return found.length === 0 ? null : found[0].mechanism;
}
