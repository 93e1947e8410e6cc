import { describe, expect, it } from 'vitest';
import { TraceLines } from '../../src/telemetry/trace-lines.js';
import { run } from '../theory/program.js';

/** Statuses of the responses in the trace of one request, by part. */
function statuses(body: string): Readonly<Record<string, number | null>> {
  const { plans, records } = run(
    `
faultline: 1
title: The status of a fallback
run: { duration: 10s }
${body}`,
    { traceShare: 1 },
  );
  const rows = new TraceLines(plans[0]!, 0)
    .text(records[0]![0]!.traces)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { part: string; status: number | null });
  return Object.fromEntries(rows.map(({ part, status }) => [part, status]));
}

const BANK = 'bank: { endpoints: { pay: [ fail: 500 ] } }';
const users = (call: string): string =>
  `workloads: { users: { arrivals: { at: [ 0ms ] }, requests: [ { name: go, ${call} } ] } }`;

describe('the status of a fallback', () => {
  it('is what a gateway answers, and what its client is given', () => {
    const routes =
      'routes: [ { name: pay, match: { path: / }, to: bank.pay, policy: { fallback: { status: 203 } } } ]';
    const found = statuses(`
gateways: { edge: { ${routes} } }
services: { ${BANK} }
${users('call: edge, path: /')}`);
    expect(found).toEqual({ 'bank.pay': 500, 'edge.pay': 203, 'users.go': 203 });
  });

  it('is what a client is given by a fallback of its own', () => {
    const found = statuses(`
services: { ${BANK} }
${users('call: bank.pay, policy: { fallback: { status: 302 } }')}`);
    expect(found).toEqual({ 'bank.pay': 500, 'users.go': 302 });
  });

  it('ends at a service, which answers for itself', () => {
    const found = statuses(`
services:
  ${BANK}
  shop: { endpoints: { buy: [ { call: bank.pay, policy: { fallback: { status: 203 } } } ] } }
${users('call: shop.buy')}`);
    expect(found).toEqual({ 'bank.pay': 500, 'shop.buy': 200, 'users.go': 200 });
  });
});
