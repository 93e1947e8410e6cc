import { describe, expect, it } from 'vitest';
import { logs } from '../../src/telemetry/logs.js';
import { otlp } from '../../src/telemetry/otlp.js';
import { exported } from './export.js';

const SCENARIO = `
run: { duration: 30s, replications: 1 }
network: { latency: 1ms }
services:
  shop:
    outbound: { bank: { timeout: 100ms, circuitBreaker: { kind: simple } } }
    endpoints: { buy: { method: POST, steps: [ { call: bank.pay } ] } }
  bank: { endpoints: { pay: { method: POST, steps: [ { work: 20ms } ] } } }
workloads: { users: { arrivals: constant(10/s), requests: [ { call: shop.buy } ] } }
faults: [ { id: slow-bank, kind: slow, target: bank, factor: 10, at: 10s, for: 10s } ]
`;

interface Line {
  readonly timestamp: string;
  readonly level: string;
  readonly service: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly message: string;
}

function linesOf(text: string): readonly Line[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

describe('log lines', () => {
  const lines = linesOf(exported(SCENARIO, logs));

  it('tell what a process answered, with the trace and the span of it', () => {
    const first = lines.find(({ service }) => service === 'bank')!;
    expect(first).toMatchObject({
      timestamp: '2026-01-01T00:00:00.122000000Z',
      level: 'INFO',
      instance: 'bank[0]',
      message: 'POST /pay 200 in 20 ms',
    });
    const spans = exported(SCENARIO, otlp);
    for (const { trace_id, span_id } of lines.filter(({ trace_id }) => trace_id !== undefined)) {
      expect(spans).toContain(`"traceId":"${trace_id}","spanId":"${span_id}"`);
    }
  });

  it('tell failed calls and changes of state at their levels, in order of time', () => {
    const told = lines
      .filter(({ level }) => level === 'WARN')
      .map(({ service, message }) => [service, message]);
    expect(told).toContainEqual(['shop', 'call to bank /pay failed: timeout after 100 ms']);
    expect(told).toContainEqual(['shop', 'breaker shop[0]->bank: open']);
    const times = lines.map(({ timestamp }) => timestamp);
    expect(times).toEqual([...times].sort());
  });

  it('keep errors and changes of state whatever the sample', () => {
    const few = linesOf(exported(SCENARIO, logs, { sample: 0 }));
    const failed = lines.filter(({ level }) => level !== 'INFO');
    for (const line of failed) expect(few).toContainEqual(line);
    expect(few.length).toBeLessThan(0.7 * lines.length);
  });
});
