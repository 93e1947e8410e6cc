import { faultKind } from '../patterns/registry.js';
import type { Distribution } from '../kernel/distribution.js';
import type { KnobEdit } from '../spec/fault.js';
import type { Fault } from '../spec/scenario.js';
import { duration, list, number, share } from './words.js';

/** A fault in words, from what it turns: `psp hangs`, `inventory 2x slower`, `payments fails with 503`. */
export function faultWords(fault: Fault): string {
  const who = targetWords(fault);
  const edits = faultKind(fault.kind)?.edits(fault.config, 1, fault.share) ?? [];
  const words = edits
    .map((edit) => editWords(edit, who, fault.share))
    .filter((text) => text !== '');
  return words.length > 0 ? list([...new Set(words)]) : `${fault.kind} of ${who}`;
}

function editWords(edit: KnobEdit, who: string, hit: number): string {
  const part = hit < 1 ? ` for ${share(hit)} of the requests` : '';
  switch (edit.knob) {
    case 'speed':
      if (edit.value >= 1)
        return edit.value === 1 ? '' : `${who} ${number(edit.value)}x faster${part}`;
      return edit.value > 0
        ? `${who} ${number(1 / edit.value)}x slower${part}`
        : `${who} stands still`;
    case 'down':
      return `${who} crashes`;
    case 'frozen':
      return edit.value > 1 ? `${who} is paused` : `${who} hangs`;
    case 'errorBefore':
    case 'errorAfter':
      return errorWords(edit, who);
    case 'loss':
      return `${share(edit.value)} of the messages of ${who} are lost`;
    case 'cut':
      return edit.value > 1 ? `connections of ${who} are refused` : `${who} cannot be reached`;
    case 'delay':
      return `${delayWords(edit.distribution)} delay on ${who}${part}`;
    case 'rate':
      return `${who} ${sends(who)} ${number(edit.value)}x the load`;
    default:
      // Knobs that only colour another one, such as the silence of a crashed host.
      return '';
  }
}

/** A list of workloads sends, one sends: the verb follows their number. */
function sends(who: string): string {
  return who.includes(' and ') ? 'send' : 'sends';
}

function errorWords(edit: KnobEdit, who: string): string {
  const status = edit.status === undefined ? '' : ` with ${String(edit.status)}`;
  const amount = edit.value < 1 ? ` ${share(edit.value)} of its requests` : '';
  return `${who} fails${amount}${status}`;
}

function targetWords(fault: Fault): string {
  const targets = list(fault.target);
  const { instances } = fault;
  switch (instances.kind) {
    case 'all':
      return targets === '' ? betweenWords(fault) : targets;
    case 'count':
      return `${number(instances.count)} of ${targets}`;
    case 'share':
      return `${share(instances.share)} of ${targets}`;
    case 'indices':
      return list(instances.indices.map((index) => `${targets}[${index}]`));
  }
}

function betweenWords(fault: Fault): string {
  if (fault.between === null) return fault.zone ?? fault.id;
  return list(fault.between.map((side) => list(side)));
}

/** The middle of a delay, where its distribution names one. */
function delayWords(distribution: Distribution | undefined): string {
  switch (distribution?.kind) {
    case 'constant':
      return duration(distribution.valueNs / 1e9);
    case 'lognormal':
      return duration(distribution.medianNs / 1e9);
    case 'exponential':
    case 'normal':
    case 'gamma':
    case 'erlang':
      return duration(distribution.meanNs / 1e9);
    case 'uniform':
      return `${duration(distribution.minNs / 1e9)} to ${duration(distribution.maxNs / 1e9)}`;
    default:
      return 'additional';
  }
}
