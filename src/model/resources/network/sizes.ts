import { invariant } from '../../../kernel/invariant.js';
import type { Ns } from '../../../kernel/time.js';
import { isSuccess, type Outcome } from '../../../contracts/outcome.js';
import type { Edge } from '../../data/edges/edge.js';
import { Lines, type LinesParts } from './lines.js';
import { RETURN, strands } from '../../data/strands/strands.js';
import type { Plan } from '../../../contracts/plan/plan.js';
import type { Counter, Meters } from '../../data/figures/meters.js';

/** The parts of a run that count crossings. */
interface CrossingsParts {
  readonly plan: Plan;
  readonly meters: Meters;
}

/** Counts the bytes of requests and responses between two zones, for the caller, whose calls cause both. */
class Crossings {
  private readonly meters: Meters;
  /** By link; null = both ends are in one zone, or one is outside all zones. */
  private readonly counters: readonly (Counter | null)[];

  constructor({ plan, meters }: CrossingsParts) {
    this.meters = meters;
    const byCaller = new Map<number, Counter>();
    const counterOf = (component: number): Counter => {
      const known = byCaller.get(component);
      if (known !== undefined) return known;
      const counter = meters.counter('crossZoneBytes', { component, part: -1 });
      byCaller.set(component, counter);
      return counter;
    };
    this.counters = plan.links.map(({ stat, fromZone, toZone }) => {
      if (fromZone === toZone || fromZone < 0 || toZone < 0) return null;
      return counterOf(plan.parts[plan.statEdges[stat].from].component);
    });
  }

  /** A message of this size takes a link. */
  count(link: number, bytes: number): void {
    const counter = this.counters[link];
    if (counter !== null) this.meters.count(counter, bytes);
  }
}

/**
 * The sizes of the messages of a run, and their transmission on links with a bandwidth. A route forwards the request it
 * received and the answer it received; all other sizes are configured. Failures have no body.
 */
export class Sizes {
  private readonly world: LinesParts;
  /** By strand, bytes: of its request, and of the answer that a route has received. */
  private request: Float64Array = new Float64Array(0);
  private answered: Float64Array = new Float64Array(0);
  /** By strand: bytes of the response that a step sets, or of a shared one; or -1. */
  private stepped: Float64Array = new Float64Array(0);
  readonly lines: Lines;
  /** null = traffic between zones costs nothing. */
  readonly crossings: Crossings | null;

  constructor(world: LinesParts & CrossingsParts) {
    this.world = world;
    this.crossings = world.plan.pricedZones ? new Crossings(world) : null;
    this.lines = new Lines(world);
    strands.slots.addColumns(this);
  }

  /** `owner` sends a strand over an edge. */
  sent(strand: number, edge: Edge, owner: number): void {
    const own = edge.requestBytes;
    this.request[strand] = own >= 0 ? own : this.request[strands.jobOf(owner)];
    this.answered[strand] = 0;
    this.stepped[strand] = -1;
    invariant(this.request[strand] >= 0, 'a request has a size');
  }

  /** The answer of a strand has reached its sender over an edge. */
  received(strand: number, edge: Edge, owner: number): void {
    if (edge.requestBytes < 0) this.answered[strands.jobOf(owner)] = this.ofAnswer(strand);
  }

  /** Sets the size of the answer that a strand is about to give. */
  answers(strand: number, bytes: number): void {
    invariant(bytes >= 0, 'an answer has a size');
    this.stepped[strands.jobOf(strand)] = bytes;
  }

  /** A strand shares the response of another strand, whose size replaces its own. */
  shared(strand: number, bytes: number): void {
    this.stepped[strand] = bytes;
  }

  /** A separate strand works on the request of another one. */
  copied(strand: number, from: number): void {
    this.request[strand] = this.ofRequest(from);
    this.answered[strand] = 0;
    this.stepped[strand] = -1;
  }

  /** A strand begins without a sender: a message, or a command of a saga. */
  unsent(strand: number): void {
    this.request[strand] = 0;
    this.answered[strand] = 0;
    this.stepped[strand] = -1;
  }

  /** Returns true if the job of a strand belongs to a call and its answer goes over the wire. */
  overTheWire(strand: number): boolean {
    return strands.returns[strands.jobOf(strand)] === RETURN.frame;
  }

  /** Bytes of the request that a strand works on. */
  ofRequest(strand: number): number {
    return this.request[strands.jobOf(strand)];
  }

  /** Bytes of the answer of a strand, if it succeeds. */
  ofAnswer(strand: number): number {
    const job = strands.jobOf(strand);
    if (this.stepped[job] >= 0) return this.stepped[job];
    const { plan } = this.world;
    const own = plan.parts[strands.part[job]].responseBytes;
    return own >= 0 ? own : this.answered[job];
  }

  /** Time until the request of a strand has left its sender. */
  sending(strand: number, bandwidth: number, from: number, to: number): Ns {
    return this.lines.pass(this.request[strand], bandwidth, from, to);
  }

  /** Time until the answer of a strand has left its instance. */
  answering(strand: number, outcome: Outcome, bandwidth: number, to: number): Ns {
    const bytes = this.onTheWire(strand, outcome);
    return this.lines.pass(bytes, bandwidth, strands.instance[strand], to);
  }

  /** Bytes of a response with this outcome: failures have no body. */
  onTheWire(strand: number, outcome: Outcome): number {
    return isSuccess(outcome) ? this.ofAnswer(strand) : 0;
  }
}
