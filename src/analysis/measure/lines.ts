import { sumOf } from '../../stats/sums.js';
import { OUTCOME_KINDS } from '../../contracts/outcome.js';
import type { Plan, PlanEdge } from '../../contracts/plan/plan.js';
import { wiringOf } from '../../contracts/plan/wiring.js';
import { INSTRUCTION_WIDTH } from '../../contracts/plan/program-ends.js';
import { OP } from '../../contracts/plan/program.js';
import { edgesFrom } from './component-edges.js';
import { meanInstances } from './presence.js';
import type { Asked } from './question.js';
import { succeededOf, sumCells, sumTable } from './sums.js';
import { isPlaced, type VariantData } from './variant-data.js';

/** Use of the lines from the instances of one component to those of another one, in bytes per second. */
export interface LineUse {
  readonly limit: number;
  readonly used: number;
}

type Window = Pick<Asked, 'data' | 'window'>;

/**
 * Use of the lines from one component to another: the requests that it sends there, and the responses to the calls that
 * it gets from there. null if they have no limit, if their limits differ by zone, or if a size is not known: then
 * nothing is stated. Clients of a workload have a line each, and fill none together.
 */
export function lineUse(asked: Window, from: number, to: number): LineUse | null {
  const { data } = asked;
  const { components } = data.plan;
  if (!isPlaced(components[from]) || !isPlaced(components[to])) return null;
  const there = statsBetween(data, from, to);
  const back = statsBetween(data, to, from);
  // Calls to one node of a database, or to one version, use only some of the lines.
  const { edgesOf } = wiringOf(data.plan);
  const isSome = ({ route, version }: PlanEdge): boolean => route !== null || version >= 0;
  if ([...there, ...back].some((stat) => edgesOf[stat].some(isSome))) return null;
  const bandwidth = bandwidthOf(data.plan, there, back);
  const used =
    bandwidth === null
      ? null
      : allOf([...there.map((s) => requests(asked, s)), ...back.map((s) => responses(asked, s))]);
  if (bandwidth === null || used === null) return null;
  return { limit: bandwidth * meanInstances(asked, from) * meanInstances(asked, to), used };
}

function statsBetween(data: VariantData, from: number, to: number): readonly number[] {
  return edgesFrom(data, from).find((edge) => edge.to === to)?.stats ?? [];
}

/** The bandwidth of all lines in one direction; null if there is none, or not the same everywhere. */
function bandwidthOf(plan: Plan, there: readonly number[], back: readonly number[]): number | null {
  const all = new Set<number>();
  const { linksOf } = wiringOf(plan);
  for (const stat of there) for (const { bandwidth } of linksOf[stat]) all.add(bandwidth);
  for (const stat of back)
    for (const { answerBandwidth } of linksOf[stat]) all.add(answerBandwidth);
  const [only] = all;
  return all.size === 1 && only !== Infinity ? only : null;
}

/** Bytes per second of the requests over a measured edge. */
function requests({ data, window }: Window, stat: number): number | null {
  const size = requestSize(data.plan, stat, data.plan.components.length);
  if (size === null) return null;
  const attempts = data.records.map(({ edges }) => sumCells(edges[stat].attempts, window.cells));
  return size * perSecond({ data, window }, attempts);
}

/** Bytes per second of the responses over a measured edge. Failures have no body. */
function responses({ data, window }: Window, stat: number): number | null {
  const { plan } = data;
  const size = responseSize(plan, plan.statEdges[stat].to, plan.components.length);
  if (size === null) return null;
  const succeeded = data.records.map(({ edges }) =>
    succeededOf(sumTable([edges[stat].attemptOutcomes], window.cells, OUTCOME_KINDS)),
  );
  return size * perSecond({ data, window }, succeeded);
}

/** Size of the requests over a measured edge. A route forwards those that it gets. `hops` bounds cycles of gateways. */
function requestSize(plan: Plan, stat: number, hops: number): number | null {
  if (hops === 0) return null;
  const { edgesOf, statsInto } = wiringOf(plan);
  return onlyOf(
    edgesOf[stat].flatMap(({ from, requestBytes }) =>
      requestBytes >= 0
        ? [requestBytes]
        : statsInto[from].map((other) => requestSize(plan, other, hops - 1)),
    ),
  );
}

/** Size of the responses of a part. A route forwards those that it gets. */
function responseSize(plan: Plan, part: number, hops: number): number | null {
  if (hops === 0 || setsSizes(plan)) return null;
  const { responseBytes } = plan.parts[part];
  if (responseBytes >= 0) return responseBytes;
  const callees = wiringOf(plan).statsFrom[part].map((stat) => plan.statEdges[stat].to);
  return onlyOf(callees.map((callee) => responseSize(plan, callee, hops - 1)));
}

/** Computed on first use, because it reads all instructions of a plan. */
const setting = new WeakMap<Plan, boolean>();

/** Whether a step sets the size of a response, so that those of an endpoint can differ. */
function setsSizes(plan: Plan): boolean {
  let sets = setting.get(plan);
  if (sets === undefined) setting.set(plan, (sets = hasAnswerSize(plan)));
  return sets;
}

function hasAnswerSize({ program: { code } }: Plan): boolean {
  for (let at = 0; at < code.length; at += INSTRUCTION_WIDTH) {
    if (code[at] === OP.ANSWER_SIZE) return true;
  }
  return false;
}

/** The size that all have; null if they differ or one is not known. */
function onlyOf(sizes: readonly (number | null)[]): number | null {
  const [first = null, ...rest] = new Set(sizes);
  return rest.length === 0 ? first : null;
}

function allOf(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, own) => (sum === null || own === null ? null : sum + own), 0);
}

function perSecond({ data, window }: Window, counts: readonly number[]): number {
  const seconds = (window.lengthNs / 1e9) * data.records.length;
  return sumOf(counts) / seconds;
}
