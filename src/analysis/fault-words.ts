import { faultKind } from '../patterns/registry.js';
import { meanOf } from '../kernel/distribution-mean.js';
import type { Distribution } from '../kernel/distribution.js';
import type { KnobEdit } from '../spec/fault.js';
import { LIE, PROBES } from '../spec/probes.js';
import type { Fault, Network } from '../spec/scenario.js';
import { formatSize } from '../spec/size-text.js';
import { bytes, duration, list, number, share } from './words.js';

/** Names of the zones of a scenario. */
type Zones = Network['zones'];

/** A fault in words, from what it turns: `psp hangs`, `inventory 2x slower`, `zone a crashes`. */
export function faultWords(fault: Fault, zones: Zones): string {
  const who = targetWords(fault, zones);
  const edits = faultKind(fault.kind)?.edits(fault.config, 1, fault.share) ?? [];
  const words = edits.map((edit) => editWords(edit, who, fault)).filter((text) => text !== '');
  const what = words.length > 0 ? list([...new Set(words)]) : `${fault.kind} of ${who.words}`;
  return `${what}${startWords(fault)}`;
}

/** What a start depends on, where it does. */
function startWords({ when, probability, jitterNs }: Fault): string {
  const chance = probability < 1 ? [`with a probability of ${share(probability)}`] : [];
  const late = jitterNs > 0 ? [`up to ${duration(jitterNs / 1e9)} later`] : [];
  const seen = when === null ? [] : [`when ${when.text}`];
  const all = [...seen, ...late, ...chance];
  return all.length > 0 ? `, ${all.join(', ')}` : '';
}

/** Whom a fault hits, and whether a verb after it is that of several. */
interface Who {
  readonly words: string;
  readonly isMany: boolean;
}

function editWords(edit: KnobEdit, who: Who, fault: Fault): string {
  const { words, isMany } = who;
  const part = fault.share < 1 ? ` for ${share(fault.share)} of the requests` : '';
  const does = (one: string, many: string): string => `${words} ${isMany ? many : one}`;
  switch (edit.knob) {
    case 'speed':
      if (edit.value >= 1)
        return edit.value === 1 ? '' : `${words} ${number(edit.value)}x faster${part}`;
      return edit.value > 0
        ? `${words} ${number(1 / edit.value)}x slower${part}`
        : does('stands still', 'stand still');
    case 'stress':
      return `something else wants ${share(edit.value)} of the cores of ${words}`;
    case 'leaking':
      return leakWords(edit, who);
    case 'down':
      return downWords(edit, does);
    case 'stopping':
      return does('is stopped', 'are stopped');
    case 'switchover':
      return `${words} hands over to a replica`;
    case 'split':
      return `the nodes of ${words} do not see each other`;
    case 'rowHeld':
      return `a row of ${words} is held`;
    case 'frozen':
      return edit.value > 1 ? does('is paused', 'are paused') : does('hangs', 'hang');
    case 'errorBefore':
    case 'errorAfter':
      return errorWords(edit, who);
    case 'throttled':
      return `${does('lets', 'let')} only ${number(edit.value)}/s through${fault.target.length > 1 ? ' each' : ''}`;
    case 'loss':
      return `${share(edit.value)} of the messages of ${words} are lost`;
    case 'cut':
      return cutWords(edit, fault, words);
    case 'delay':
      return `${delayWords(edit.distribution)} delay on ${words}${part}`;
    case 'bandwidth':
      return `only ${formatSize(edit.value)}/s for ${words}`;
    case 'rate':
      return `${number(edit.value)}x the load of ${words}`;
    case 'extraRate':
      return `${number(edit.value)}/s more from ${words}`;
    case 'herd':
      return `${number(edit.value)} clients of ${words} at once`;
    case 'leak':
    case 'certExpired':
      return connectionWords(edit, who);
    case 'replicaLag':
      return `${words} ${isMany ? 'fall' : 'falls'} ${duration(edit.value / 1e9)} behind`;
    case 'flushed':
      return `${edit.value < 1 ? `${share(edit.value)} of ` : ''}${words} ${isMany ? 'are' : 'is'} flushed`;
    case 'rebalance':
      return does('rebalances', 'rebalance');
    default:
      return platformWords(edit, words, fault) ?? messageWords(edit, words);
  }
}

/** What becomes of connections. */
function connectionWords({ knob, value }: KnobEdit, { words, isMany }: Who): string {
  if (knob === 'certExpired')
    return `${isMany ? 'certificates' : 'certificate'} of ${words} expired`;
  const verb = isMany ? 'leak' : 'leaks';
  return `${words} ${verb} ${share(value)} of the connections ${isMany ? 'they use' : 'it uses'}`;
}

/** What the platform does wrong; null where it is not that. */
function platformWords({ knob, value }: KnobEdit, words: string, { config }: Fault): string | null {
  if (knob === 'scalingFrozen') return `the autoscaling of ${words} stands still`;
  if (knob === 'rolloutFrozen') return `the rollout of ${words} stands still`;
  const own = PROBES.find((kind) => `${kind}Lie` === knob);
  if (own === undefined) return null;
  const { probe } = config as { readonly probe?: string };
  const kind = probe === 'all' ? 'every probe' : own;
  return `${kind} of ${words} ${value === LIE.pass ? 'passes' : 'fails'} whatever it does`;
}

/** What becomes of messages. */
function messageWords(edit: KnobEdit, words: string): string {
  switch (edit.knob) {
    case 'poison':
      return `${messagesOf(edit.value, words)} cannot be handled`;
    case 'duplicated':
      return `${messagesOf(edit.value, words)} come twice`;
    case 'heldBack':
      return `${messagesOf(edit.value, words)} are held back for ${delayWords(edit.distribution)}`;
    case 'redriven':
      return `the dead letters of ${words} go back at ${number(edit.value)}/s`;
    default:
      // Knobs that only colour another one, such as the silence of a crashed host.
      return '';
  }
}

function leakWords(
  { value, perRequest = 0, most = Infinity }: KnobEdit,
  { words, isMany }: Who,
): string {
  if (value === Infinity) return `something holds ${bytes(most)} of the memory of ${words}`;
  const rate = value > 0 ? [`${bytes(value * 1e9)} a second`] : [];
  const each = perRequest > 0 ? [`${bytes(perRequest)} a request`] : [];
  const end = most === Infinity ? '' : `, at most ${bytes(most)}`;
  return `${words} ${isMany ? 'leak' : 'leaks'} ${list([...rate, ...each])}${end}`;
}

function errorWords(edit: KnobEdit, { words, isMany }: Who): string {
  const status = edit.status === undefined ? '' : ` with ${String(edit.status)}`;
  const amount =
    edit.value < 1 ? ` ${share(edit.value)} of ${isMany ? 'their' : 'its'} requests` : '';
  return `${words} ${isMany ? 'fail' : 'fails'}${amount}${status}`;
}

function cutWords(edit: KnobEdit, { between }: Fault, words: string): string {
  if (between === null) {
    return edit.value > 1 ? `connections to ${words} are refused` : `${words} cannot be reached`;
  }
  const [one, other] = between.map((side) => list(side));
  if (edit.value > 1) return `connections between ${one} and ${other} are refused`;
  if (edit.direction === 'to') return `messages from ${one} to ${other} are lost`;
  if (edit.direction === 'from') return `messages from ${other} to ${one} are lost`;
  return `${one} and ${other} cannot reach each other`;
}

function targetWords(fault: Fault, zones: Zones): Who {
  const names = list(fault.target.map((target) => referenceWords(target, zones)));
  const targets = fault.version === null ? names : `${fault.version} of ${names}`;
  const { instances } = fault;
  const isMany = fault.target.length > 1;
  const zone = fault.zone === null ? '' : ` in zone ${fault.zone}`;
  switch (instances.kind) {
    case 'all':
      return { words: targets === '' ? betweenWords(fault) : `${targets}${zone}`, isMany };
    case 'count':
      return instances.count === 1
        ? { words: `one instance of ${targets}`, isMany: false }
        : { words: `${number(instances.count)} instances of ${targets}`, isMany: true };
    case 'share':
      return { words: `${share(instances.share)} of the instances of ${targets}`, isMany: true };
    case 'indices':
      return {
        words: list(instances.indices.map((index) => `${targets}[${index}]`)),
        isMany: instances.indices.length > 1,
      };
  }
}

/** An edge from or to everybody is all calls of the other side. */
function referenceWords(reference: string, zones: Zones): string {
  const [from, to] = reference.split('->').map((side) => side.trim());
  if (to === undefined) return zones.has(reference) ? `zone ${reference}` : reference;
  if (from === 'all') return to === 'all' ? 'all calls' : `calls to ${to}`;
  return to === 'all' ? `calls of ${from}` : reference;
}

function betweenWords(fault: Fault): string {
  if (fault.between === null) return fault.zone === null ? fault.id : `zone ${fault.zone}`;
  return list(fault.between.map((side) => list(side)));
}

function messagesOf(amount: number, words: string): string {
  return `${amount < 1 ? `${share(amount)} of ` : ''}the messages of ${words}`;
}

function downWords({ recovery }: KnobEdit, does: (one: string, many: string) => string): string {
  if (recovery === undefined) return does('crashes', 'crash');
  if (recovery === 'never') return does('crashes for good', 'crash for good');
  return `${does('is out', 'are out')}${recoveryWords(recovery)}`;
}

/** After which time of their own instances are back, where that is not at once. */
function recoveryWords(recovery: Distribution): string {
  if (recovery.kind === 'uniform') return ` (recovery of ${delayWords(recovery)})`;
  const meanNs = meanOf(recovery);
  const about = recovery.kind === 'constant' ? '' : 'about ';
  return meanNs > 0 ? ` (recovery of ${about}${duration(meanNs / 1e9)})` : '';
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
