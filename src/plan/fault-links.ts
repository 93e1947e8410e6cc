import type { KnobEdit } from '../model/faults/knob.js';
import type { PlanEdge, PlanLink } from '../contracts/plan/plan.js';
import type { LaidComponent, LaidPart, Layout } from './layout.js';
import type { SilentLink } from './registry-links.js';
import type { EdgeEnd } from './references.js';

/** Direction bits of PlanFault.links: requests and responses along the link. */
export const REQUESTS = 1;
export const ANSWERS = 2;

/** Direction of the affected messages relative to the target of the fault. */
export type Direction = NonNullable<KnobEdit['direction']>;

interface LinkEnd {
  readonly part: LaidPart;
  /** Zone index, -1 = outside. */
  readonly zone: number;
}

export type EndTest = (end: LinkEnd) => boolean;

/** The links of a plan with both ends. */
export class LinkEnds {
  /** By link: direction bits of the messages that have a size. */
  private readonly sizes: readonly number[];
  /** Links whose calls use connections, and those of them whose callee closes connections itself. */
  private readonly connected: ReadonlySet<number>;
  private readonly closing: ReadonlySet<number>;
  private readonly ends: readonly { readonly caller: LinkEnd; readonly callee: LinkEnd }[];

  constructor(
    layout: Layout,
    links: readonly PlanLink[],
    statEdges: readonly { readonly from: number; readonly to: number }[],
    sizedOf: (stat: number) => number,
    silent: readonly SilentLink[],
    edges: readonly Pick<PlanEdge, 'stat' | 'connections'>[],
  ) {
    const along = (
      test: (connections: PlanEdge['connections']) => boolean,
    ): ReadonlySet<number> => {
      const stats = new Set(edges.filter((own) => test(own.connections)).map(({ stat }) => stat));
      return new Set(links.flatMap(({ stat }, id) => (stats.has(stat) ? [id] : [])));
    };
    this.connected = along((connections) => connections !== null);
    this.closing = along((connections) => (connections?.server ?? null) !== null);
    this.sizes = [...links.map(({ stat }) => sizedOf(stat)), ...silent.map(() => 0)];
    const called = links.map((link) => {
      const { from, to } = statEdges[link.stat]!;
      return {
        caller: { part: layout.parts[from]!, zone: link.fromZone },
        callee: { part: layout.parts[to]!, zone: link.toZone },
      };
    });
    const others = silent.map(({ link, from, to }) => ({
      caller: { part: wholeOf(from), zone: link.fromZone },
      callee: { part: wholeOf(to), zone: link.toZone },
    }));
    this.ends = [...called, ...others];
  }

  /** Direction bits of the messages of a link that have a size. */
  sized(link: number): number {
    return this.sizes[link]!;
  }

  isConnected(link: number): boolean {
    return this.connected.has(link);
  }

  closes(link: number): boolean {
    return this.closing.has(link);
  }

  /** Selects messages towards (`to`) or away from (`from`) all ends that pass the test. */
  around(test: EndTest, direction: Direction, hit: (link: number, bits: number) => void): void {
    this.ends.forEach(({ caller, callee }, link) => {
      const calls = test(caller);
      const called = test(callee);
      let bits = 0;
      if (direction !== 'from') bits |= (called ? REQUESTS : 0) | (calls ? ANSWERS : 0);
      if (direction !== 'to') bits |= (calls ? REQUESTS : 0) | (called ? ANSWERS : 0);
      if (bits !== 0) hit(link, bits);
    });
  }

  /** Selects calls from one side to the other: `to` their requests, `from` their responses. */
  along(
    from: EndTest,
    to: EndTest,
    direction: Direction,
    hit: (link: number, bits: number) => void,
  ): void {
    const bits = (direction === 'from' ? 0 : REQUESTS) | (direction === 'to' ? 0 : ANSWERS);
    this.ends.forEach(({ caller, callee }, link) => {
      if (from(caller) && to(callee)) hit(link, bits);
    });
  }

  /** Selects messages between two sides, whichever side calls. `to`: only from the first side to the second. */
  between(
    x: EndTest,
    y: EndTest,
    direction: Direction,
    hit: (link: number, bits: number) => void,
  ): void {
    this.along(x, y, direction, hit);
    this.along(y, x, REVERSED[direction], hit);
  }
}

/** A component in place of a part, for links without calls. */
function wholeOf(component: LaidComponent): LaidPart {
  return { id: -1, name: '', component, source: { kind: 'unmatched' } };
}

const REVERSED = Object.freeze({ both: 'both', to: 'from', from: 'to' } as const);

/** Tests whether an end is one that a side of `a.b->c` names. */
export function namedEnd({ component, part }: EdgeEnd): EndTest {
  return (end) =>
    (component === 'all' || component === end.part.component.name) &&
    (part === null || part === end.part.name);
}

/** Direction of the messages that the edits change; `both` if the edits differ. */
export function directionOf(edits: readonly KnobEdit[]): Direction {
  const directions = new Set(edits.map(({ direction }) => direction ?? 'both'));
  return directions.size === 1 ? [...directions][0]! : 'both';
}
