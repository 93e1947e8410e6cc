import {
  INSTANCE_STATE,
  JOURNAL,
  NODE_STATE,
  type RunRecord,
} from '../../contracts/record/record.js';
import { NODES } from '../../contracts/scenario/nodes.js';
import type { StoryEvent } from '../../contracts/result/cascade.js';
import { twoParts } from '../../contracts/result/fault-text.js';
import { formatCount, formatInstant } from '../../text/figures.js';
import { groupedBy } from '../../text/order.js';
import { plural } from '../../text/words.js';
import type { VariantData } from '../measure/variant-data.js';
import { BARE } from './unseen.js';

/** Most events about nodes, and about the pending instances of a component; the last one says how many are left out. */
const EVENTS_MAX = 8;
const PENDING_MAX = 3;

/** Changes of a node: a verb and its effect; '' = another event shows it. */
const WORDS: Readonly<Record<number, readonly [verb: string, effect: string]>> = {
  [NODE_STATE.ready]: ['takes instances', ''],
  [NODE_STATE.died]: ['', ''],
  [NODE_STATE.lost]: ['counts as lost', 'callers remove its instances from their lists'],
  [NODE_STATE.evicted]: ['is given up', 'its instances are made elsewhere'],
  [NODE_STATE.ordered]: ['is ordered by the cluster autoscaler', ''],
  [NODE_STATE.removed]: ['is removed', ''],
  [NODE_STATE.cordoned]: ['', ''],
  [NODE_STATE.uncordoned]: ['', ''],
};

const GIVEN_UP: ReadonlySet<number> = new Set([NODE_STATE.lost, NODE_STATE.evicted]);

/** Events of nodes, and of instances that wait for room, from the end of the warm-up. */
export function nodeEvents(data: VariantData, record: RunRecord): readonly StoryEvent[] {
  if (data.plan.nodes === null) return [];
  return [...changes(record), ...waits(data, record), ...keeps(data, record)];
}

function changes({ journal }: RunRecord): readonly StoryEvent[] {
  const { timeNs, kind, subject, value } = journal;
  const events: StoryEvent[] = [];
  let left = 0;
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.node || timeNs[k] < 0) continue;
    const [verb, effect] = WORDS[value[k]];
    if (verb === '') continue;
    if (events.length === EVENTS_MAX) left++;
    else {
      const name = `${NODES}[${subject[k]}]`;
      const word = GIVEN_UP.has(value[k]) ? 'nodeLost' : 'node';
      events.push({
        ...BARE,
        at: timeNs[k] / 1e9,
        kind: word,
        subject: name,
        ...twoParts(verb, effect, ': '),
      });
    }
  }
  return withLeft(events, left);
}

/** Time in which some instances of a component are pending. */
interface Wait {
  readonly fromNs: number;
  most: number;
  untilNs: number;
}

function waits({ plan }: VariantData, { journal }: RunRecord): readonly StoryEvent[] {
  const { timeNs, kind, subject, value } = journal;
  const pending = new Map<number, number>();
  const all = new Map<number, Wait[]>();
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] !== JOURNAL.instance) continue;
    const isPending = value[k] === INSTANCE_STATE.pending;
    if (!isPending && value[k] !== INSTANCE_STATE.scheduled) continue;
    const { component } = plan.instances[subject[k]];
    const before = pending.get(component) ?? 0;
    const now = before + (isPending ? 1 : -1);
    pending.set(component, now);
    const own = all.get(component) ?? [];
    all.set(component, own);
    const last = own[own.length - 1];
    // Without a gap between them, two waits are one.
    if (isPending && before === 0 && last?.untilNs !== timeNs[k]) {
      own.push({ fromNs: timeNs[k], most: 1, untilNs: Infinity });
    } else if (isPending) {
      last.most = Math.max(last.most, now);
      last.untilNs = Infinity;
    } else if (now === 0) last.untilNs = timeNs[k];
  }
  return [...all].flatMap(([component, list]) => {
    const seen = list.filter(({ untilNs }) => untilNs > 0);
    const events = seen.slice(0, PENDING_MAX).map(({ fromNs, most, untilNs }): StoryEvent => {
      const end = untilNs === Infinity ? 'to the end' : `until ${formatInstant(untilNs / 1e9)}`;
      const text = twoParts('waits for room on a node', `${plural(most, 'instance')} ${end}`, ': ');
      const { name } = plan.components[component];
      return { ...BARE, at: Math.max(0, fromNs) / 1e9, kind: 'pending', subject: name, ...text };
    });
    return withLeft(events, Math.max(0, seen.length - PENDING_MAX));
  });
}

/** An instance that a disruption budget keeps on a node until the drain of that ends. */
interface Kept {
  readonly at: number;
  readonly untilNs: number;
  readonly node: number;
  readonly component: number;
}

/** Drains that end, or last to the end of the run, with instances that a disruption budget keeps on the node. */
function keeps({ plan }: VariantData, { journal }: RunRecord): readonly StoryEvent[] {
  const { timeNs, kind, subject, value } = journal;
  const kept = new Map<number, { readonly at: number; readonly node: number }>();
  const ended: Kept[] = [];
  const close = (node: number, untilNs: number): void => {
    for (const [id, own] of kept) {
      if (own.node !== node) continue;
      kept.delete(id);
      ended.push({ ...own, untilNs, component: plan.instances[id].component });
    }
  };
  for (let k = 0; k < timeNs.length; k++) {
    if (kind[k] === JOURNAL.kept) kept.set(subject[k], { at: timeNs[k], node: value[k] });
    else if (kind[k] === JOURNAL.instance && GOES.has(value[k])) kept.delete(subject[k]);
    else if (kind[k] === JOURNAL.node && value[k] === NODE_STATE.uncordoned)
      close(subject[k], timeNs[k]);
  }
  for (const node of new Set([...kept.values()].map((own) => own.node))) close(node, Infinity);
  const groups = groupedBy(ended, ({ at, node, component }) => `${at} ${node} ${component}`);
  const events = [...groups.values()].map((group): StoryEvent => {
    const [{ at, node, component, untilNs }] = group as [Kept];
    const until = untilNs === Infinity ? 'to the end' : `until ${formatInstant(untilNs / 1e9)}`;
    const { name } = plan.components[component];
    const effect = `the disruption budget of ${name} keeps ${plural(group.length, 'instance')} there ${until}`;
    const text = twoParts('is not emptied', effect, ': ');
    return {
      ...BARE,
      at: Math.max(0, at) / 1e9,
      kind: 'kept',
      subject: `${NODES}[${node}]`,
      ...text,
    };
  });
  return withLeft(events.slice(0, EVENTS_MAX), Math.max(0, events.length - EVENTS_MAX));
}

/** States of an instance that leaves its node, by the drain or in another way. */
const GOES: ReadonlySet<number> = new Set([INSTANCE_STATE.leaving, INSTANCE_STATE.absent]);

/** Adds to the last event how many others there are. */
function withLeft(events: readonly StoryEvent[], left: number): readonly StoryEvent[] {
  if (left === 0) return events;
  const last = events[events.length - 1];
  const more = `; ${formatCount(left)} more later`;
  const { head, detail = '', text } = last;
  const words = twoParts(head ?? text, detail === '' ? '' : detail + more, ': ');
  return [
    ...events.slice(0, -1),
    { ...last, ...words, ...(detail === '' && { text: text + more }) },
  ];
}
