import type { MapFrames } from '../../browser/readings.js';
import type { HealthState } from '../../contracts/result/cascade.js';
import type { VariantResult } from '../../contracts/result/result.js';
import { slotsOf } from './services.js';
import { nodeIn } from '../view/nodes.js';
import { clamp } from '../drawing/scale.js';
import type { Placement } from '../topology/topology-layout.js';
import { stepAt, type View } from '../view/view.js';
import { stateOf } from '../view/waiting.js';

/** Most frames; a longer timeline joins steps. */
const MOST = 240;

const LETTERS: Readonly<Record<HealthState, string>> = {
  ok: 'o',
  degraded: 'd',
  failing: 'f',
  down: 'x',
};

const WORST = 'odfx';

/** States, slots and rates of all frames of a variant. Joined steps show the worst of them. */
export function framesOf(view: View, variant: VariantResult, map: Placement): MapFrames {
  const { timeline } = variant;
  const width = Math.max(1, Math.ceil(timeline.steps / MOST));
  const count = Math.ceil(timeline.steps / width);
  const nodes = view.result.topology.nodes.filter((node) => map.nodes.has(node.name));
  const top = largestFlow(view);
  const over = (letter: (step: number) => string, best: string): string => {
    let frames = '';
    for (let frame = 0; frame < count; frame++) {
      const until = Math.min(timeline.steps, (frame + 1) * width);
      let worst = '';
      for (let step = frame * width; step < until; step++) {
        const own = letter(step);
        if (worst === '' || best.indexOf(own) > best.indexOf(worst)) worst = own;
      }
      frames += worst;
    }
    return inRuns(frames);
  };
  return {
    step: timeline.step * width,
    count,
    states: nodes
      .map(({ name }) => over((step) => LETTERS[stateOf(variant, name, step)], WORST))
      .join(' '),
    busy: nodes
      .map((node) => {
        const share = busyShares(variant, node);
        return over((step) => level(share(step)), LEVELS);
      })
      .join(' '),
    flows: map.edges
      .map((edge) => {
        const flows = flowsOf(variant, edge);
        return over((step) => flowLetter(flows[step]!, top), FLOWS);
      })
      .join(' '),
  };
}

/** Frame of an instant. */
export function frameAt(variant: VariantResult, at: number, frames: MapFrames): number {
  return Math.floor((stepAt(variant.timeline, at) * variant.timeline.step) / frames.step + 1e-9);
}

/** Share of the slots of a component in use, by step; null if they are not limited. */
export function busyShares(
  variant: VariantResult,
  shown: View['result']['topology']['nodes'][number],
): (step: number) => number | null {
  const node = nodeIn(variant, shown);
  const series = variant.timeline.series[node.name];
  return (step) => {
    // For a scaled component: the instances that run at this instant.
    const slots = slotsOf(node, node.scaling === undefined ? node.replicas : series?.up[step]);
    const busy = series?.busy[step];
    return slots === null || !(slots > 0) || busy === undefined ? null : clamp(busy / slots, 0, 1);
  };
}

/** What an edge carries in a step. */
interface Flow {
  /** Attempts per second. */
  readonly attempts: number;
  /** More than a third of them are retries. */
  readonly retried: boolean;
}

/** Of a run without a step. */
export const NO_FLOW: Flow = { attempts: 0, retried: false };

/** By variant, because every picture of it asks. */
const FLOWS_OF = new WeakMap<VariantResult, Map<string, readonly Flow[]>>();

/** What an edge carries, by step. */
export function flowsOf(
  variant: VariantResult,
  edge: { readonly from: string; readonly to: string },
): readonly Flow[] {
  const known = FLOWS_OF.get(variant) ?? new Map<string, readonly Flow[]>();
  FLOWS_OF.set(variant, known);
  const name = `${edge.from}->${edge.to}`;
  let own = known.get(name);
  if (own === undefined) {
    const series = variant.timeline.edges[name];
    own = Array.from({ length: variant.timeline.steps }, (_, step) => {
      const calls = series?.calls[step] ?? 0;
      const attempts = series?.attempts[step] ?? 0;
      return { attempts, retried: attempts > 0 && (attempts - calls) / attempts > 1 / 3 };
    });
    known.set(name, own);
  }
  return own;
}

/** By result, because the map of each variant asks for it. */
const LARGEST = new WeakMap<View['result'], number>();

/** The highest rate on any edge of any variant. */
export function largestFlow(view: View): number {
  const known = LARGEST.get(view.result);
  if (known !== undefined) return known;
  let top = 1;
  for (const variant of view.result.variants) {
    for (const series of Object.values(variant.timeline.edges))
      for (const value of series.attempts) top = Math.max(top, value);
  }
  LARGEST.set(view.result, top);
  return top;
}

const LEVELS = '-0123456789';
const FLOWS = '-0123456789abcdefghij';

function level(share: number | null): string {
  return share === null ? '-' : String(Math.round(share * 9));
}

function flowLetter({ attempts, retried }: Flow, top: number): string {
  if (attempts <= 0) return '-';
  const digit = Math.round(clamp(attempts / top, 0, 1) * 9);
  return retried ? FLOWS[11 + digit]! : String(digit);
}

/** Three or more equal letters as the letter, `*`, their number and a comma. */
function inRuns(letters: string): string {
  return letters.replace(/(.)\1{2,}/gu, (run, letter: string) => `${letter}*${run.length},`);
}
