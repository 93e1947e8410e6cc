import { packed, STATES, type PageData, type Reading } from '../browser/readings.js';
import type { PageSubject } from '../browser/readings.js';
import type { HealthState } from '../spec/result/cascade.js';
import type { TopologyNode, VariantResult } from '../spec/result/result.js';
import { slotsOf } from './charts/services.js';
import { crowdOf } from './crowd.js';
import { nodeIn } from './nodes.js';
import { stateOf } from './waiting.js';
import { lookOf, shades, type View } from './view.js';

/** The figures that the pictures of a page read out: each of them once, by index. */
export class PageReadings {
  private readonly all: Reading[] = [];
  private readonly known = new Map<string, number>();

  /** Index of a figure; a figure that is there already is not stored again. */
  add(label: string, unit: Reading['unit'], values: readonly (number | null)[]): number {
    const reading: Reading = { label, unit, values: packed(values) };
    const key = `${label}\n${unit}\n${reading.values}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.known.set(key, this.all.length);
    return this.all.push(reading) - 1;
  }

  /** Index of the health of a subject. */
  states(label: string, states: readonly HealthState[]): number {
    return this.add(
      label,
      'state',
      states.map((state) => STATES.indexOf(state)),
    );
  }

  /** What the script of the page reads. */
  dataOf(view: View): PageData {
    const { run, variants } = view.result;
    const [first] = shades(view);
    const last = shades(view).at(-1);
    return {
      step: run.step,
      end: run.duration,
      fault: first === undefined || last === undefined ? null : [first.from, last.until],
      readings: this.all.map(({ label, unit, values }) => [label, unit, values]),
      variants: variants.map((variant) => ({
        key: lookOf(view, variant.name).className,
        name: variant.name,
        events: variant.cascade.events.slice(0, EVENTS).map(({ at, subject, text }) => ({
          at: Number(at.toFixed(6)),
          text: `${subject}: ${text}`,
        })),
        subjects: crowdOf(view).shown.map((node) => this.subjectOf(variant, nodeIn(variant, node))),
      })),
    };
  }

  private subjectOf(variant: VariantResult, node: TopologyNode): PageSubject {
    const series = variant.timeline.series[node.name];
    const states = (series?.state ?? []).map((_, step) => stateOf(variant, node.name, step));
    return {
      name: node.name,
      state: this.states('', states),
      arrivals: this.add('in', 'perSecond', series?.rate ?? []),
      good: this.add('ok', 'perSecond', series?.goodRate ?? []),
      busy: this.add('busy', 'number', series?.busy ?? []),
      queue: this.add('queue', 'number', series?.queue ?? []),
      slots: slotsOf(node),
    };
  }
}

/** Most events of a variant that keys go through. */
const EVENTS = 200;
