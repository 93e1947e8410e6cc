import { JSDOM } from 'jsdom';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/page/html.js';
import type { HealthState } from '../../src/contracts/result/cascade.js';
import { sampleResult } from '../support/sample-result.js';

const sample = sampleResult();
const page = new JSDOM(renderHtml(sample, { command: 'faultline run checkout.yaml', version: '0' }))
  .window.document;
const STRIPS: Readonly<Record<HealthState, string>> = {
  ok: 'calm',
  degraded: 'mild',
  failing: 'bad',
  down: 'worst',
};

describe('the strip of an event', () => {
  const events = sample.variants.flatMap((variant) =>
    variant.cascade.events.map((event) => ({ variant, event })),
  );
  const rows = [...page.querySelectorAll('.events tbody tr')];

  it('is the state that the lane of its subject has at that time', () => {
    expect(rows).toHaveLength(events.length);
    let seen = 0;
    events.forEach(({ variant, event }, i) => {
      const intervals = variant.cascade.states[event.subject];
      if (intervals === undefined || event.kind === 'notRecovered') return;
      const here = intervals.find(({ from, until }) => from <= event.at && event.at < until);
      expect(rows[i]!.className, `${variant.name} ${event.subject} ${event.at}`).toBe(
        STRIPS[here?.state ?? 'ok'],
      );
      seen++;
    });
    expect(seen).toBeGreaterThan(10);
  });

  it('is, at the end of the run, the state in which its subject is left', () => {
    const left = events.flatMap(({ variant, event }, i) =>
      event.kind === 'notRecovered'
        ? [{ row: rows[i]!, states: variant.cascade.states, event }]
        : [],
    );
    expect(left.length).toBeGreaterThan(0);
    for (const { row, states, event } of left)
      expect(row.className).toBe(STRIPS[states[event.subject]!.at(-1)!.state]);
  });

  it('is no state for a fault, which is none', () => {
    const faults = events.flatMap(({ event }, i) =>
      event.kind === 'fault' || event.kind === 'faultEnd' ? [rows[i]!.className] : [],
    );
    expect(new Set(faults)).toEqual(new Set(['act']));
  });
});
