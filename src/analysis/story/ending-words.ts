import type { Ending, EndReason } from '../../spec/result/cascade.js';
import { formatNumber, formatShare } from '../../text/figures.js';

/** The reason of a verdict, as the end of a sentence that names the verdict. */
export function endingWords({ reason, subject, value }: Ending): string {
  return WORDS[reason](subject ?? 'a component', value);
}

const WORDS: Readonly<Record<EndReason, (subject: string, value: number | null) => string>> = {
  noLoss: () => '',
  back: () => '',
  amplified: (subject, value) =>
    value === null
      ? `${subject} gets calls that it did not get before`
      : `${subject} gets ${formatNumber(value)} times the calls per user request`,
  restarts: (subject) => `${subject} dies again when it is back`,
  redeliveries: (subject, value) =>
    `messages of ${subject} are delivered again ${formatNumber(value ?? 0)} times for each that is handled`,
  load: (subject, value) =>
    value === null
      ? `the load is above the capacity of ${subject}`
      : `first attempts need ${formatShare(value)} of the capacity of ${subject}`,
  instances: (subject) => `instances of ${subject} are gone for good`,
  connections: (subject, value) => {
    const [caller, callee] = subject.split('->');
    return `${formatNumber(value ?? 0)} connections from ${caller} to ${callee} were never returned`;
  },
  poison: (subject) => `a message that its consumer cannot process holds up ${subject}`,
  noBaseline: () => 'no request before it gives a baseline',
  faultLasts: () => 'the fault lasts to the end',
  tooShort: () => 'the run ends less than 20 s after it',
  rises: () => 'goodput still rises when the run ends',
  drains: (subject, value) =>
    `the backlog of ${subject} still shrinks when the run ends, by ${formatShare(value ?? 0)} over the last half`,
  returning: () => 'instances still come back when the run ends',
  breakerOpen: () => 'a breaker is still open when the run ends',
  nearCapacity: (subject, value) =>
    `first attempts need ${formatShare(value ?? 0)} of the capacity of ${subject}, too close to decide`,
  unexplained: () => 'no loop is known that keeps it down',
};
