import { samplers } from '../../../kernel/distribution.js';
import { unit, type StreamKey } from '../../../kernel/rng.js';
import type { Ns } from '../../../kernel/time.js';
import type { PlanLink } from '../../../contracts/plan/plan.js';
import type { FlowDevice } from '../../../contracts/scenario/network.js';

/** Directions of messages on a link; the bits of PlanFault.links. */
export const DIRECTION = Object.freeze({ request: 1, answer: 2, both: 3 } as const);

/** Draw indices of one attempt: request, answer, cancellation; with room for retransmissions. */
export const MESSAGE = Object.freeze({ request: 0, answer: 1, cancel: 2 } as const);

/** Effect of a cut on messages sent during it. */
export const CUT = Object.freeze({ no: 0, drop: 1, reject: 2 } as const);

/** Result for a message that is lost on the wire. */
export const VANISHED = -1;

/** Number of retransmissions before TCP gives up (Linux tcp_retries2). */
const MAX_RETRANSMISSIONS = 15;
/** Longest retransmission timeout (Linux TCP_RTO_MAX). */
export const RTO_MAX_NS: Ns = 120_000_000_000;
const LOSS_INDEX = 16;
const EXTRA_INDEX = 64;

/** Delay that a fault adds to messages of a link while it is active. */
export interface ExtraDelay {
  readonly sampler: number;
  readonly key: StreamKey;
  /** Share of the messages that get it. */
  readonly share: number;
  readonly direction: number;
  /** Null if each delay is drawn independently. */
  readonly memory: DelayMemory | null;
}

/** The delays of the previous message, by direction; -1 = none yet. It lasts as long as the fault. */
export interface DelayMemory {
  readonly correlation: number;
  request: Ns;
  answer: Ns;
}

/** The bytes of responses after which a fault closes each connection. */
export interface DataLimit {
  readonly bytes: number;
  /** Bytes so far, by connection (slot and life), since the fault began. */
  readonly passed: Map<number, number>;
}

/** Devices on the way of connections. */
export interface FlowWatch {
  opened(slot: number): void;
  /** Returns false if the request vanishes. */
  requests(slot: number, strand: number, at: Ns): boolean;
  /** Returns false if the answer vanishes. */
  answers(strand: number, link: Link, at: Ns): boolean;
}

/**
 * The network path of one measured edge between two zones. Messages are independent of each other. A lost message is
 * delayed by doubling retransmission timeouts (TCP); a loss is not an error.
 */
export class Link {
  extras: ExtraDelay[] = [];
  /** Effective loss per direction, and the cut per direction, see CUT. */
  requestLoss: number;
  answerLoss: number;
  requestCut = 0;
  answerCut = 0;
  /** Time by which a close of a server arrives later. */
  closeDelayNs: Ns = 0;
  /** Limits on the bytes of responses of each connection; null = none. */
  dataLimits: readonly DataLimit[] | null = null;
  /** True if some attempts share connections, whose messages keep their order. */
  ordered = false;
  /** Watches its messages; null if no device and no client does. */
  flows: FlowWatch | null = null;
  /** The device on the way that forgets quiet connections, or null. */
  readonly device: FlowDevice | null;
  private readonly requestSampler: number;
  private readonly answerSampler: number;
  readonly rtoNs: Ns;
  readonly baseRequestLoss: number;
  readonly baseAnswerLoss: number;
  /** Effective bytes per second between two instances, Infinity = no limit. */
  requestBandwidth: number;
  answerBandwidth: number;
  readonly baseRequestBandwidth: number;
  readonly baseAnswerBandwidth: number;

  constructor(
    readonly id: number,
    private readonly key: StreamKey,
    spec: PlanLink,
  ) {
    this.requestSampler = spec.latency;
    this.answerSampler = spec.answerLatency;
    this.rtoNs = spec.rtoNs;
    this.device = spec.device;
    this.baseRequestBandwidth = this.requestBandwidth = spec.bandwidth;
    this.baseAnswerBandwidth = this.answerBandwidth = spec.answerBandwidth;
    this.baseRequestLoss = this.requestLoss = spec.loss;
    this.baseAnswerLoss = this.answerLoss = spec.answerLoss;
  }

  /** Delay of one message of an attempt in ns, or VANISHED. A rejected request still takes its normal delay. */
  delay(message: number, lineageA: number, lineageB: number): Ns {
    const answer = message === MESSAGE.answer;
    const cut = answer ? this.answerCut : this.requestCut;
    if (cut === CUT.drop) return VANISHED;
    const { key } = this;
    const sampler = answer ? this.answerSampler : this.requestSampler;
    let delay = samplers.draw(sampler, key.a, key.b, lineageA, lineageB, message);
    const loss = answer ? this.answerLoss : this.requestLoss;
    if (loss > 0) delay += this.retransmission(loss, message, lineageA, lineageB);
    if (this.extras.length > 0) delay += this.extra(message, lineageA, lineageB);
    return delay;
  }

  /** Delay of a packet without automatic retransmission, such as a SYN; VANISHED if it is lost. */
  packet(message: number, lineageA: number, lineageB: number): Ns {
    const { key } = this;
    const answer = message === MESSAGE.answer;
    if ((answer ? this.answerCut : this.requestCut) === CUT.drop) return VANISHED;
    const loss = answer ? this.answerLoss : this.requestLoss;
    const index = LOSS_INDEX * (message + 1);
    if (loss > 0 && unit(key.a, key.b, lineageA, lineageB, index) < loss) return VANISHED;
    const sampler = answer ? this.answerSampler : this.requestSampler;
    const delay = samplers.draw(sampler, key.a, key.b, lineageA, lineageB, message);
    return this.extras.length > 0 ? delay + this.extra(message, lineageA, lineageB) : delay;
  }

  private retransmission(loss: number, message: number, a: number, b: number): Ns {
    const { key, rtoNs } = this;
    let delay = 0;
    let timeout = rtoNs;
    for (let k = 0; k < MAX_RETRANSMISSIONS; k++) {
      if (unit(key.a, key.b, a, b, LOSS_INDEX * (message + 1) + k) >= loss) break;
      delay += timeout;
      timeout = Math.min(2 * timeout, RTO_MAX_NS);
    }
    return delay;
  }

  private extra(message: number, a: number, b: number): Ns {
    const direction = message === MESSAGE.answer ? DIRECTION.answer : DIRECTION.request;
    let delay = 0;
    for (const extra of this.extras) {
      if ((extra.direction & direction) === 0) continue;
      const { key, share } = extra;
      if (share < 1 && unit(key.a, key.b, a, b, EXTRA_INDEX + message) >= share) continue;
      const drawn = samplers.draw(extra.sampler, key.a, key.b, a, b, message);
      delay += extra.memory === null ? drawn : remember(extra.memory, direction, drawn);
    }
    return delay;
  }
}

/** A delay correlated with the previous one. */
function remember(memory: DelayMemory, direction: number, drawn: Ns): Ns {
  const which = direction === DIRECTION.answer ? 'answer' : 'request';
  const { correlation } = memory;
  const before = memory[which];
  const delay = before < 0 ? drawn : Math.round((1 - correlation) * drawn + correlation * before);
  memory[which] = delay;
  return delay;
}
