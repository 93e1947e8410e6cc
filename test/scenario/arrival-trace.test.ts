import { describe, expect, it } from 'vitest';
import { TraceError, parseArrivalTrace } from '../../src/scenario/arrival-trace.js';
import { formatDiagnostic } from '../../src/scenario/diagnostics.js';
import { loadScenario } from '../../src/scenario/load.js';

const MS = 1_000_000;
const times = (text: string, kind: 'csv' | 'jsonl' = 'csv', speed = 1): number[] =>
  parseArrivalTrace(text, kind, speed).timesNs.map((ns) => ns / MS);

describe('recordings of arrivals', () => {
  it('are lists of seconds or durations, in any order', () => {
    expect(times('0.25\n0\n1.5e-3\n')).toEqual([0, 1.5, 250]);
    expect(times('time\r\n10ms\r\n2s\r\n')).toEqual([10, 2000]);
    expect(times('time\n1\n2\n', 'csv', 4)).toEqual([250, 500]);
  });

  it('say what each asked for', () => {
    const csv = 'user,request,time\na,buy,2\nb,"list",1\n';
    expect(parseArrivalTrace(csv, 'csv', 1)).toEqual({
      timesNs: [1000 * MS, 2000 * MS],
      requests: ['list', 'buy'],
    });
    const json = '{"time":0.5,"request":"buy"}\n\n{"time":"250ms","request":"list"}\n';
    expect(parseArrivalTrace(json, 'jsonl', 1).requests).toEqual(['list', 'buy']);
  });

  it('may be instants, of which the earliest is the beginning', () => {
    const csv =
      'time\n2026-05-01T12:00:01.000000250Z\n2026-05-01T14:00:00.5+02:00\n2026-05-01T12:00:03Z\n';
    expect(parseArrivalTrace(csv, 'csv', 1).timesNs).toEqual([0, 500 * MS + 250, 2500 * MS]);
    const days = 'time\n2023-12-31T23:00:00-01:00\n2024-03-01T00:00:00Z\n2025-03-01T00:00:00Z\n';
    const day = 86_400_000;
    expect(times(days)).toEqual([0, 60 * day, 425 * day]);
    expect(Date.parse('2025-03-01T00:00:00Z') - Date.parse('2024-01-01T00:00:00Z')).toBe(425 * day);
  });

  it('are refused with the line that is wrong', () => {
    const says = (text: string, kind: 'csv' | 'jsonl' = 'csv'): string => {
      try {
        parseArrivalTrace(text, kind, 1);
      } catch (error) {
        if (error instanceof TraceError) return error.message;
      }
      return '';
    };
    expect(says('')).toBe('line 1: the recording has no arrivals');
    expect(says('when\n1\n')).toBe('line 1: the header has no column `time`');
    expect(says('1\nsoon\n')).toBe(
      'line 2: expected a time: seconds, a duration or an ISO 8601 instant',
    );
    expect(says('1\n2026-05-01T12:00:00Z\n')).toBe(
      'line 2: write either ISO 8601 instants or times, not both',
    );
    expect(says('{"time":1,"request":"a"}\n{"time":1}', 'jsonl')).toContain(
      'line 2: write a request on every line',
    );
    expect(says('{"time":1', 'jsonl')).toBe('line 1: is not JSON');
    expect(says('2026-13-41T12:00:00Z\n')).toContain('is not an instant');
    expect(says('1\n-2\n')).toContain('line 2');
  });

  it('are next to the scenario, and name its requests', () => {
    const text = (file: string): string => `faultline: 1
title: t
run: { duration: 1s }
services: { shop: { endpoints: { page: [ wait: 1ms ] } } }
workloads: { users: { arrivals: { kind: trace, file: ${file} }, requests: [ { call: shop.page } ] } }`;
    const asked: string[] = [];
    const load = (file: string, own: string): ReturnType<typeof loadScenario> =>
      loadScenario('some/where.yaml', (path) => {
        if (path === 'some/where.yaml') return { text: text(file) };
        asked.push(path);
        return path === 'some/logs/day.csv' ? { text: own } : { error: 'no such file' };
      });
    const good = load('logs/day.csv', 'time,request\n0.1,page\n');
    expect(good.file?.variants[0].scenario.workloads.get('users')?.arrivals).toEqual({
      kind: 'at',
      timesNs: [100 * MS],
      requests: [0],
    });
    expect(asked).toEqual(['some/logs/day.csv']);
    const says = (file: string, own = ''): string =>
      load(file, own).problems.map(formatDiagnostic).join('\n');
    expect(says('logs/day.csv', 'time,request\n0.1,pages\n')).toContain(
      'the workload has no request',
    );
    expect(says('logs/day.csv', '1\nx\n')).toContain('logs/day.csv, line 2');
    expect(says('night.csv')).toContain('night.csv: no such file');
    expect(says('day.txt')).toContain('.csv, .jsonl');
    expect(says('../day.csv')).toContain(
      'a path must be relative, below this folder, and consist of letters',
    );
    expect(asked).not.toContain('day.csv');
  });
});
