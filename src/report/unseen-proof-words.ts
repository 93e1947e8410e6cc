import type { CounterfactualFault, UnseenHarm, UnseenKind } from '../spec/result/counterfactual.js';
import { formatCount } from '../text/figures.js';
import { plural } from '../text/words.js';
import { type Explained, wordsOf } from './explained.js';
import { listed } from './format.js';

/** Most kinds of harm that get a sentence. */
const MOST = 2;

/** By kind: how much of it there is, in words. */
const COUNTS: Readonly<Record<UnseenKind, (n: number, subject: string) => string>> = {
  unsettled: (n, subject) => `${plural(n, `${subject} saga`)} without a consistent end`,
  lost: (n, subject) => `${plural(n, 'lost effect')} of ${subject}`,
  repeated: (n, subject) => `${plural(n, 'repeated effect')} of ${subject}`,
  deadLettered: (n, subject) => `${plural(n, 'dead letter')} of ${subject}`,
  stale: (n, subject) => `${plural(n, 'stale read')} of ${subject}`,
  backlog: (n, subject) =>
    `${plural(n, 'message')} that ${n === 1 ? 'waits' : 'wait'} for ${subject} on average`,
};

/**
 * What the faults have to do with harm that no request shows: `Of 2 place-order sagas without a consistent end, 0 remain
 * without “one instance of orders crashes”.`
 */
export function unseenProofWords({ variant, own }: Explained): readonly string[] {
  const told = (own.unseen ?? []).flatMap((one) => {
    const causes = one.faults.filter(({ role }) => role === 'cause' || role === 'amplifier');
    return causes.length === 0 ? [] : [sentenceOf(variant, one, causes)];
  });
  return told.slice(0, MOST);
}

function sentenceOf(
  variant: Explained['variant'],
  { kind, subject, harm }: UnseenHarm,
  causes: readonly CounterfactualFault[],
): string {
  const of = COUNTS[kind](Math.round(harm), subject);
  const [first, ...others] = causes.map(({ fault, without }) => ({
    left: Math.round(without ?? harm),
    words: `without “${wordsOf(variant, fault)}”`,
  }));
  const verb = first!.left === 1 ? 'remains' : 'remain';
  const remain = [
    `${formatCount(first!.left)} ${verb} ${first!.words}`,
    ...others.map(({ left, words }) => `${formatCount(left)} ${words}`),
  ];
  return `Of ${of}, ${listed(remain)}.`;
}
