import { editsOf } from '../../patterns/registry.js';
import type { TargetWords } from '../../model/faults/knob.js';
import { NODES } from '../../contracts/scenario/nodes.js';
import type { Fault } from '../../contracts/scenario/scenario.js';
import type { Network } from '../../contracts/scenario/network.js';
import { formatNumber, formatSeconds, formatShare } from '../../text/figures.js';
import { list } from '../../text/words.js';

/** Names of the zones of a scenario. */
type Zones = Network['zones'];

/** Describes a fault by what it changes: `psp hangs`, `inventory 2x slower`, `zone a crashes`. */
export function faultWords(fault: Fault, zones: Zones): string {
  const { words: target, isMany } = targetWords(fault, zones);
  const part = fault.share < 1 ? ` for ${formatShare(fault.share)} of the requests` : '';
  const does = (one: string, many: string): string => `${target} ${isMany ? many : one}`;
  const words = editsOf(fault)
    .map((edit) => edit.knob.words(edit, { fault, words: target, isMany, part, does }))
    .filter((text) => text !== '');
  const what = words.length > 0 ? list([...new Set(words)]) : `${fault.kind} of ${target}`;
  return `${what}${startWords(fault)}`;
}

/** Conditions on which the start of a fault depends, if any. */
function startWords({ when, probability, jitterNs }: Fault): string {
  const chance = probability < 1 ? [`with a probability of ${formatShare(probability)}`] : [];
  const late = jitterNs > 0 ? [`up to ${formatSeconds(jitterNs / 1e9)} later`] : [];
  const seen = when === null ? [] : [`when ${when.text}`];
  const all = [...seen, ...late, ...chance];
  return all.length > 0 ? `, ${all.join(', ')}` : '';
}

/** The target of a fault, and whether it takes a plural verb. */
function targetWords(fault: Fault, zones: Zones): Pick<TargetWords, 'words' | 'isMany'> {
  const names = list(fault.target.map((target) => referenceWords(target, zones)));
  // Of several targets only the databases have roles, and their names say enough.
  const role = fault.target.length === 1 ? fault.role : null;
  const narrowed = fault.version ?? (role === null ? null : ROLES[role]);
  const targets = narrowed === null ? names : `${narrowed} of ${names}`;
  const { instances } = fault;
  const isOfNodes = fault.target.length === 1 && fault.target[0] === NODES;
  const each = isOfNodes ? 'node' : 'instance';
  const isMany = fault.target.length > 1 || isOfNodes || role === 'replica';
  const zone = fault.zone === null ? '' : ` in zone ${fault.zone}`;
  switch (instances.kind) {
    case 'all':
      return { words: targets === '' ? betweenWords(fault) : `${targets}${zone}`, isMany };
    case 'count':
      return instances.count === 1
        ? { words: isOfNodes ? 'one node' : `one instance of ${targets}`, isMany: false }
        : {
            words: `${formatNumber(instances.count)} ${each}s${isOfNodes ? '' : ` of ${targets}`}`,
            isMany: true,
          };
    case 'share':
      return {
        words: `${formatShare(instances.share)} of the ${each}s${isOfNodes ? '' : ` of ${targets}`}`,
        isMany: true,
      };
    case 'indices':
      return {
        words: list(spansOf(instances.indices).map((span) => spanWords(targets, span))),
        isMany: instances.indices.length > 1,
      };
  }
}

/** Neighbours from which a sentence names only the first and the last one. */
const MANY = 3;

/** Instances in groups of neighbours, if these are many. */
function spansOf(indices: readonly number[]): readonly (readonly [from: number, to: number])[] {
  const groups: number[][] = [];
  for (const index of [...indices].sort((a, b) => a - b)) {
    const last = groups.at(-1);
    if (last?.at(-1) === index - 1) last.push(index);
    else groups.push([index]);
  }
  return groups.flatMap((own): (readonly [number, number])[] =>
    own.length < MANY ? own.map((index) => [index, index]) : [[own[0]!, own.at(-1)!]],
  );
}

function spanWords(name: string, [from, to]: readonly [number, number]): string {
  return from === to ? `${name}[${from}]` : `${name}[${from}] to ${name}[${to}]`;
}

const ROLES = { primary: 'the primary', replica: 'the replicas' } as const;

/** `all` on one side of an edge means all calls of the other side. */
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
